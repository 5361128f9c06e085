// An OpenID Connect issuer for tests, on this machine: discovery, authorize with PKCE, token, refresh, keys, end of session.
//
// What it checks of a request it refuses as the specifications say; what it gives can be made wrong by `behaviour`.

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

export const CLIENT_ID = "casework";
const KEY_ID = "test-key";
const COOKIE = "test_issuer_session";

export interface IssuerBehaviour {
  /** The `aud` of access tokens; null: none but a `client_id`, as Cognito's have it. */
  audience: string | null;
  /** Seconds from now until access tokens end: those for a code, and those for a refresh token. */
  codeSeconds: number;
  refreshSeconds: number;
  /** Refresh tokens are taken, given for `offline_access`. */
  takesRefresh: boolean;
  offersEndSession: boolean;
  /** Access tokens that are no JWT. */
  isOpaque: boolean;
  /** The `state` that it leads back with is another. */
  changesState: boolean;
}

const USUAL: IssuerBehaviour = {
  audience: CLIENT_ID,
  codeSeconds: 3600,
  refreshSeconds: 3600,
  takesRefresh: true,
  offersEndSession: true,
  isOpaque: false,
  changesState: false,
};

interface Grant {
  user: string;
  nonce: string | null;
  challenge: string;
  redirect: string;
  scope: string;
}

