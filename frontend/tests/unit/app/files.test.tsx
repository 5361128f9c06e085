// @vitest-environment happy-dom
import { act, StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type UsedFiles, useFiles, useIsSending, useOnTheWay } from "../../../app/src/data/use-files.js";
import type { CaseDocument } from "../../../src/index.js";
import { CaseworkProvider } from "../../../src/react/index.js";
import { json } from "../../../src/testing/index.js";
import { newWorld, settled, type World } from "../fakes/world.js";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

let root: Root;
let page: HTMLElement;
let world: World;
let files: UsedFiles;
let cases = 0;
let caseId: string;

beforeEach(() => {
  page = document.createElement("main");
  root = createRoot(page);
  world = newWorld({ user: () => "u1" });
  caseId = `case-${++cases}`;
});

afterEach(() => act(() => root.unmount()));

/** The view of the case's material, with these documents. */
function Material({ documents = [] }: { documents?: string[] }) {
  files = useFiles(caseId);
  const given = documents.map((id) => ({ id }) as CaseDocument);
  const onTheWay = useOnTheWay(files.uploads, given);
  return onTheWay.map(({ fileName, status }) => `${fileName} ${status}`).join(", ");
}

function Bar() {
  return useIsSending() ? "asks before closing; " : "";
}

/** The page with its bar, and the material unless another view is open. */
function show(material: React.ReactNode): Promise<void> {
  return act(async () =>
    root.render(
      <StrictMode>
        <CaseworkProvider client={world.client}>
          <Bar />
          {material}
        </CaseworkProvider>
      </StrictMode>,
    ),
  );
}

const within = (action: () => void) =>
  act(async () => {
    action();
    await settled();
  });

test("a file goes on while another view is open, and its failure is there to be tried again", async () => {
  let answer: (response: Response) => void = () => undefined;
  world.api.next = [() => new Promise((resolve) => (answer = resolve)), () => json(201, { document: { id: "d1" } })];
  await show(<Material />);
  await within(() => files.add([new File(["x"], "scan.txt")]));
  const sent = page.textContent;
  await show("the form; ");
  const elsewhere = page.textContent;
  await within(() => answer(json(413, { message: "too large" })));
  await show(<Material />);
  const back = page.textContent;
  await within(() => files.retry(files.uploads[0]?.id ?? ""));

  expect(sent).toBe("asks before closing; scan.txt sending");
  expect(elsewhere).toBe("asks before closing; the form; ");
  expect(back).toBe("scan.txt failed");
  expect(page.textContent).toBe("scan.txt ready");
});

test("a document that was removed is not shown as a file that arrived", async () => {
  world.api.next = [() => json(201, { document: { id: "d2" } })];
  await show(<Material />);
  await within(() => files.add([new File(["x"], "another-person.txt")]));
  const arrived = page.textContent;
  await show(<Material documents={["d2"]} />);
  const listed = page.textContent;
  await show(<Material documents={[]} />);

  expect([arrived, listed, page.textContent]).toEqual(["another-person.txt ready", "", ""]);
});
