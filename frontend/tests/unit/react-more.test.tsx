// @vitest-environment happy-dom
import { QueryClient } from "@tanstack/react-query";
import { act, type ReactNode, StrictMode } from "react";
import { createRoot, hydrateRoot, type Root } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Client, Job } from "../../src/index.js";
import { caseQuery, followInCache, jobQuery, keyOf } from "../../src/query/index.js";
import { CaseworkProvider, useAnalysis, useJob, useJobs, useUploads } from "../../src/react/index.js";
import { type Behaviour, json } from "../../src/testing/index.js";
import { CASE, FORM, newWorld, settled, type World } from "./fakes/world.js";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root;
let page: HTMLElement;

beforeEach(() => {
  page = document.createElement("main");
  root = createRoot(page);
});

afterEach(() => act(() => root.unmount()));

const within = (client: Client, children: ReactNode) => (
  <StrictMode>
    <CaseworkProvider client={client}>{children}</CaseworkProvider>
  </StrictMode>
);
const drawn = (client: Client, children: ReactNode) => act(async () => root.render(within(client, children)));
const pass = (world: World, ms: number) => act(() => world.time.advance(ms));

function Line() {
  const { status, isLoading } = useAnalysis(CASE, FORM);
  return <p>{isLoading ? "loading" : status}</p>;
}

test("a page that a server has rendered is taken over, whatever other roots know already", async () => {
  const html = renderToString(within(newWorld().client, <Line />));
  const world = newWorld();
  const other = world.client.analysis(CASE, FORM);
  other.subscribe(() => {});
  await other.start();
  page.innerHTML = html;
  const errors: unknown[] = [];

  let hydrated: Root | null = null;
  await act(async () => {
    const options = { onRecoverableError: (error: unknown) => errors.push(error) };
    hydrated = hydrateRoot(page, within(world.client, <Line />), options);
  });

  expect(html).toBe("<p>loading</p>");
  expect(errors).toEqual([]);
  expect(page.textContent).toBe("pending");
  await act(() => (hydrated as Root | null)?.unmount());
});

test("a job that does not change is not drawn again", async () => {
  const world = newWorld();
  world.api.put({ job_id: "j", status: "running", progress: 10 });
  let draws = 0;
  function Counted() {
    draws++;
    return <p>{useJob("j").job?.progress}</p>;
  }
  await drawn(world.client, <Counted />);
  await pass(world, 1_000);
  const before = draws;

  await pass(world, 60_000);

  expect(draws).toBe(before);
});

test("a second component has a finished job in its first frame, and nobody asks again", async () => {
  const world = newWorld();
  world.api.put({ job_id: "j", status: "completed", progress: 100, result: { case_id: CASE } });
  const frames: string[] = [];
  function Shown({ name }: { name: string }) {
    const { job, isLoading } = useJob("j");
    frames.push(`${name} ${isLoading ? "loading" : job?.status}`);
    return null;
  }
  await drawn(world.client, <Shown name="first" />);
  await pass(world, 1_000);
  const before = world.api.asked.length;

  await drawn(world.client, [<Shown key="1" name="first" />, <Shown key="2" name="second" />]);
  await pass(world, 60_000);

  expect(frames.filter((frame) => frame.startsWith("second"))).not.toContain("second loading");
  expect(world.api.asked).toHaveLength(before);
});

test("mounting a finished job again costs a 304", async () => {
  const world = newWorld();
  world.api.put({ job_id: "j", status: "completed", result: { case_id: CASE } });
  const Shown = () => <p>{useJob("j").job?.status}</p>;
  for (let mount = 0; mount < 5; mount++) {
    await drawn(world.client, <Shown key={mount} />);
    await pass(world, 1_000);
    expect(page.textContent).toBe("completed");
  }

  const full = world.api.asked.filter(({ headers }) => !headers["If-None-Match"]);
  expect(full).toHaveLength(1);
});

test("an analysis without a case, or that is switched off, asks nothing and starts nothing", async () => {
  const world = newWorld();
  const seen: string[] = [];
  function Off({ caseId, enabled }: { caseId: string | null; enabled: boolean }) {
    const { status, isLoading, start } = useAnalysis(caseId, FORM, { enabled });
    seen.push(`${status} ${isLoading}`);
    return <button type="button" onClick={start} />;
  }

  await drawn(world.client, [<Off key="1" caseId={null} enabled />, <Off key="2" caseId={CASE} enabled={false} />]);
  await act(async () => page.querySelectorAll("button").forEach((button) => void button.click()));
  await pass(world, 60_000);

  expect(world.api.asked).toEqual([]);
  expect(new Set(seen)).toEqual(new Set(["idle false"]));
});

