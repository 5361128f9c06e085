// What can happen on one computer with two users and two tabs? Everything, in random order; what must not happen is noted.

import { type Analysis, type Client, createClient, type JobType } from "../../../src/index.js";
import {
  type Asked,
  FAKE_URL,
  FakeApi,
  FakePage,
  FakeSockets,
  FakeTabs,
  FakeTime,
  fakePorts,
  fakeToken,
  settled,
} from "../../../src/testing/index.js";

const CASES = ["case-1", "case-2"];
const TYPES: JobType[] = ["call_analysis", "document_analysis_form7801"];
const USERS = ["anna", "boris"];

interface Tab {
  client: Client;
  page: FakePage;
  isAlive: boolean;
  /** Whose token it was given last. */
  given: string;
  /** The client is told who is logged in. */
  isNamed: boolean;
  analyses: Map<string, { analysis: Analysis; leave: () => void }>;
  /** The latest version that was shown of each job, and whether that was its end. */
  shown: Map<string, { version: number; done: boolean }>;
}

export class Computer {
  readonly time = new FakeTime();
  readonly api = new FakeApi(this.time.now);
  readonly stored = new Map<string, string>();
  /** States that went back, requests and bytes of the other user: sentences. */
  readonly wentBack: string[] = [];
  readonly leaked: string[] = [];
  requests = 0;
  presses = 0;
  #user = "anna";
  #tabs: Tab[];
  readonly #sockets = new FakeSockets(this.api);
  readonly #channels = new FakeTabs();
  readonly #random: () => number;
  readonly #held: (() => void)[] = [];
  readonly #keys = new Map<string, string>();
  #keyCount = 0;
  #trouble = 0.2;

  constructor(random: () => number) {
    this.#random = random;
    this.#tabs = [this.#newTab(true), this.#newTab(false)];
  }

