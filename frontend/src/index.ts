// What does @casework/client offer? Everything but the React hooks, which are in @casework/client/react.

export type { Analysis, AnalysisState } from "./analysis.js";
export type * from "./api.js";
export type { CaseListQuery, Cases } from "./cases.js";
export { type Client, type ClientOptions, createClient, type JobListQuery } from "./client.js";
export type { ContentType, DocumentFacts, Documents, FileFacts } from "./documents.js";
export * from "./errors.js";
export type { GetToken } from "./http.js";
export { type Job, type JobPage, type JobStatus, resultOf } from "./job.js";
export type { KeyValueStorage, Page, PageChange, Ports } from "./ports.js";
export type * from "./results.js";
export type { ActionOptions } from "./starts.js";
export type { WaitOptions } from "./wait.js";
export type { Sight, SightListener } from "./watch.js";
