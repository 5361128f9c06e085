// Which jobs does an operator want to see? What is in the address, so that a link and the way back show the same.

import type { JobListQuery, JobStatus, JobType } from "@casework/client";

export const STATUSES: JobStatus[] = ["pending", "running", "completed", "failed", "cancelled"];
export const JOB_TYPES: JobType[] = ["document_analysis_form7801", "document_analysis_agent", "call_analysis"];
export const SINCE_MS = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 };

export interface JobFilters {
  status?: JobStatus;
  job_type?: JobType;
  error_code?: string;
  user_id?: string;
  case_id?: string;
  /** Started within this time. */
  since?: keyof typeof SINCE_MS;
  order?: "oldest";
}

const MEMBERS = ["status", "job_type", "error_code", "user_id", "case_id", "since", "order"] as const;
const CHOICES: Partial<Record<(typeof MEMBERS)[number], readonly string[]>> = {
  status: STATUSES,
  job_type: JOB_TYPES,
  since: Object.keys(SINCE_MS),
  order: ["oldest"],
};

/** The filters of an address; what is none is left out. */
export function filtersOf(search: string): JobFilters {
  const given = new URLSearchParams(search);
  const found = MEMBERS.flatMap((name) => {
    const value = given.get(name)?.trim();
    const choices = CHOICES[name];
    return value && (!choices || choices.includes(value)) ? [[name, value]] : [];
  });
  return Object.fromEntries(found);
}

/** The address of the list with these filters. */
export function addressOf(filters: JobFilters): string {
  const given = MEMBERS.flatMap((name) => {
    const value = filters[name];
    return value ? [[name, value] as [string, string]] : [];
  });
  return given.length ? `/ops/jobs?${new URLSearchParams(given)}` : "/ops/jobs";
}

/** What the API is asked for; the time and the order are the page's own. */
export function queryOf({ since, order, ...query }: JobFilters): JobListQuery {
  return query;
}

/** Jobs that started before this moment are not wanted; null when all are. In milliseconds since 1970. */
export function startOf({ since }: JobFilters, now: number): number | null {
  return since ? now - SINCE_MS[since] : null;
}