export class Issuer {
  behaviour: IssuerBehaviour = { ...USUAL };
  /** What it was asked for: `authorize`, `token code`, `token refresh`, `end session`, `logout?…`. */
  asked: string[] = [];
  readonly #keys = generateKeyPairSync("rsa", { modulusLength: 2048 }) as {
    publicKey: KeyObject;
    privateKey: KeyObject;
  };
  readonly #codes = new Map<string, Grant>();
  readonly #refreshTokens = new Map<string, Grant>();
  #server: Server | null = null;
  url = "";

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    this.#server = server;
    this.url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** As it was at the start: behaves, and was asked nothing. */
  reset(behaviour: Partial<IssuerBehaviour> = {}): void {
    this.behaviour = { ...USUAL, ...behaviour };
    this.asked = [];
  }

  /** An access token of a user. */
  accessToken(user: string, seconds = 3600): string {
    const { audience } = this.behaviour;
    const forWhom = audience === null ? { client_id: CLIENT_ID, token_use: "access" } : { aud: audience };
    return this.#jwt({ sub: user, ...forWhom, scope: "openid" }, seconds);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", this.url);
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Allow-Headers", "*");
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    const json = (status: number, body: object) =>
      response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return void json(200, this.#discovery());
      case "/keys":
        return void json(200, {
          keys: [{ ...this.#keys.publicKey.export({ format: "jwk" }), kid: KEY_ID, use: "sig", alg: "RS256" }],
        });
      case "/authorize":
        return this.#authorize(url.searchParams, request, response);
      case "/token": {
        const [status, body] = this.#token(new URLSearchParams(await textOf(request)));
        return void json(status, body);
      }
      case "/end":
      case "/logout": {
        this.asked.push(url.pathname === "/end" ? "end session" : `logout${url.search}`);
        const back = url.searchParams.get("post_logout_redirect_uri") ?? url.searchParams.get("logout_uri") ?? "";
        response.setHeader("Set-Cookie", `${COOKIE}=; Path=/; Max-Age=0`);
        return void response.writeHead(302, { Location: back }).end();
      }
      default:
        return void response.writeHead(404).end();
    }
  }

  #discovery(): object {
    return {
      issuer: this.url,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      jwks_uri: `${this.url}/keys`,
      ...(this.behaviour.offersEndSession ? { end_session_endpoint: `${this.url}/end` } : {}),
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      code_challenge_methods_supported: ["S256"],
    };
  }

  /** Ask who it is, unless this browser's session says; then lead back. */
  #authorize(asked: URLSearchParams, request: IncomingMessage, response: ServerResponse): void {
    const get = (name: string) => asked.get(name) ?? "";
    const redirect = get("redirect_uri");
    const isRight =
      get("client_id") === CLIENT_ID &&
      get("response_type") === "code" &&
      get("code_challenge_method") === "S256" &&
      redirect.startsWith("http://127.0.0.1:");
    if (!isRight) return void response.writeHead(400).end("invalid_request");
    const session = /(?:^|; )test_issuer_session=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
    const user = asked.get("user") ?? session;
    if (!user) {
      const link = (name: string) => `<p><a href="?${new URLSearchParams([...asked, ["user", name]])}">${name}</a></p>`;
      response.writeHead(200, { "Content-Type": "text/html" });
      return void response.end(["dana", "eyal", "nobody"].map(link).join(""));
    }
    this.asked.push("authorize");
    const back = new URL(redirect);
    back.searchParams.set("state", this.behaviour.changesState ? "another" : get("state"));
    if (user === "nobody") {
      back.searchParams.set("error", "access_denied");
      back.searchParams.set("error_description", "The user refused.");
    } else {
      const code = randomBytes(16).toString("hex");
      const grant = {
        user,
        redirect,
        nonce: asked.get("nonce"),
        challenge: get("code_challenge"),
        scope: get("scope"),
      };
      this.#codes.set(code, grant);
      back.searchParams.set("code", code);
      response.setHeader("Set-Cookie", `${COOKIE}=${user}; Path=/; HttpOnly`);
    }
    response.writeHead(302, { Location: back.href }).end();
  }

  #token(asked: URLSearchParams): [status: number, body: object] {
    const type = asked.get("grant_type");
    if (type === "authorization_code") {
      const code = asked.get("code") ?? "";
      const grant = this.#codes.get(code);
      this.#codes.delete(code);
      this.asked.push("token code");
      const challenge = createHash("sha256")
        .update(asked.get("code_verifier") ?? "")
        .digest("base64url");
      const isRight = grant?.challenge === challenge && grant.redirect === asked.get("redirect_uri");
      return grant && isRight ? this.#tokens(grant, this.behaviour.codeSeconds) : INVALID_GRANT;
    }
    if (type === "refresh_token") {
      const token = asked.get("refresh_token") ?? "";
      const grant = this.#refreshTokens.get(token);
      this.#refreshTokens.delete(token); // each is taken once
      this.asked.push("token refresh");
      return grant && this.behaviour.takesRefresh ? this.#tokens(grant, this.behaviour.refreshSeconds) : INVALID_GRANT;
    }
    return [400, { error: "unsupported_grant_type" }];
  }

  #tokens(grant: Grant, seconds: number): [status: number, body: object] {
    const { user, nonce, scope } = grant;
    const refresh = randomBytes(16).toString("hex");
    const isOffline = scope.split(" ").includes("offline_access");
    if (isOffline) this.#refreshTokens.set(refresh, grant);
    const profile = { sub: user, aud: CLIENT_ID, name: `${user} of the issuer`, ...(nonce ? { nonce } : {}) };
    const body = {
      access_token: this.behaviour.isOpaque ? randomBytes(16).toString("hex") : this.accessToken(user, seconds),
      id_token: this.#jwt(profile, seconds),
      token_type: "Bearer",
      expires_in: Math.max(1, seconds),
      scope,
      ...(isOffline ? { refresh_token: refresh } : {}),
    };
    return [200, body];
  }

  #jwt(claims: object, seconds: number): string {
    const now = Math.floor(Date.now() / 1000);
    const jti = randomBytes(16).toString("hex"); // no two tokens are the same
    const part = (content: object) => Buffer.from(JSON.stringify(content)).toString("base64url");
    const header = part({ alg: "RS256", typ: "JWT", kid: KEY_ID });
    const signed = `${header}.${part({ iss: this.url, iat: now, exp: now + seconds, jti, ...claims })}`;
    return `${signed}.${sign("sha256", Buffer.from(signed), this.#keys.privateKey).toString("base64url")}`;
  }
}

const INVALID_GRANT: [number, object] = [400, { error: "invalid_grant" }];

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += part;
  return text;
}
