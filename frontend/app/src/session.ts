// Who is signed in, and with which token? A pasted token, or one of an OpenID Connect issuer.

import type { Config, OidcConfig } from "./config.js";
import { tabStorage } from "./data/storage.js";
import type { SignedIn, SignInProblem } from "./oidc.js";

/** A person as the token names them. The role only hides what the API would refuse. */
export interface Person {
  id: string;
  name: string;
  isAdmin: boolean;
}

/**
 * `expired`, `refused`: the API does not take the token, which is over or which it never takes; the page stays, and the
 * person signs in again beside it. `problem`: why nobody could be signed in at the issuer.
 */
export interface SessionState {
  status: "out" | "in" | "expired" | "refused";
  person: Person | null;
  problem: SignInProblem | null;
}

const KEPT = "casework token";
const TABS = "casework session";
/** Clocks differ: a token that is over only just may be over for the API alone. */
const CLOCKS_DIFFER_MS = 60_000;

export class Session {
  readonly #oidc: OidcConfig | null;
  readonly #roleClaim: string | null;
  readonly #listeners = new Set<() => void>();
  readonly #tabs = new BroadcastChannel(TABS);
  #token: string | null = null;
  /** The token that the issuer gave after the API had refused one: if this is refused as well, none will be taken. */
  #second: string | null = null;
  #renewal: Promise<SignedIn | null> | null = null;
  #state: SessionState = { status: "out", person: null, problem: null };
  /** True once the page is left for the issuer: nothing that waits is lost by that. */
  isLeaving = false;

