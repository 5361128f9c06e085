// Who is logged in? The client notices when that changes; what one person began is never finished as another.

import { TokenError, UsageError, UserChangedError } from "./errors.js";
import { unlessAborted } from "./signals.js";

/** A bearer token. `rejected` is the one that the API has just refused, e.g. because it expired; else null. */
export type GetToken = (asked: { rejected: string | null }) => string | Promise<string>;

/** An id of the user who is logged in; null when nobody is. */
export type UserOption = string | null | (() => string | null);

/** One person, from the first token to the last. */
export class Person {
  readonly user: string | null;
  /** The token's `sub`; null when the token has none, undefined before the first token. */
  sub: string | null | undefined;
  /** Why it is over; null while it is not. */
  over: UserChangedError | null = null;
  /** Not listeners of a signal: Node takes more than ten of these for a leak. */
  readonly #listeners = new Set<(why: UserChangedError) => void>();

  constructor(user: string | null, sub?: string | null) {
    this.user = user;
    this.sub = sub;
  }

  /** What to file this person's things under; null when it is not known who it is. */
  get key(): string | null {
    return this.sub ?? this.user;
  }

  /** Call the listener when it is over; the answer lets go of it. */
  onEnd(listener: (why: UserChangedError) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  end(why: string): void {
    this.over ??= new UserChangedError(why);
    for (const listener of this.#listeners) listener(this.over);
    this.#listeners.clear();
  }

  throwIfOver(): void {
    if (this.over) throw this.over;
  }
}

/** An action that takes several requests: the first finds out for whom, the others are for the same person or not at all. */
export interface Pin {
  person: Person | null;
}

interface Wanted {
  rejected?: string | null;
  pin: Pin;
  /** A request that changes nothing may be made for whoever is there when it goes out. */
  isRead?: boolean;
  signal?: AbortSignal | undefined;
}

export class Session {
  readonly #getToken: GetToken;
  readonly #user: UserOption;
  readonly #known = new Set<() => void>();
  readonly #listeners = new Set<(isLeft: boolean) => void>();
  #person: Person;
  #renewal: { rejected: string; token: Promise<string> } | null = null;
  #isClosed = false;

  constructor({ getToken, user = null }: { getToken: GetToken; user?: UserOption | undefined }) {
    if (typeof getToken !== "function") throw new UsageError("getToken must be a function that gives a bearer token.");
    this.#getToken = getToken;
    this.#user = user;
    this.#person = new Person(this.#namedUser());
  }

  /** Who is there now, as far as can be said without asking for a token. */
  get person(): Person {
    if (!this.#isClosed && this.#namedUser() !== this.#person.user) this.#enter(new Person(this.#namedUser()));
    return this.#person;
  }

  /** Called when it is known who is there. */
  onPerson(listener: () => void): void {
    this.#known.add(listener);
  }

  /** Call the listener after each change of person; the answer ends that. `isLeft`: the one before has left, and nobody else has come yet. */
  onChange(listener: (isLeft: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Forget the person; after that nothing is asked for. */
  close(): void {
    this.#isClosed = true;
    this.#enter(new Person(null), true);
    this.#person.end(CLOSED);
  }

  /** The person has left, e.g. by a logout in another tab; whoever asks next may be another. */
  leave(): void {
    if (!this.#isClosed) this.#enter(new Person(this.#namedUser()), true);
  }

  /**
   * A token to ask with, for the person of the pin.
   *
   * @throws TokenError; UserChangedError when it belongs to another person now; the signal's reason
   */
  async token({ rejected = null, pin, isRead = false, signal }: Wanted): Promise<string> {
    const before = pin.person ?? this.person;
    if (this.#isClosed) this.#person.throwIfOver();
    const asked = rejected === null ? this.#asked(null) : this.#renewed(rejected);
    const token = await unlessAborted(asked, signal);
    const mayChange = pin.person === null;
    if (this.person !== before && !(mayChange && isRead)) throw new UserChangedError(CHANGED);
    if (!this.#belongs(token, mayChange)) throw new UserChangedError(CHANGED);
    pin.person = this.person;
    for (const listener of this.#known) listener();
    return token;
  }

  /** This token came from a renewal and is no good either. */
  spoiled(token: string): void {
    void this.#renewal?.token.then((renewed) => {
      if (renewed === token) this.#renewal = null;
    });
  }

  /** Whether the token is that of the person who is there; when it is another's, that person enters, if `mayChange`. */
  #belongs(token: string, mayChange: boolean): boolean {
    const sub = subOf(token);
    this.#person.sub ??= sub;
    if (sub === this.#person.sub) return true;
    this.#enter(new Person(this.#person.user, sub));
    return mayChange;
  }

  #enter(person: Person, isLeft = false): void {
    const before = this.#person;
    this.#person = person;
    this.#renewal = null;
    before.end(this.#isClosed ? CLOSED : CHANGED);
    for (const listener of [...this.#listeners]) listener(isLeft);
  }

  #namedUser(): string | null {
    return typeof this.#user === "function" ? this.#user() : this.#user;
  }

  async #asked(rejected: string | null): Promise<string> {
    let token: unknown;
    try {
      token = await this.#getToken({ rejected });
    } catch (cause) {
      throw new TokenError("There is no token to ask with.", { cause });
    }
    const given = typeof token === "string" ? token.trim() : "";
    if (/^[\x21-\x7e]+$/.test(given)) return given;
    throw new TokenError('getToken gave no token: one word, without "Bearer".');
  }

  /** One renewal for all who were refused with the same token: a second use of a refresh token ends its session. */
  #renewed(rejected: string): Promise<string> {
    if (this.#renewal?.rejected !== rejected) {
      const renewal = { rejected, token: this.#asked(rejected) };
      this.#renewal = renewal;
      renewal.token.catch(() => {
        if (this.#renewal === renewal) this.#renewal = null;
      });
    }
    return this.#renewal.token;
  }
}

const CHANGED = "Another user has logged in.";
const CLOSED = "The client is closed.";

/** The `sub` of a JWT; null for a token of another kind. It is not verified: that is the API's task. */
function subOf(token: string): string | null {
  try {
    const [, payload = ""] = token.split(".");
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
    const { sub } = JSON.parse(new TextDecoder().decode(bytes));
    return typeof sub === "string" ? sub : null;
  } catch {
    return null;
  }
}
