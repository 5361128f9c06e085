// What does @casework/client offer? Everything but the React hooks, which are in @casework/client/react.

export type { Analysis, AnalysisState } from "./analysis-state.js";
export type {
  AddedDocument,
  Attention,
  Case,
  CaseDocument,
  CaseList,
  CaseSummary,
  Delivery,
  DocumentStatus,
  ErrorInfo,
  FieldProblem,
  JobEvent,
  ModelUsage,
  NewCase,
  NewDocument,
  Problem,
  StartBody,
  Usage,
} from "./api.js";
export type { CaseListQuery, Cases, CreateOptions } from "./cases.js";
export { type Client, type ClientOptions, createClient } from "./client.js";
export type { DocumentContent, DocumentFacts, DocumentPage, Documents, UploadOptions } from "./documents.js";
export * from "./errors.js";
export type { Form, FormChanges, FormEntry, FormField, FormHistory, FormSection } from "./form.js";
export type { CallOptions } from "./http.js";
export { type AnyJob, type Job, type JobPage, type JobStatus, resultOf, type Start } from "./job.js";
export { createJobList } from "./job-list.js";
export type { JobList, JobListState } from "./job-list-state.js";
export type { Connection, JobRef, JobView } from "./job-view.js";
export type { JobListQuery, Jobs } from "./jobs.js";
export type { KeyValueStorage, OpenSocket, Page, PageChange, Ports, Socket, Tabs } from "./ports.js";
export type * from "./results.js";
export type { JobType, ProblemCode } from "./routes.js";
export type { GetToken, UserOption } from "./session.js";
export type { ActionOptions, StartOptions } from "./starts.js";
export type { Outgoing, Progress, Stored } from "./upload.js";
export * from "./upload-error.js";
export type { UploadItem, UploadStatus, Uploads } from "./upload-item.js";
export { createUploads } from "./uploads.js";
export type { WaitOptions } from "./wait.js";
export * from "./wait-errors.js";
export type { RunOptions } from "./work.js";