  private constructor(config: Config) {
    this.#oidc = config.oidc ?? null;
    this.#roleClaim = config.role_claim ?? null;
    this.#tabs.onmessage = ({ data }) => {
      if (data !== this.#state.person?.id) return;
      this.isLeaving = true;
      void this.#forget().then(reload);
    };
    addEventListener("pageshow", ({ persisted }) => persisted && this.#shownAgain());
  }

  /** The session of this tab, as it was before a reload. */
  static async open(config: Config): Promise<Session> {
    const session = new Session(config);
    await session.#resume();
    return session;
  }

  getState = (): SessionState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** For the client: the token, renewed when it is over; or another one after this was refused. */
  getToken = async ({ rejected }: { rejected: string | null }): Promise<string> => {
    const token = this.#token;
    if (token !== null && rejected !== token && !isOver(token)) return token;
    const isHopeless = token !== null && token === this.#second && !isOver(token);
    const given = isHopeless ? null : await this.#renewed();
    if (given && given.token !== rejected && this.#isSamePerson(given)) {
      if (rejected !== null && !isOver(rejected)) this.#second = given.token;
      this.#enter(given);
      return given.token;
    }
    if (token !== null && rejected !== token) return token; // over by our clock: what does the API say?
    this.refused();
    throw new Error("There is no token that the API takes.");
  };

  /** The API takes no token of this person's: a renewed one was refused as well, or there is none. */
  refused(): void {
    if (this.#state.status !== "in") return;
    const status = this.#token !== null && isOver(this.#token, -CLOCKS_DIFFER_MS) ? "expired" : "refused";
    this.#change({ ...this.#state, status });
  }

  /** Sign in with a pasted token; false when the text is no JWT with a `sub`. */
  signInWith(text: string): boolean {
    const token = text.trim();
    const person = personOf(token, this.#roleClaim);
    if (!person) return false;
    const before = this.#state.person;
    tabStorage.setItem(KEPT, token);
    if (before && before.id !== person.id)
      reload(); // nothing of the person before stays on the page
    else this.#enter({ token, name: null });
    return true;
  }

  /** Go to the issuer; it leads back to this page. */
  async signInAtIssuer(): Promise<void> {
    if (!this.#oidc) return;
    this.isLeaving = true;
    const problem = await (await oidcModule()).goToIssuer(this.#oidc);
    if (problem === null) return;
    this.isLeaving = false;
    this.#change({ ...this.#state, problem });
  }

  /** Leave, here, in this person's other tabs, and at the issuer when it offers that. */
  async signOut(): Promise<void> {
    const { person } = this.#state;
    if (person) this.#tabs.postMessage(person.id);
    const isPasted = tabStorage.getItem(KEPT) !== null;
    tabStorage.removeItem(KEPT);
    this.isLeaving = true;
    location.hash = "#/";
    this.#change({ status: "out", person: null, problem: null });
    if (this.#oidc && !isPasted && (await (await oidcModule()).leaveIssuer(this.#oidc))) return;
    await this.#forget();
    reload();
  }

  async #resume(): Promise<void> {
    const oidc = this.#oidc;
    const module = oidc ? await oidcModule() : null;
    if (oidc && module?.isBack()) {
      const given = await module.signedInAtIssuer(oidc);
      if (typeof given !== "string") {
        tabStorage.removeItem(KEPT);
        this.#enter(given);
        return;
      }
      this.#change({ ...this.#state, problem: given });
    }
    const kept = tabStorage.getItem(KEPT);
    if (kept) this.#enter({ token: kept, name: null });
    else if (oidc && module) {
      const given = await module.keptSignIn(oidc).catch(() => null);
      if (given) this.#enter(given);
    }
  }

  /** One renewal for all who ask: a refresh token may be used once. */
  async #renewed(): Promise<SignedIn | null> {
    const oidc = this.#oidc;
    if (!oidc || tabStorage.getItem(KEPT) !== null) return null;
    this.#renewal ??= oidcModule()
      .then((module) => module.renewed(oidc))
      .finally(() => {
        this.#renewal = null;
      });
    return this.#renewal;
  }

  #isSamePerson({ token }: SignedIn): boolean {
    return personOf(token, this.#roleClaim)?.id === this.#state.person?.id;
  }

  async #forget(): Promise<void> {
    tabStorage.removeItem(KEPT);
    if (this.#oidc) await (await oidcModule()).forget(this.#oidc);
  }

  /** The browser's Back has brought the page as it was left, e.g. for the issuer. */
  #shownAgain(): void {
    this.isLeaving = false;
    if (this.#state.status === "out") reload(); // nothing of whoever left stays in its memory
  }

  #enter({ token, name }: SignedIn): void {
    const person = personOf(token, this.#roleClaim);
    if (!person) {
      this.#change({ ...this.#state, problem: "noToken" });
      return;
    }
    this.#token = token;
    this.#change({ status: "in", person: { ...person, name: name ?? person.name }, problem: null });
  }

  #change(state: SessionState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}

function reload(): void {
  history.replaceState(null, "", `${location.pathname}#/`);
  location.reload();
}

function oidcModule() {
  return import("./oidc.js");
}

/** Who a token is of; null when it is no JWT with a `sub`. It is not verified: that is the API's task. */
export function personOf(token: string, roleClaim: string | null = null): Person | null {
  const claims = claimsOf(token);
  if (typeof claims?.sub !== "string" || claims.sub === "") return null;
  const named = roleClaim === null ? [claims.role, claims.app_metadata?.role, claims["cognito:groups"]] : [];
  const roles = [...named, roleClaim === null ? null : claimAt(claims, roleClaim)].flat();
  return {
    id: claims.sub,
    name: String(claims.name ?? claims.email ?? claims.username ?? claims.sub),
    isAdmin: roles.includes("admin"),
  };
}

/** Whether the token was over this long ago, by our clock; one that does not say is not. */
function isOver(token: string, byMs = 0): boolean {
  const { exp } = claimsOf(token) ?? {};
  return typeof exp === "number" && exp * 1000 <= Date.now() - byMs;
}

/** A claim by its own name, or else by a path with dots into it. */
function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path.split(".").reduce<unknown>((place, name) => (place as Claims | null | undefined)?.[name], claims);
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the token holds
type Claims = Record<string, any>;

function claimsOf(token: string): Claims | null {
  try {
    const [, payload = ""] = token.split(".");
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" && claims !== null ? claims : null;
  } catch {
    return null;
  }
}
