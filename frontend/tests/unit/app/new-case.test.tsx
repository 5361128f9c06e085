// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act } from "react";
import { createRoot } from "react-dom/client";
import { expect, test } from "vitest";
import { NewCase } from "../../../app/src/views/cases/new-case.js";
import { CaseworkProvider } from "../../../src/react/index.js";
import { json } from "../../../src/testing/index.js";
import { newWorld, settled } from "../fakes/world.js";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

test("a title that is changed after an error makes its case; the same title again makes no second one", async () => {
  const world = newWorld();
  world.api.next = [1, 2].map(() => () => json(400, { message: "a proxy's page" }));
  world.api.next.push(() => json(201, { id: "c1", title: "רות כהן" }));
  const page = document.createElement("main");
  const root = createRoot(page);
  await act(async () =>
    root.render(
      <CaseworkProvider client={world.client}>
        <QueryClientProvider client={new QueryClient()}>
          <NewCase />
        </QueryClientProvider>
      </CaseworkProvider>,
    ),
  );
  const create = (title: string) =>
    act(async () => {
      (page.querySelector("input") as HTMLInputElement).value = title;
      page.querySelector("form")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
      await settled();
    });
  await act(async () => page.querySelector("button")?.click());

  await create("רות");
  await create("רות");
  await create("רות כהן");

  const keys = world.api.asked.map(({ headers }) => headers["Idempotency-Key"]);
  expect(keys[0]).toBe(keys[1]);
  expect(keys).toHaveLength(3);
  expect(keys[2]).not.toBe(keys[1]);
  act(() => root.unmount());
});
