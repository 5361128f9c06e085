import { expect, test } from "vitest";
import { createUploads } from "../../src/index.js";
import { lateUploads } from "../../src/late.js";
import { json } from "../../src/testing/index.js";
import { CASE, fakeToken, newWorld, settled } from "./fakes/world.js";

const DOCUMENTS = `/cases/${CASE}/documents`;
const file = (name: string) => new File(["x"], name, { type: "text/plain" });

/** A page where A is logged in, until B is; it says so by itself, or the tokens do. */
function sharedPage({ isNamed = true } = {}) {
  const there = { user: "a" };
  const world = newWorld({ ...(isNamed ? { user: () => there.user } : {}), getToken: () => fakeToken(there.user) });
  const posted: string[] = [];
  const answers: (() => void)[] = [];
  world.api.next = Array.from({ length: 9 }, () => async ({ path, headers, body }) => {
    const { file_name = "" } = (body ?? {}) as { file_name?: string };
    if (path === DOCUMENTS)
      posted.push(`${headers.Authorization === `Bearer ${fakeToken("a")}` ? "a" : "b"} ${file_name}`);
    await new Promise<void>((resolve) => answers.push(resolve));
    return json(201, { document: { id: file_name, case_id: CASE, file_name, status: "ready" } });
  });
  const answerAll = async () => {
    await settled();
    for (const answer of answers.splice(0)) answer();
    await settled();
  };
  return { ...world, there, posted, answerAll };
}

test("files that wait are not sent as the next user's, nor shown to them", async () => {
  const page = sharedPage();
  const queue = createUploads(page.client, CASE);
  let calls = 0;
  const leave = queue.subscribe(() => calls++);
  queue.add([file("a1.txt"), file("a2.txt"), file("a3.txt")]);
  await settled();
  const id = queue.getState()[2]?.id ?? "";

  page.there.user = "b";
  const shown = queue.getState();
  const before = calls;
  await page.answerAll();
  queue.retry(id);
  await queue.remove(id);
  await page.answerAll();

  expect([shown, queue.getState()]).toEqual([[], []]);
  expect(calls).toBeGreaterThan(before);
  expect(page.posted).toEqual(["a a1.txt", "a a2.txt"]);
  queue.add([file("b1.txt")]);
  await page.answerAll();
  expect(page.posted[2]).toBe("b b1.txt");
  expect(queue.getState()).toMatchObject([{ fileName: "b1.txt", status: "ready" }]);
  leave();
});

test.each([true, false])("nor when nobody looks at the queue any longer (named: %s)", async (isNamed) => {
  const page = sharedPage({ isNamed });
  const queue = createUploads(page.client, CASE);
  queue.add([file("a1.txt"), file("a2.txt"), file("a3.txt")]);
  await settled();

  page.there.user = "b";
  await page.answerAll();
  await page.answerAll();

  expect(page.posted).toEqual(["a a1.txt", "a a2.txt"]);
  expect(queue.getState()).toEqual([]);
});

test("nor when they wait for the code that sends them", async () => {
  const page = sharedPage();
  const queue = lateUploads(page.client, CASE);
  let calls = 0;
  queue.add([file("a1.txt")]);
  const leave = queue.subscribe(() => calls++);
  page.there.user = "b";
  const shown = queue.getState();
  for (let turn = 0; turn < 20; turn++) await page.answerAll();

  expect([shown, queue.getState(), page.posted]).toEqual([[], [], []]);
  expect(calls).toBeGreaterThan(0);
  leave();
});

test("a document that cannot be deleted is not put back for the next user", async () => {
  const page = sharedPage();
  const queue = createUploads(page.client, CASE);
  queue.subscribe(() => {});
  queue.add([file("a1.txt")]);
  await page.answerAll();
  expect(queue.getState()).toMatchObject([{ status: "ready" }]);

  const removed = queue.remove(queue.getState()[0]?.id ?? "");
  await settled();
  page.there.user = "b";
  expect(page.client.user).toBe("b");
  await page.answerAll();
  await removed;

  expect(queue.getState()).toEqual([]);
});
