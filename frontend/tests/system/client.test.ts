import { readFile } from "node:fs/promises";
import { afterEach, expect, test } from "vitest";
import { createSampleCase } from "../../local/sample-case.js";
import { apiTypes } from "../../scripts/api-types.mjs";
import { type Job, JobFailedError, resultOf } from "../../src/index.js";
import { compileErrors } from "./compile.js";
import { ownSystem } from "./own-system.js";
import { newUser } from "./user.js";

const system = ownSystem({ emulatorSeconds: 1 });

afterEach(() => system.setPace(1));

test("an analysis is started, followed and done", async () => {
  const { client } = newUser(system);
  const caseId = await createSampleCase(client);
  await system.setPace(5);
  const seen: Job[] = [];

  const start = await client.analyzeForm7801(caseId, { labels: { from: "test" } });
  const job = await client.waitForJob(start.job_id, { onProgress: (one) => seen.push(one) });

  const progress = seen.map((one) => one.progress);
  expect(start).toMatchObject({ status: "accepted", documents_count: 3, deduplicated: false });
  expect(job).toMatchObject({ status: "completed", progress: 100, metadata: { from: "test", case_id: caseId } });
  expect(progress).toEqual([...progress].sort((one, other) => one - other));
  expect(progress.length).toBeGreaterThanOrEqual(2);
  expect((await client.cases.get(caseId)).final_document_analysis).toEqual(job.result?.analysis);
});

test("several analyses of a case go on side by side", async () => {
  const { client } = newUser(system);
  const caseId = await createSampleCase(client);

  const starts = await Promise.all([
    client.reAnalyzeCall(caseId),
    client.analyzeWithAgent(caseId),
    client.analyzeForm7801(caseId),
  ]);
  const jobs = await Promise.all(starts.map((start) => client.waitForJob(start.job_id)));

  expect(jobs.map((job) => [job.job_type, job.status])).toEqual([
    ["call_analysis", "completed"],
    ["document_analysis_agent", "completed"],
    ["document_analysis_form7801", "completed"],
  ]);
  const listed = await client.listJobs({ case_id: caseId, limit: 2 });
  const rest = await client.listJobs({ case_id: caseId, limit: 2, cursor: listed.next_cursor ?? "" });
  expect([listed.count, rest.count, rest.next_cursor]).toEqual([2, 1, null]);
  const named = jobs.map(
    (job, index) => `const r${index}: Results["${job.job_type}"] = ${JSON.stringify(job.result)};`,
  );
  expect(compileErrors(`import type { Results } from "../../src/index.js";\n${named.join("\n")}`)).toEqual([]);
});

test("the types are those of the API that is served", async () => {
  const document = await (await fetch(`${system.apiUrl}/openapi.json`)).json();

  const types = await apiTypes(document);

  expect(types, "run `npm run api-types`").toBe(await readFile(new URL("../../src/api.ts", import.meta.url), "utf8"));
});

test("a job is not started twice: not under one key, not while one is open", async () => {
  const { client } = newUser(system);
  const caseId = await createSampleCase(client);
  await system.setPace(30);

  const first = await client.analyzeForm7801(caseId, {}, { key: "one-action" });
  const again = await client.analyzeForm7801(caseId, {}, { key: "one-action" });
  const other = await client.analyzeForm7801(caseId);

  expect([again.job_id, other.job_id]).toEqual([first.job_id, first.job_id]);
  expect(other.deduplicated).toBe(true);
  await client.cancel(first.job_id);
});

test("what has not changed is not transferred again", async () => {
  const { client, exchanges } = newUser(system);
  const caseId = await createSampleCase(client);
  await system.setPace(30);
  await system.addFault({ kind: "slow", seconds: 30 });
  const { job_id } = await client.analyzeWithAgent(caseId);

  const stop = client.watchJob(job_id, () => undefined);
  await expect.poll(() => exchanges.some((one) => one.status === 304)).toBe(true);
  stop();

  expect(exchanges.find((one) => one.status === 304)?.received).toBe(0);
  await client.cancel(job_id);
});

