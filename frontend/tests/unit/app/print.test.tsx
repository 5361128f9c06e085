import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { type Edit, withPending } from "../../../app/src/data/edit.js";
import { reviewOf } from "../../../app/src/data/review.js";
import { Open } from "../../../app/src/views/print/open.js";
import { NetworkError } from "../../../src/index.js";
import { Server, set, settled, world } from "./form-server.js";

/** The box of what is open, as it is printed with these changes. */
function printed(server: Server, unsaved: readonly Edit[]): string {
  const form = withPending(server.form, unsaved);
  return renderToStaticMarkup(<Open {...{ form, unsaved }} review={reviewOf(form, null)} documents={[]} />);
}

test("a paper with values that are not saved says which", async () => {
  const server = new Server();
  server.troubles = [new NetworkError("gone")];
  const { edits } = world(server);
  const before = printed(server, edits.getState().pending);

  set(edits, "עכו");
  set(edits, "לוד");
  await settled();
  const waiting = printed(server, edits.getState().pending);

  expect(before).toContain("אין ערכים שממתינים לבדיקה.");
  expect(waiting).not.toContain("אין ערכים שממתינים לבדיקה.");
  expect(waiting.match(/<li>[^<]*/g)).toEqual(["<li>יישוב: שינוי שעדיין לא נשמר."]);
});
