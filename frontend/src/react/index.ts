"use client";
// What does a React app need? A provider around it, and hooks.

export { CaseworkProvider, useClient } from "./provider.js";
export { type AnalysisOptions, type UsedAnalysis, useAnalysis } from "./use-analysis.js";
export { type UsedJob, useJob } from "./use-job.js";
export { type UsedJobs, useJobs } from "./use-jobs.js";
export { type UsedUploads, useUploads } from "./use-uploads.js";