test("a running job is cancelled, and run again from the start", async () => {
  const { client } = newUser(system);
  const caseId = await createSampleCase(client);
  await system.setPace(30);
  const { job_id } = await client.analyzeForm7801(caseId);
  const waiting = client.waitForJob(job_id);
  await expect.poll(async () => (await client.getJob(job_id)).status).toBe("running");

  await client.cancel(job_id);
  const cancelled = await waiting;
  await system.setPace(1);
  const again = await client.retry(cancelled);
  const job = await client.waitForJob(again.job_id);

  expect(cancelled).toMatchObject({ status: "cancelled", error: "The job was cancelled." });
  expect(again.retried_from).toBe(job_id);
  expect(job.status).toBe("completed");
  const events = await client.jobEvents(job_id);
  expect(events.map((event) => event.type)).toContain("cancelled");
  expect(await client.jobEvents(job_id, events.length)).toEqual([]);
});

test("a job that fails says why, in a sentence and a code", async () => {
  const { client } = newUser(system);
  const caseId = await createSampleCase(client);
  await system.addFault({ kind: "quota", provider: "openai" });
  const { job_id } = await client.analyzeForm7801(caseId);

  const job = await client.waitForJob(job_id);

  expect(job.status).toBe("failed");
  expect(job.error).toMatch(/\w\.$/);
  const failure = (() => {
    try {
      return resultOf(job);
    } catch (error) {
      return error;
    }
  })();
  expect(failure).toBeInstanceOf(JobFailedError);
  expect(failure).toMatchObject({ code: "provider_quota_exhausted" });
});

test("refusals are errors with codes", async () => {
  const { client } = newUser(system);
  const stranger = newUser(system).client;
  const nobody = newUser(system, { getToken: () => "no.token.atall" }).client;
  const { id } = await client.cases.create({ title: "Empty" });

  await expect(client.analyzeWithAgent(id)).rejects.toMatchObject({ code: "no_documents", status: 409 });
  await expect(client.reAnalyzeCall(id)).rejects.toMatchObject({ code: "no_call" });
  await expect(stranger.cases.get(id)).rejects.toMatchObject({ code: "not_found", status: 404 });
  await expect(nobody.cases.get(id)).rejects.toMatchObject({ code: "unauthorized", status: 401 });
  await expect(client.getJob("00000000-0000-4000-8000-000000000000")).rejects.toMatchObject({ code: "not_found" });
  await expect(client.start("call_analysis", id, { deadline_seconds: 1 })).rejects.toMatchObject({
    code: "invalid_request",
    errors: [{ pointer: "/deadline_seconds" }],
  });
});

test("documents arrive whole, small ones and large ones", async () => {
  const { client } = newUser(system);
  const { id } = await client.cases.create({ title: "Documents" });
  const large = new File([new Uint8Array(5 * 1024 * 1024).fill(32)], "large.txt", { type: "text/plain" });

  await client.documents.addText(id, { file_name: "text.txt", text: "שלום" });
  await client.documents.addFile(id, new File(["hello"], "small.txt", { type: "text/plain" }));
  const awaited = await client.documents.addFile(id, large);

  const documents = await client.documents.list(id);
  const facts = documents.map(({ file_name, size, status }) => [file_name, size, status]).toSorted();
  expect(awaited.status).toBe("awaiting_upload");
  expect(facts).toEqual([
    ["large.txt", 5 * 1024 * 1024, "ready"],
    ["small.txt", 5, "ready"],
    ["text.txt", 8, "ready"],
  ]);
  await client.documents.delete(id, awaited.id);
  expect(await client.documents.list(id)).toHaveLength(2);
});

test("a finished job and its case can be deleted", async () => {
  const { client } = newUser(system);
  const caseId = await createSampleCase(client);
  const { job_id } = await client.reAnalyzeCall(caseId);
  await client.waitForJob(job_id);

  await client.deleteJob(job_id);
  await client.cases.delete(caseId);

  await expect(client.getJob(job_id)).rejects.toMatchObject({ code: "not_found" });
  expect((await client.cases.list()).cases).toEqual([]);
});
