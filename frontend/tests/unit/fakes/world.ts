// What is around a client in a unit test? One browser of one computer, and the API.

import { type Client, createClient, type GetToken, type Ports, type UserOption } from "../../../src/index.js";
import { FAKE_URL, FakeApi, FakePage, FakeTabs, FakeTime, fakePorts, fakeToken } from "../../../src/testing/index.js";

export { FakeTime, fakeToken, settled } from "../../../src/testing/index.js";

export const CASE = "case-1";
export const FORM = "document_analysis_form7801";
export const TOKEN = fakeToken("u1");

export interface World {
  time: FakeTime;
  page: FakePage;
  api: FakeApi;
  stored: Map<string, string>;
  /** What listeners threw. */
  reported: unknown[];
  client: Client;
  /** Another client of the same API with the same storage: the page after a reload, or another tab. */
  reloaded: (options?: Partial<WorldOptions>) => Client;
}

interface WorldOptions {
  ports: Partial<Ports>;
  getToken: GetToken;
  user: UserOption;
  baseUrl: string;
}

export function newWorld(options: Partial<WorldOptions> = {}): World {
  const time = new FakeTime();
  const page = new FakePage();
  const api = new FakeApi(time.now);
  const stored = new Map<string, string>();
  const reported: unknown[] = [];
  const surroundings: Ports = {
    ...fakePorts({ api, time, page, stored, tabs: new FakeTabs() }),
    report: (error) => void reported.push(error),
  };
  const reloaded = (own: Partial<WorldOptions> = {}) => {
    const { baseUrl = `${FAKE_URL}/`, getToken = () => TOKEN, user, ports } = { ...options, ...own };
    return createClient({ baseUrl, getToken, ...(user ? { user } : {}), ports: { ...surroundings, ...ports } });
  };
  return { time, page, api, stored, reported, client: reloaded(), reloaded };
}
