import { expect, test } from "vitest";
import { figure } from "../figures.js";
import { Computer } from "./fakes/computer.js";

const EVENTS = 10_000;
const RUNS = 10;

/** Numbers that look random, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("two users, two tabs, one computer: nothing goes back, nothing is the other user's, and it ends as the API has it", {
  timeout: 120_000,
}, async () => {
  const wentBack: string[] = [];
  const leaked: string[] = [];
  const differences: string[] = [];
  const made = { requests: 0, presses: 0, jobs: 0 };
  for (let seed = 1; seed <= RUNS; seed++) {
    const computer = new Computer(seeded(seed));
    for (let count = 0; count < EVENTS / RUNS; count++) await computer.event();
    differences.push(...(await computer.differences()).map((sentence) => `seed ${seed}: ${sentence}`));
    wentBack.push(...computer.wentBack);
    leaked.push(...computer.leaked);
    made.requests += computer.requests;
    made.presses += computer.presses;
    made.jobs += computer.api.jobs.size;
  }

  figure("model test", `${EVENTS} events, ${made.presses} presses, ${made.requests} requests, ${made.jobs} jobs`);
  figure("model test, states that go back", String(wentBack.length), "0");
  figure("model test, requests or bytes of the other user", String(leaked.length), "0");
  figure("model test, tabs that end with another job than the API has", String(differences.length), "0");
  expect({ wentBack, leaked, differences }).toEqual({ wentBack: [], leaked: [], differences: [] });
  expect(made.jobs).toBeLessThanOrEqual(made.presses);
  expect(made.jobs).toBeGreaterThan(100);
});
