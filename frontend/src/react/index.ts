// What does a React app need? A provider around it, and two hooks.

export { CaseworkProvider, useClient } from "./provider.js";
export { type UsedAnalysis, useAnalysis } from "./use-analysis.js";
export { useJob } from "./use-job.js";
