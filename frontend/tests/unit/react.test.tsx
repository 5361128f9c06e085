// @vitest-environment happy-dom
import { act, type ReactNode, StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Client } from "../../src/index.js";
import { CaseworkProvider, useAnalysis, useJob } from "../../src/react/index.js";
import { CASE, FORM, newWorld, type World } from "./fakes/world.js";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root;
let page: HTMLElement;

beforeEach(() => {
  page = document.createElement("main");
  root = createRoot(page);
});

afterEach(() => act(() => root.unmount()));

function drawn(client: Client, children: ReactNode): Promise<void> {
  return act(async () =>
    root.render(
      <StrictMode>
        <CaseworkProvider client={client}>{children}</CaseworkProvider>
      </StrictMode>,
    ),
  );
}

function Button({ caseId = CASE }: { caseId?: string }) {
  const analysis = useAnalysis(caseId, FORM);
  return (
    <button type="button" disabled={analysis.isBusy} onClick={analysis.start}>
      {analysis.status} {analysis.progress}% {analysis.result?.documents_analyzed}
    </button>
  );
}

function JobLine({ jobId, drawnFor = [] }: { jobId: string | null; drawnFor?: (string | null)[][] }) {
  const { job, error } = useJob(jobId);
  if (job) drawnFor.push([jobId, job.job_id]);
  return <p>{error?.message ?? (job ? `${job.job_id} ${job.progress}%` : "nothing")}</p>;
}

const pass = (world: World, ms: number) => act(() => world.time.advance(ms));

test("a button starts an analysis and shows its progress and result", async () => {
  const world = newWorld();
  await drawn(world.client, <Button />);
  expect(page.textContent).toBe("idle 0% ");

  await act(async () => page.querySelector("button")?.click());
  expect(page.textContent).toBe("pending 0% ");
  world.api.put({ job_id: "job-1", status: "running", progress: 45 });
  await pass(world, 2_000);
  expect(page.textContent).toBe("running 45% ");
  world.api.put({ job_id: "job-1", status: "completed", progress: 100, result: { documents_analyzed: 3 } });
  await pass(world, 10_000);

  expect(page.textContent).toBe("completed 100% 3");
  expect(world.api.asked.filter((one) => one.method === "POST")).toHaveLength(1);
});

test("a page that is loaded anew shows the open job without being asked", async () => {
  const world = newWorld();
  await world.client.start(FORM, CASE);
  world.api.put({ job_id: "job-1", status: "running", progress: 60 });

  await drawn(world.reloaded(), <Button />);
  await pass(world, 1_000);

  expect(page.textContent).toBe("running 60% ");
});

test("another case is another analysis", async () => {
  const world = newWorld();
  await drawn(world.client, <Button />);
  await act(async () => page.querySelector("button")?.click());

  await drawn(world.client, <Button caseId="case-2" />);
  expect(page.textContent).toBe("idle 0% ");
  await drawn(world.client, <Button />);
  expect(page.textContent).toBe("pending 0% ");
});

test("a job is shown by its id, and never in place of another", async () => {
  const world = newWorld();
  world.api.put({ job_id: "a", progress: 10 });
  world.api.put({ job_id: "b", progress: 20 });
  await drawn(world.client, <JobLine jobId={null} />);
  expect(page.textContent).toBe("nothing");

  const drawnFor: string[][] = [];
  await drawn(world.client, <JobLine jobId="a" drawnFor={drawnFor} />);
  expect(page.textContent).toBe("a 10%");
  await drawn(world.client, <JobLine jobId="b" drawnFor={drawnFor} />);
  expect(page.textContent).toBe("b 20%");
  await drawn(world.client, <JobLine jobId="c" drawnFor={drawnFor} />);
  expect(page.textContent).toBe("Refused: not_found.");
  expect(drawnFor.filter(([asked, shown]) => asked !== shown)).toEqual([]);
});

test("a component that has gone follows nothing", async () => {
  const world = newWorld();
  world.api.put({ job_id: "a", progress: 10 });
  await drawn(world.client, <JobLine jobId="a" />);
  await pass(world, 0);
  const before = world.api.asked.length;

  await drawn(world.client, null);
  await pass(world, 60_000);

  expect(world.api.asked).toHaveLength(before);
});

test("a hook without a provider says what is missing", async () => {
  const bare = createRoot(document.createElement("main"), { onUncaughtError: () => {} });

  const drawing = act(async () => bare.render(<JobLine jobId="a" />));

  await expect(drawing).rejects.toThrow("Put a <CaseworkProvider client={…}> around");
});
