// Who uses the system in a test? A user of their own, with a client that counts what it asks for and gets.

import type { LocalSystem } from "../../local/system.js";
import { type Client, type ClientOptions, createClient } from "../../src/index.js";

/**
 * One exchange with the API; sizes in bytes. `sent` and `received` are the bodies as they were on the wire, `headers` what
 * the client sends and the API answers in both directions, as text of HTTP/1.1: without what a browser adds of its own.
 */
export interface Exchange {
  method: string;
  path: string;
  status: number;
  sent: number;
  received: number;
  headers: number;
  isResult: boolean;
}

export interface User {
  client: Client;
  token: string;
  exchanges: Exchange[];
}

let users = 0;

/** A new user of the system. */
export function newUser(system: LocalSystem, options: Partial<ClientOptions> = {}): User {
  const token = system.token(`user-${++users}`);
  const exchanges: Exchange[] = [];
  const client = createClient({
    baseUrl: system.apiUrl,
    getToken: () => token,
    ...options,
    ports: { fetch: counting(exchanges), ...options.ports },
  });
  return { client, token, exchanges };
}

function counting(exchanges: Exchange[]) {
  return async (url: string, init: RequestInit): Promise<Response> => {
    const response = await fetch(url, init);
    const text = await response.clone().text();
    exchanges.push({
      method: init.method ?? "GET",
      path: new URL(url).pathname,
      status: response.status,
      sent: typeof init.body === "string" ? Buffer.byteLength(init.body) : 0,
      received: Buffer.byteLength(text),
      headers: headerBytes(new Headers(init.headers)) + headerBytes(response.headers),
      isResult: text.includes('"status":"completed"'),
    });
    return response;
  };
}

function headerBytes(headers: Headers): number {
  return [...headers].reduce((sum, [name, value]) => sum + Buffer.byteLength(`${name}: ${value}\r\n`), 0);
}
