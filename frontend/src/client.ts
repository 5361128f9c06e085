// What can a program do with Casework? Start analyses, follow jobs, keep cases: `createClient` puts it all together.

import { type Analysis, createAnalysis } from "./analysis.js";
import type { Event, EventList, Start, StartBody, Status } from "./api.js";
import { patiently } from "./backoff.js";
import { type Cases, casesOf } from "./cases.js";
import { type Documents, documentsOf } from "./documents.js";
import { isProblem, isTransient } from "./errors.js";
import { type Call, connect, type GetToken } from "./http.js";
import type { Job, JobPage } from "./job.js";
import { OpenJobs } from "./open-jobs.js";
import { type Ports, standardPorts } from "./ports.js";
import { CANCEL_TAKES_MS, readJob } from "./read-job.js";
import type { JobType } from "./results.js";
import { type ActionOptions, resumedJob, startJob } from "./starts.js";
import { jobWhenDone, type WaitOptions } from "./wait.js";
import { type Sight, type SightListener, Watches } from "./watch.js";

export interface ClientOptions {
  /** Where the API is, with its stage: `https://….amazonaws.com/api`. */
  baseUrl: string;
  getToken: GetToken;
  /** Replaces parts of the surroundings: fetch, time, chance, storage, the page. */
  ports?: Partial<Ports>;
}

export interface JobListQuery {
  status?: Status;
  job_type?: JobType;
  case_id?: string;
  limit?: number;
  cursor?: string;
  scope?: "all" | "mine";
}

/**
 * A client of one user. What it throws stands in errors.ts. An action (start, retry, cancel) is repeated by itself while
 * the network or the API does not answer; a start has one Idempotency-Key, so that it makes one job.
 */
export interface Client {
  reAnalyzeCall(caseId: string, body?: StartBody, options?: ActionOptions): Promise<Start>;
  analyzeWithAgent(caseId: string, body?: StartBody, options?: ActionOptions): Promise<Start>;
  analyzeForm7801(caseId: string, body?: StartBody, options?: ActionOptions): Promise<Start>;
  start(jobType: JobType, caseId: string, body?: StartBody, options?: ActionOptions): Promise<Start>;
  /** Run a finished job again, as a new job. */
  retry(job: Job | string, body?: StartBody, options?: ActionOptions): Promise<Start>;
  /** The job ends as `cancelled`, at once or as soon as its worker stops; one that had ended before is given as it is. */
  cancel(jobId: string): Promise<Job>;

  getJob<T extends JobType = JobType>(jobId: string): Promise<Job<T>>;
  /** The job when it is done, however it ended: `resultOf(job)` gives its result or throws why there is none. */
  waitForJob<T extends JobType = JobType>(jobId: string, options?: WaitOptions): Promise<Job<T>>;
  /** Tell of every change until the job is done, or until the function that this returns is called. */
  watchJob(jobId: string, listener: SightListener): () => void;
  listJobs(query?: JobListQuery): Promise<JobPage>;
  jobEvents(jobId: string, after?: number): Promise<Event[]>;
  deleteJob(jobId: string): Promise<void>;

  /** The id of the job that was started here for this case and not seen to end, e.g. before a reload; or null. */
  resume(caseId: string, jobType: JobType): Promise<string | null>;
  /** One analysis of one case as a user sees it: its state, and what can be done. The same object for the same case. */
  analysis<T extends JobType>(caseId: string, jobType: T): Analysis<T>;

  readonly cases: Cases;
  readonly documents: Documents;
}

/** A client of the API at `baseUrl`. */
export function createClient({ baseUrl, getToken, ports: given = {} }: ClientOptions): Client {
  const ports = { ...standardPorts(), ...given };
  const send = connect({ baseUrl, getToken, ports });
  const openJobs = new OpenJobs(ports.storage);
  const watches = new Watches({ send, ports, onEnd: (jobId, sight) => isOver(sight) && openJobs.forgetJob(jobId) });
  const starter = { send, ports, openJobs, expect: watches.expect.bind(watches) };
  const analyses = new Map<string, Analysis<JobType>>();

  async function asked<T>(call: Call): Promise<T> {
    return (await patiently(() => send<T>(call), { mayRepeat: isTransient, ports })).body;
  }

  const start: Client["start"] = (jobType, caseId, body = {}, options = {}) =>
    startJob(starter, { jobType, caseId, body, retriedFrom: null }, options);

  const getJob = async <T extends JobType>(jobId: string) => {
    const seen = await patiently(() => readJob(jobId, { send, ports }), { mayRepeat: isTransient, ports });
    return seen.job as Job<T>;
  };

  const client: Client = {
    start,
    reAnalyzeCall: (...given) => start("call_analysis", ...given),
    analyzeWithAgent: (...given) => start("document_analysis_agent", ...given),
    analyzeForm7801: (...given) => start("document_analysis_form7801", ...given),
    async retry(given, body = {}, options = {}) {
      const { job_id, job_type, metadata } = typeof given === "string" ? await getJob(given) : given;
      const wanted = { jobType: job_type, caseId: String(metadata.case_id), body, retriedFrom: job_id };
      return startJob(starter, wanted, options);
    },
    async cancel(jobId) {
      try {
        const job = await asked<Job>({ route: "POST /jobs/{job_id}/cancel", parameters: { job_id: jobId } });
        watches.expect(jobId, job.done ? 0 : CANCEL_TAKES_MS);
        return job;
      } catch (error) {
        if (!isProblem(error, "already_finished")) throw error;
        watches.expect(jobId, 0);
        return getJob(jobId);
      }
    },
    getJob,
    waitForJob: <T extends JobType>(jobId: string, options: WaitOptions = {}) =>
      jobWhenDone(jobId, options, { watches, ports }) as Promise<Job<T>>,
    watchJob: (jobId, listener) => watches.watch(jobId, listener),
    listJobs: (query = {}) => asked<JobPage>({ route: "GET /jobs", query }),
    async jobEvents(jobId, after = 0) {
      const call: Call = { route: "GET /jobs/{job_id}/events", parameters: { job_id: jobId }, query: { after } };
      return (await asked<EventList>(call)).events;
    },
    async deleteJob(jobId) {
      await send<null>({ route: "DELETE /jobs/{job_id}", parameters: { job_id: jobId } });
      openJobs.forgetJob(jobId);
    },
    resume: (caseId, jobType) => resumedJob(starter, { caseId, jobType }),
    analysis<T extends JobType>(caseId: string, jobType: T) {
      const name = `${jobType} ${caseId}`;
      const analysis = analyses.get(name) ?? createAnalysis({ client, page: ports.page }, caseId, jobType);
      analyses.set(name, analysis);
      return analysis as Analysis<T>;
    },
    cases: casesOf({ send, ports }),
    documents: documentsOf({ send, ports }),
  };
  return client;
}

function isOver({ job, failure }: Sight): boolean {
  return job?.done === true || isProblem(failure, "not_found");
}