  /** One thing that happens. */
  async event(): Promise<void> {
    const tab = this.#pick(this.#tabs);
    const events: [number, () => void | Promise<void>][] = [
      [20, () => this.time.advance(this.#random() * 8_000)],
      [15, () => this.#serverMovesOn()],
      [10, () => this.#look(tab)],
      [6, () => this.#lookAway(tab)],
      [12, () => this.#press(tab)],
      [5, () => void this.#pickAnalysis(tab)?.cancel()],
      [4, () => void this.#pickAnalysis(tab)?.retry(this.#body())],
      [3, () => this.#pickAnalysis(tab)?.reset()],
      [4, () => this.#pressAndLeave(tab)],
      [8, () => this.#release()],
      [3, () => this.#reload(tab)],
      [3, () => this.#changeUser(false)],
      [2, () => this.#changeUser(true)],
      [3, () => tab.page.change(!tab.page.hidden)],
      [2, () => this.#turnNetwork()],
      [12, () => this.#news()],
      [3, () => this.#socketTrouble()],
    ];
    let dice = this.#random() * events.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, happen] of events) {
      dice -= weight;
      if (dice > 0) continue;
      await happen();
      break;
    }
    await settled();
    this.#check();
  }

  /** All trouble is over: do the tabs show what the API has, in the end? Sentences where not. */
  async differences(): Promise<string[]> {
    this.#trouble = 0;
    this.api.isOffline = false;
    while (this.#held.length > 0) this.#held.shift()?.();
    for (const { page } of this.#tabs) page.change(true);
    for (const ms of [600_000, 60_000]) {
      for (const { page } of this.#tabs) page.change(false);
      await this.time.advance(ms);
    }
    return this.#tabs.flatMap((tab) =>
      [...tab.analyses].flatMap(([name, { analysis }]) => {
        const { job, isLoading } = analysis.getState();
        const [caseId, type] = name.split(" ");
        const mine = [...this.api.jobs.values()].filter(
          (one) =>
            one.metadata.case_id === caseId && one.job_type === type && this.api.owners.get(one.job_id) === this.#user,
        );
        const latest = mine.at(-1);
        const isSame = job === null || (job.job_id === latest?.job_id && job.version === latest.version);
        return isSame && !isLoading
          ? []
          : [`${name}: ${job?.job_id} v${job?.version}, not ${latest?.job_id} v${latest?.version}`];
      }),
    );
  }

  #newTab(isNamed: boolean): Tab {
    const page = new FakePage();
    const tab: Omit<Tab, "client"> = {
      page,
      isNamed,
      isAlive: true,
      given: this.#user,
      analyses: new Map(),
      shown: new Map(),
    };
    const never = new Promise<never>(() => {});
    const client = createClient({
      baseUrl: FAKE_URL,
      getToken: () => {
        tab.given = this.#user;
        return fakeToken(this.#user);
      },
      ...(isNamed ? { user: () => this.#user } : {}),
      ports: {
        ...fakePorts({ api: this.api, time: this.time, page, tabs: this.#channels, stored: this.stored }),
        socket: (...given) => this.#sockets.open(...given),
        random: this.#random,
        newKey: () => `key-${++this.#keyCount}`,
        sleep: (ms, signal) =>
          tab.isAlive ? this.time.sleep(ms, signal).then(() => (tab.isAlive ? undefined : never)) : never,
        fetch: (url, init) => (tab.isAlive ? this.#network(url, init, tab) : never),
      },
    });
    return Object.assign(tab, { client });
  }

  /** The network: it loses requests and answers, holds them back and lets them overtake each other. */
  async #network(url: string, init: RequestInit, tab: Omit<Tab, "client">): Promise<Response> {
    this.requests++;
    const dice = this.#random();
    if (dice < this.#trouble / 3) throw new TypeError("Failed to fetch");
    const before = this.api.asked.length;
    const answer = this.api.fetch(url, init);
    const asked = this.api.asked[before];
    if (asked) this.#checkRequest(asked);
    await answer.catch(() => undefined);
    if (dice < (2 * this.#trouble) / 3) throw new TypeError("Failed to fetch");
    if (dice < 2 * this.#trouble) await new Promise<void>((resolve) => this.#held.push(resolve));
    return tab.isAlive ? answer : new Promise<never>(() => {});
  }

  #checkRequest({ headers, body, path, method }: Asked): void {
    const by = USERS.find((user) => headers.Authorization === `Bearer ${fakeToken(user)}`);
    const labels = (body as { labels?: { by?: string } } | null)?.labels;
    if (labels?.by && labels.by !== by) this.leaked.push(`${method} of ${labels.by} sent as ${by}`);
    const named = (body as { job_ids?: string[] } | null)?.job_ids ?? [/^\/jobs\/([^/?]+)/.exec(path)?.[1] ?? ""];
    for (const owner of named.map((id) => this.api.owners.get(id))) {
      if (owner && owner !== by) this.leaked.push(`${method} ${path} of ${owner} sent as ${by}`);
    }
    const key = headers["Idempotency-Key"];
    if (!key) return;
    if ((this.#keys.get(key) ?? by) !== by) this.leaked.push(`${key} of ${this.#keys.get(key)} sent as ${by}`);
    this.#keys.set(key, by ?? "");
  }

  /** Nothing that is shown or stored belongs to another than it should. */
  #check(): void {
    for (const tab of this.#tabs) for (const { analysis } of tab.analyses.values()) this.#checkShown(tab, analysis);
    for (const { person, body } of JSON.parse([...this.stored.values()][0] ?? "[]")) {
      if (person !== body.labels.by) this.leaked.push(`a start of ${body.labels.by} stored as ${person}'s`);
    }
  }

  #checkShown(tab: Tab, analysis: Analysis): void {
    const who = tab.isNamed ? this.#user : tab.given;
    const { job } = analysis.getState();
    const owner = job && this.api.owners.get(job.job_id);
    if (owner && owner !== who) this.leaked.push(`a job of ${owner} shown to ${who}`);
  }

  #note(tab: Tab, analysis: Analysis): void {
    const { job } = analysis.getState();
    if (!job) return;
    const before = tab.shown.get(job.job_id);
    if (before && (job.version < before.version || (before.done && !job.done))) {
      this.wentBack.push(`${job.job_id}: ${before.version} → ${job.version}`);
    }
    tab.shown.set(job.job_id, { version: job.version, done: job.done });
  }

  #look(tab: Tab): void {
    const [caseId, type] = [this.#pick(CASES), this.#pick(TYPES)];
    const name = `${caseId} ${type}`;
    if (tab.analyses.has(name)) return;
    const analysis = tab.client.analysis(caseId, type) as Analysis;
    tab.analyses.set(name, { analysis, leave: analysis.subscribe(() => this.#note(tab, analysis)) });
  }

  #lookAway(tab: Tab): void {
    const [name, one] = [...tab.analyses][0] ?? [];
    one?.leave();
    if (name) tab.analyses.delete(name);
  }

  #pickAnalysis(tab: Tab): Analysis | undefined {
    const all = [...tab.analyses.values()];
    return all.length > 0 ? this.#pick(all).analysis : undefined;
  }

  #body() {
    this.presses++;
    return { labels: { by: this.#user } };
  }

  #press(tab: Tab): void {
    const analysis = this.#pickAnalysis(tab);
    if (analysis) void analysis.start(this.#body());
  }

  /** A start of a program that may give up before the answer. */
  #pressAndLeave({ client }: Tab): void {
    const leaving = new AbortController();
    const options = { body: this.#body(), signal: leaving.signal };
    client.start(this.#pick(TYPES), this.#pick(CASES), options).catch(() => undefined);
    this.#held.push(() => leaving.abort());
  }

  #release(): void {
    this.#held.splice(Math.floor(this.#random() * this.#held.length), 1)[0]?.();
  }

  #reload(tab: Tab): void {
    tab.isAlive = false; // without a word
    this.#tabs = this.#tabs.map((one) => (one === tab ? this.#newTab(tab.isNamed) : one));
  }

  /** Another user logs in; the page says so, or it does not. */
  #changeUser(isTold: boolean): void {
    const before = this.#user;
    const [tab] = this.#tabs;
    if (isTold) {
      tab?.client.close({ forget: true });
      for (const text of this.stored.values()) {
        if (text.includes(`"by":"${before}"`)) this.leaked.push(`a start of ${before} stored after the logout`);
      }
      if (tab) this.#reload(tab);
    }
    this.#user = this.#pick(USERS);
  }

  /** The stream tells of a job, of one that somebody follows or not, of an old version or of the newest. */
  #news(): void {
    const jobs = [...this.api.jobs.values()];
    const { live } = this.#sockets;
    if (jobs.length === 0 || live.length === 0) return;
    const job = this.#pick(jobs);
    const socket = this.#pick(live);
    if (!socket.jobIds.has(job.job_id)) return;
    const late = { ...job, version: Math.max(1, job.version - 1), status: "running" as const, done: false };
    socket.bring(this.#random() < 0.3 ? late : job);
    if (this.#random() < 0.2) socket.bring(job);
  }

  #socketTrouble(): void {
    this.#sockets.isPassable = this.#random() < 0.7;
    const { live } = this.#sockets;
    if (live.length > 0) this.#pick(live).end();
  }

  #turnNetwork(): void {
    this.api.isOffline = this.#random() < 0.3;
  }

  #serverMovesOn(): void {
    const open = [...this.api.jobs.values()].filter(({ done }) => !done);
    if (open.length === 0) return;
    const { job_id, progress, cancel_requested } = this.#pick(open);
    const dice = this.#random();
    if (cancel_requested) this.api.put({ job_id, status: "cancelled" });
    else if (dice < 0.6) this.api.put({ job_id, status: "running", progress: Math.min(99, progress + 10) });
    else if (dice < 0.9) this.api.put({ job_id, status: "completed", progress: 100, result: { of: job_id } });
    else this.api.put({ job_id, status: "failed", error: "It failed." });
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T;
  }
}
