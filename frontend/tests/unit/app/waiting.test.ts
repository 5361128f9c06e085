import { expect, test } from "vitest";
import { FIELD, Server, set, settled, world } from "./form-server.js";

test("a change is sent though the browser has no space left to keep it", async () => {
  const server = new Server();
  const full = new Map<string, string>();
  full.set = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const { edits } = world(server, full);
  let drawn = 0;
  edits.subscribe(() => {
    drawn += 1;
  });

  set(edits, "עכו");
  await settled();

  expect(server.form.fields[FIELD]?.value).toBe("עכו");
  expect(edits.getState()).toMatchObject({ status: "saved", pending: [] });
  expect(drawn).toBeGreaterThan(0);
});