test("onCompleted and onFailed are called for jobs that end here, with the body of the latest frame", async () => {
  const world = newWorld();
  world.api.put({ job_id: "old", status: "completed", result: { case_id: CASE } });
  const calls: string[] = [];
  function Told({ from }: { from: string }) {
    const analysis = useAnalysis(CASE, FORM, {
      body: { labels: { from } },
      onCompleted: (job) => calls.push(`completed ${job.job_id} ${job.result?.case_id}`),
      onFailed: (job) => calls.push(`failed ${job.job_id}`),
    });
    return <button type="button" onClick={analysis.start} />;
  }
  const press = () => act(async () => page.querySelector("button")?.click());
  await drawn(world.client, <Told from="first" />);
  await pass(world, 5_000);
  expect(calls).toEqual([]);

  await drawn(world.client, <Told from="second" />);
  await press();
  await pass(world, 5_000);
  world.api.put({ job_id: "job-2", status: "completed", result: { case_id: CASE } });
  await pass(world, 10_000);
  await press();
  await pass(world, 5_000);
  world.api.put({ job_id: "job-3", status: "failed" });
  await pass(world, 10_000);

  expect(calls).toEqual([`completed job-2 ${CASE}`, "failed job-3"]);
  expect(world.api.asked.find(({ method }) => method === "POST")?.body).toEqual({ labels: { from: "second" } });
});

test("a list stays as it is in the API: open jobs are followed, new ones appear, older ones are fetched", async () => {
  const world = newWorld();
  for (const id of ["a", "b", "c", "d", "e"])
    world.api.put({ job_id: id, status: id === "e" ? "running" : "completed" });
  function List() {
    const { jobs, hasMore, fetchNextPage, isLoading } = useJobs({ case_id: CASE, limit: 2 });
    return (
      <button type="button" onClick={fetchNextPage}>
        {isLoading ? "loading" : jobs.map(({ job_id, progress }) => `${job_id}${progress}`).join(" ")}{" "}
        {hasMore && "more"}
      </button>
    );
  }
  await drawn(world.client, <List />);
  await pass(world, 1_000);
  expect(page.textContent).toBe("e0 d0 more");

  world.api.put({ job_id: "e", progress: 60 });
  await pass(world, 5_000);
  expect(page.textContent).toBe("e60 d0 more");
  await act(async () => page.querySelector("button")?.click());
  expect(page.textContent).toBe("e60 d0 c0 b0 more");
  world.api.put({ job_id: "f", status: "running", progress: 5 });
  await pass(world, 10_000);

  expect(page.textContent).toBe("f5 e60 c0 b0 more");
  world.page.change(true);
  const before = world.api.asked.filter(({ path }) => path.startsWith("/jobs?")).length;
  await pass(world, 60_000);
  expect(world.api.asked.filter(({ path }) => path.startsWith("/jobs?"))).toHaveLength(before);
});

test("files go two at a time; what failed is tried again, what is taken back is deleted", async () => {
  const world = newWorld();
  const arriving: (() => void)[] = [];
  let count = 0;
  const added: Behaviour = ({ body }) => {
    const { file_name } = body as { file_name: string };
    if (file_name === "bad.txt" && ++count === 1) return json(413, { message: "too large" });
    return new Promise((resolve) =>
      arriving.push(() => resolve(json(201, { document: { id: file_name, file_name, status: "ready" } }))),
    );
  };
  world.api.next = Array(9).fill((asked: Parameters<Behaviour>[0]) =>
    asked.method === "DELETE" ? new Response(null, { status: 204 }) : added(asked),
  );
  let queue = {} as ReturnType<typeof useUploads>;
  function Files() {
    queue = useUploads(CASE);
    return <p>{queue.uploads.map(({ fileName, status }) => `${fileName} ${status}`).join(", ")}</p>;
  }
  const arrive = () =>
    act(async () => {
      arriving.shift()?.();
      await settled();
    });
  await drawn(world.client, <Files />);

  await act(async () => {
    queue.add(["a.txt", "b.txt", "bad.txt"].map((name) => new File(["x"], name)));
    await settled();
  });
  expect(page.textContent).toBe("a.txt sending, b.txt sending, bad.txt waiting");
  await arrive();
  expect(page.textContent).toBe("a.txt ready, b.txt sending, bad.txt failed");
  await act(async () => {
    queue.retry(queue.uploads[2]?.id ?? "");
    await settled();
  });
  await arrive();
  await arrive();
  expect(page.textContent).toBe("a.txt ready, b.txt ready, bad.txt ready");

  await act(() => queue.remove(queue.uploads[0]?.id ?? ""));

  expect(page.textContent).toBe("b.txt ready, bad.txt ready");
  expect(world.api.asked.at(-1)).toMatchObject({ method: "DELETE", path: `/cases/${CASE}/documents/a.txt` });
});

test("TanStack Query gets the user's own keys, the signal, and no second repeating; followed jobs are put in its cache", async () => {
  const world = newWorld();
  const queries = new QueryClient({ defaultOptions: { queries: { retry: 2, retryDelay: 0 } } });
  await world.client.jobs.list();
  world.api.isOffline = true;
  const before = world.api.asked.length;

  await expect(queries.fetchQuery(caseQuery(world.client, CASE))).rejects.toMatchObject({ name: "NetworkError" });
  expect(world.api.asked.length - before).toBe(3);
  expect(world.api.asked.at(-1)?.signal).toBeInstanceOf(AbortSignal);
  world.api.isOffline = false;
  world.api.put({ job_id: "j", status: "running", progress: 30 });
  const stop = followInCache(world.client, queries, "j");
  await world.time.advance(1_000);
  stop();

  expect(queries.getQueryData<Job>(jobQuery(world.client, "j").queryKey)?.progress).toBe(30);
  expect(keyOf(world.client, "job", "j")).toEqual(["casework", "u1", "job", "j"]);
});
