import { expect, expectTypeOf, test } from "vitest";
import type * as Casework from "../../src/index.js";
import { type AnyJob, type CallResult, type Form7801Result, type Job, resultOf, type Start } from "../../src/index.js";
import { CASE, FORM, newWorld } from "./fakes/world.js";

// What is expected of types is checked by `npm run check`: the compiler reads these lines, and runs none of them.

test("the result's type follows from the analysis, from the start to the end", async () => {
  const world = newWorld();
  world.api.put({ job_id: "job-1", status: "completed", result: { case_id: CASE } });
  const { client } = world;
  const run = () =>
    client.run(FORM, CASE, { onProgress: (job) => expectTypeOf(job).toEqualTypeOf<Job<typeof FORM>>() });
  const wait = (start: Start<typeof FORM>) => client.waitForJob(start);
  const read = async (start: Start<typeof FORM>) => resultOf(await client.jobs.get(start));

  expectTypeOf(run).returns.resolves.toEqualTypeOf<Form7801Result>();
  expectTypeOf(wait).returns.resolves.toEqualTypeOf<Job<typeof FORM>>();
  expectTypeOf(read).returns.resolves.toEqualTypeOf<Form7801Result>();
  expectTypeOf(client.analysis(CASE, "call_analysis").getState().result).toEqualTypeOf<CallResult | null>();
  // @ts-expect-error A form's start is no call's.
  const wrong = (start: Start<typeof FORM>) => client.waitForJob<"call_analysis">(start);
  // @ts-expect-error There is no such analysis.
  const unknown = () => client.start("analysis", CASE);
  expect([wrong, unknown]).toHaveLength(2);
});

test("a job of any type is told apart by its type", () => {
  const total = (job: AnyJob): number | undefined => {
    // @ts-expect-error It is not known yet whose result it is.
    expectTypeOf(job.result?.analysis.estimated_claim_amount);
    if (job.job_type === "call_analysis") return job.result?.analysis.estimated_claim_amount;
    if (job.job_type === FORM) expectTypeOf(job.result).toEqualTypeOf<Form7801Result | null>();
    return undefined;
  };
  const job = { job_type: "call_analysis", result: { analysis: { estimated_claim_amount: 7 } } } as AnyJob;

  expect(total(job)).toBe(7);
});

test("no exported name hides one of the page's, and internals stay inside", () => {
  // @ts-expect-error The page has a Document.
  expectTypeOf<Casework.Document>();
  // @ts-expect-error And an Event.
  expectTypeOf<Casework.Event>();
  // @ts-expect-error Generated from the API description, and not for callers.
  expectTypeOf<Casework.components>();
  // @ts-expect-error Where the API is asked is the client's affair.
  expectTypeOf<Casework.Route>();
  // @ts-expect-error Codes are those of the API description, not any text.
  const code: Casework.ProblemCode = "no_such_code";

  expect(code).toBeTypeOf("string");
});
