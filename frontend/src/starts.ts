// How does a job begin? One POST per action of the user, under one Idempotency-Key however often it has to be sent.

import type { StartBody } from "./api.js";
import { isProblem, isTransient, ProblemError } from "./errors.js";
import { type Api, type Call, type CallOptions, keyed } from "./http.js";
import type { Start } from "./job.js";
import { type JobType, START_ROUTES } from "./routes.js";
import type { Pin } from "./session.js";
import { throwIfAborted, unlessAborted } from "./signals.js";
import type { Place, Unanswered, UnansweredStarts } from "./unanswered.js";

/** `key`: the Idempotency-Key of the action, when the caller keeps one; else each call is an action of its own. */
export interface ActionOptions extends CallOptions {
  key?: string | undefined;
}

export interface StartOptions extends ActionOptions {
  body?: StartBody | undefined;
}

/** What a start needs; `begun` is called for each that was answered. */
export interface Starter {
  api: Api;
  unanswered: UnansweredStarts;
  begun: (start: Start, place: Place) => void;
}

/** What is started: an analysis of a case, as a repetition of a finished job or for itself. */
export interface Wanted extends Place {
  body: StartBody;
  retriedFrom: string | null;
}

export interface Sending extends ActionOptions {
  onTrouble?: (error: unknown) => void;
  /** For whom it is; found out when that is open. */
  pin?: Pin;
}

/**
 * Start a job. While it is not known whether there is one, e.g. without network, the start is remembered. An abort gives
 * it up: it is not sent again, and cancelled when it turns out that it had arrived.
 *
 * @throws ProblemError, NetworkError, TokenError, UserChangedError, UsageError; the signal's reason
 */
export async function startJob<T extends JobType>(
  starter: Starter,
  { caseId, jobType, body, retriedFrom }: Wanted & { jobType: T },
  { key = starter.api.ports.newKey(), signal, ...options }: Sending = {},
): Promise<Start<T>> {
  throwIfAborted(signal);
  keyed(key);
  const start: Unanswered = { caseId, jobType, body, retriedFrom, key, askedAt: starter.api.ports.now() };
  const sending = new Sent(starter, start, options.pin);
  return (await sending.to(signal, options)) as Start<T>;
}

/** The same start once more, after its answer was lost: the API gives the job it made, if it made one. */
export function startAgain(starter: Starter, start: Unanswered, { signal, ...options }: Sending = {}): Promise<Start> {
  const sending = new Sent(starter, start, options.pin);
  sending.mayBeMade = true;
  return sending.to(signal, options);
}

/** One start under way. */
class Sent {
  /** It was sent, and what came of it is not known. */
  mayBeMade = false;
  readonly #starter: Starter;
  readonly #start: Unanswered;
  readonly #pin: Pin;
  readonly #givenUp = new AbortController();
  #isGivenUp = false;
  #isOnTheWire = false;

  constructor(starter: Starter, start: Unanswered, pin: Pin = { person: null }) {
    this.#starter = starter;
    this.#start = start;
    this.#pin = pin;
  }

  /** An abort gives up at once; what is on the wire then is waited for behind the scenes, since its job is not wanted. */
  async to(signal: AbortSignal | undefined, { retry, onTrouble }: Sending): Promise<Start> {
    const mayRepeat = (error: unknown) => this.#mayRepeat(error);
    const sent = this.#starter.api.ask<Start>(this.#call(), {
      ...{ mayRepeat, retry, onTrouble, signal: this.#givenUp.signal },
    });
    const answered = sent.then(
      (start) => this.#answered(start),
      (error) => this.#failed(error),
    );
    const giveUp = () => this.#giveUp();
    signal?.addEventListener("abort", giveUp);
    answered.catch(() => undefined);
    try {
      return await unlessAborted(answered, signal);
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  #call(): Call {
    const { jobType, caseId, retriedFrom, key, body } = this.#start;
    return {
      ...(retriedFrom === null
        ? { route: START_ROUTES[jobType], parameters: { case_id: caseId } }
        : { route: "POST /jobs/{job_id}/retry" as const, parameters: { job_id: retriedFrom } }),
      headers: keyed(key),
      body,
      pin: this.#pin,
      is: (answer) => typeof (answer as Partial<Start>).job_id === "string",
      before: (person) => {
        if (!this.#isOnTheWire && !this.mayBeMade) this.#starter.unanswered.add(person, this.#start);
        this.#isOnTheWire = true;
      },
    };
  }

  #mayRepeat(error: unknown): boolean {
    this.#isOnTheWire = false;
    this.mayBeMade ||= !isRefusal(error);
    return !this.#isGivenUp && isTransient(error);
  }

  #giveUp(): void {
    this.#isGivenUp = true;
    this.#remove();
    if (!this.#isOnTheWire) this.#givenUp.abort();
  }

  #answered(start: Start): Start {
    this.#remove();
    if (!this.#isGivenUp) this.#starter.begun(start, this.#start);
    else if (!start.deduplicated) void this.#cancel(start.job_id);
    return start;
  }

  #failed(error: unknown): never {
    // A token is refused before the key is looked at: that says nothing of an earlier sending.
    if (isRefusal(error) && !(this.mayBeMade && error.code === "unauthorized")) this.#remove();
    throw error;
  }

  #remove(): void {
    this.#starter.unanswered.remove(this.#start);
  }

  async #cancel(job_id: string): Promise<void> {
    const call: Call = { route: "POST /jobs/{job_id}/cancel", parameters: { job_id }, pin: this.#pin };
    await this.#starter.api.ask(call).catch(() => undefined); // it may have ended; then there is nothing to cancel
  }
}

/** True when the API has made no job; not so for a server that is broken or busy, which may have made one. */
function isRefusal(error: unknown): error is ProblemError {
  return isProblem(error, "too_many_open_jobs") || (error instanceof ProblemError && !isTransient(error));
}
