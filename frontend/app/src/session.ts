// Who is signed in, and with which token? A pasted token, or one of an OpenID Connect issuer.

import type { Config, OidcConfig } from "./config.js";

/** A person as the token names them. The role only hides what the API would refuse. */
export interface Person {
  id: string;
  name: string;
  isAdmin: boolean;
}

/** `expired`: the API refused the token; the page stays, and the person signs in again beside it. */
export interface SessionState {
  status: "out" | "in" | "expired";
  person: Person | null;
}

const KEPT = "casework token";
const TABS = "casework session";

export class Session {
  readonly #oidc: OidcConfig | null;
  readonly #listeners = new Set<() => void>();
  readonly #tabs = new BroadcastChannel(TABS);
  #token: string | null = null;
  #state: SessionState = { status: "out", person: null };

  private constructor(oidc: OidcConfig | null) {
    this.#oidc = oidc;
    this.#tabs.onmessage = ({ data }) => {
      if (data === this.#state.person?.id) this.#forgetAndReload();
    };
  }

  /** The session of this tab, as it was before a reload. */
  static async open(config: Config): Promise<Session> {
    const session = new Session(config.oidc ?? null);
    const kept = sessionStorage.getItem(KEPT);
    if (kept) session.#enter(kept);
    else if (config.oidc) {
      const token = await (await oidcModule()).tokenAtStart(config.oidc);
      if (token) session.#enter(token);
    }
    return session;
  }

  getState = (): SessionState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** For the client: the token, or another one after this was refused. */
  getToken = async ({ rejected }: { rejected: string | null }): Promise<string> => {
    if (this.#token !== null && rejected !== this.#token) return this.#token;
    if (rejected !== null && this.#oidc) {
      const renewed = await (await oidcModule()).renewedToken(this.#oidc).catch(() => null);
      if (renewed && renewed !== rejected) {
        this.#enter(renewed);
        return renewed;
      }
    }
    if (this.#state.status === "in") this.#change({ ...this.#state, status: "expired" });
    throw new Error("There is no token that the API takes.");
  };

  /** Sign in with a pasted token; false when the text is no JWT with a `sub`. */
  signInWith(token: string): boolean {
    if (!personOf(token.trim())) return false;
    sessionStorage.setItem(KEPT, token.trim());
    this.#enter(token.trim());
    return true;
  }

  /** Go to the issuer; it leads back to this page. */
  async signInAtIssuer(): Promise<void> {
    if (this.#oidc) await (await oidcModule()).signIn(this.#oidc);
  }

  /** Leave, here and in this person's other tabs. */
  async signOut(): Promise<void> {
    const { person } = this.#state;
    if (person) this.#tabs.postMessage(person.id);
    if (this.#oidc) await (await oidcModule()).signOut(this.#oidc).catch(() => undefined);
    this.#forgetAndReload();
  }

  #forgetAndReload(): void {
    sessionStorage.removeItem(KEPT);
    location.replace(`${location.pathname}#/`);
    location.reload();
  }

  #enter(token: string): void {
    const person = personOf(token);
    if (!person) return;
    this.#token = token;
    this.#change({ status: "in", person });
  }

  #change(state: SessionState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}

function oidcModule() {
  return import("./oidc.js");
}

/** Who a token is of; null when it is no JWT with a `sub`. It is not verified: that is the API's task. */
export function personOf(token: string): Person | null {
  try {
    const [, payload = ""] = token.split(".");
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof claims.sub !== "string" || claims.sub === "") return null;
    const roles = [claims.role, claims.app_metadata?.role, claims["cognito:groups"]].flat();
    return {
      id: claims.sub,
      name: String(claims.name ?? claims.email ?? claims.sub),
      isAdmin: roles.includes("admin"),
    };
  } catch {
    return null;
  }
}
