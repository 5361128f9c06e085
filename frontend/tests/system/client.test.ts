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

  const start = await client.start("document_analysis_form7801", caseId, { body: { labels: { from: "test" } } });
  const job = await client.waitForJob(start, { onProgress: (one) => seen.push(one) });

  const progress = seen.map((one) => one.progress);
  expect(start).toMatchObject({ status: "accepted", documents_count: 3, deduplicated: false });
  expect(job).toMatchObject({ status: "completed", progress: 100, metadata: { from: "test", case_id: caseId } });
  expect(progress).toEqual([...progress].sort((one, other) => one - other));
  expect(progress.length).toBeGreaterThanOrEqual(2);
  expect((await client.cases.get(caseId)).final_document_analysis).toEqual(job.result?.analysis);
});

test("an analysis is run to its typed result in one call", async () => {
  const { client } = newUser(system);
  const caseId = await createSampleCase(client);

  const { analysis } = await client.run("document_analysis_form7801", caseId, { onProgress: () => undefined });

  expect((await client.cases.get(caseId)).final_document_analysis).toEqual(analysis);
});

test("another browser sees what the API knows, without a start", async () => {
  const { client, token } = newUser(system);
  const caseId = await createSampleCase(client);
  const { job_id } = await client.start("document_analysis_form7801", caseId);
  await client.waitForJob(job_id);
  const phone = newUser(system, { getToken: () => token });

  const analysis = phone.client.analysis(caseId, "document_analysis_form7801");
  const leave = analysis.subscribe(() => undefined);
  await expect.poll(() => analysis.getState().result?.case_id).toBe(caseId);
  leave();

  expect(phone.exchanges.map(({ method }) => method)).toEqual(["GET", "GET"]);
});

test("several analyses of a case go on side by side", async () => {
  const { client } = newUser(system);
  const caseId = await createSampleCase(client);

  const starts = await Promise.all([
    client.start("call_analysis", caseId),
    client.start("document_analysis_agent", caseId),
    client.start("document_analysis_form7801", caseId),
  ]);
  const jobs = await Promise.all(starts.map((start) => client.waitForJob(start.job_id)));

  expect(jobs.map((job) => [job.job_type, job.status])).toEqual([
    ["call_analysis", "completed"],
    ["document_analysis_agent", "completed"],
    ["document_analysis_form7801", "completed"],
  ]);
  const listed = await client.jobs.list({ case_id: caseId, limit: 2 });
  const rest = await client.jobs.list({ case_id: caseId, limit: 2, cursor: listed.next_cursor ?? "" });
  expect([listed.count, rest.count, rest.next_cursor]).toEqual([2, 1, null]);
  const named = jobs.map(
    (job, index) => `const r${index}: Results["${job.job_type}"] = ${JSON.stringify(job.result)};`,
  );
  expect(compileErrors(`import type { Results } from "../../src/index.js";\n${named.join("\n")}`)).toEqual([]);
});

test("the types are those of the API that is served", async () => {
  const document = await (await fetch(`${system.apiUrl}/openapi.json`)).json();

  for (const [name, text] of Object.entries(await apiTypes(document))) {
    expect(text, "run `npm run api-types`").toBe(await readFile(new URL(`../../src/${name}`, import.meta.url), "utf8"));
  }
});

test("a job is not started twice: not under one key, not while one is open", async () => {
  const { client } = newUser(system);
  const caseId = await createSampleCase(client);
  await system.setPace(30);

  const first = await client.start("document_analysis_form7801", caseId, { key: "one-action" });
  const again = await client.start("document_analysis_form7801", caseId, { key: "one-action" });
  const other = await client.start("document_analysis_form7801", caseId);

  expect([again.job_id, other.job_id]).toEqual([first.job_id, first.job_id]);
  expect(other.deduplicated).toBe(true);
  await client.cancel(first.job_id);
});

test("what has not changed is not transferred again", async () => {
  const { client, exchanges } = newUser(system);
  const caseId = await createSampleCase(client);
  await system.setPace(30);
  await system.addFault({ kind: "slow", seconds: 30 });
  const { job_id } = await client.start("document_analysis_agent", caseId);

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
  const { job_id } = await client.start("document_analysis_form7801", caseId);
  const waiting = client.waitForJob(job_id);
  await expect.poll(async () => (await client.jobs.get(job_id)).status).toBe("running");

  await client.cancel(job_id);
  const cancelled = await waiting;
  await system.setPace(1);
  const again = await client.retry(cancelled);
  const job = await client.waitForJob(again.job_id);

  expect(cancelled).toMatchObject({ status: "cancelled", error: "The job was cancelled." });
  expect(again.retried_from).toBe(job_id);
  expect(job.status).toBe("completed");
  const events = await client.jobs.events(job_id);
  expect(events.map((event) => event.type)).toContain("cancelled");
  expect(await client.jobs.events(job_id, { after: events.length })).toEqual([]);
});

test("a job that fails says why, in a sentence and a code", async () => {
  const { client } = newUser(system);
  const caseId = await createSampleCase(client);
  await system.addFault({ kind: "quota", provider: "openai" });
  const { job_id } = await client.start("document_analysis_form7801", caseId);

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

  await expect(client.start("document_analysis_agent", id)).rejects.toMatchObject({
    code: "no_documents",
    status: 409,
  });
  await expect(client.start("call_analysis", id)).rejects.toMatchObject({ code: "no_call" });
  await expect(stranger.cases.get(id)).rejects.toMatchObject({ code: "not_found", status: 404 });
  await expect(nobody.cases.get(id)).rejects.toMatchObject({ code: "unauthorized", status: 401 });
  await expect(client.jobs.get("00000000-0000-4000-8000-000000000000")).rejects.toMatchObject({ code: "not_found" });
  await expect(client.start("call_analysis", id, { body: { deadline_seconds: 1 } })).rejects.toMatchObject({
    code: "invalid_request",
    errors: [{ pointer: "/deadline_seconds" }],
  });
});

test("documents arrive whole, small ones and large ones", async () => {
  const { client } = newUser(system);
  const { id } = await client.cases.create({ title: "Documents" });
  const large = new File([new Uint8Array(5 * 1024 * 1024).fill(32)], "large.txt", { type: "text/plain" });

  await client.documents.addText(id, { file_name: "text.txt", text: "שלום" });
  await client.documents.upload(id, new File(["hello"], "small.txt", { type: "text/plain" }));
  const uploaded = await client.documents.upload(id, large);

  const documents = await client.documents.list(id);
  const facts = documents.map(({ file_name, size, status }) => [file_name, size, status]).toSorted();
  expect(uploaded.status).toBe("ready");
  expect(facts).toEqual([
    ["large.txt", 5 * 1024 * 1024, "ready"],
    ["small.txt", 5, "ready"],
    ["text.txt", 8, "ready"],
  ]);
  await client.documents.delete(id, uploaded.id);
  expect(await client.documents.list(id)).toHaveLength(2);
});

test("a finished job and its case can be deleted", async () => {
  const { client } = newUser(system);
  const caseId = await createSampleCase(client);
  const { job_id } = await client.start("call_analysis", caseId);
  await client.waitForJob(job_id);

  await client.jobs.delete(job_id);
  await client.cases.delete(caseId);

  await expect(client.jobs.get(job_id)).rejects.toMatchObject({ code: "not_found" });
  expect((await client.cases.list()).cases).toEqual([]);
});
