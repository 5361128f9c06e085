import type { Review } from "../../data/review.js";
import { useTexts } from "../../language.js";
import { Icon } from "../../parts/icons.js";
import type { Reviewing } from "./reviewing.js";
import { REVIEW } from "./texts.js";

interface ToolbarProps {
  review: Review;
  reviewing: Reviewing;
  onKeys: () => void;
}

/** How much is left to check, the way to the next, and whether everything is saved. */
export function Toolbar({ review, reviewing, onKeys }: ToolbarProps) {
  const texts = useTexts(REVIEW);
  const open = review.fields.filter(({ isOpen }) => isOpen).length;
  const { form, onlyOpen } = reviewing;
  return (
    <div className="review-bar">
      <span className={`badge ${open ? "warn" : "ok"} open-count`}>
        <Icon name={open ? "warning" : "check"} />
        {open ? texts.open(open) : texts.allClear}
      </span>
      <button
        type="button"
        className="primary small"
        aria-disabled={open === 0}
        onClick={() => reviewing.actions.next(1)}
      >
        {texts.next} <kbd>F8</kbd>
      </button>
      <button type="button" className="small" aria-pressed={onlyOpen} onClick={() => reviewing.setOnlyOpen(!onlyOpen)}>
        {texts.onlyOpen}
      </button>
      <Saved reviewing={reviewing} />
      <button type="button" className="small plain" aria-disabled={form.undo === null} onClick={() => form.undo?.()}>
        {texts.undo}
      </button>
      <button type="button" className="small plain" onClick={onKeys}>
        {texts.keys} <kbd>?</kbd>
      </button>
    </div>
  );
}

function Saved({ reviewing: { edits, form } }: { reviewing: Reviewing }) {
  const texts = useTexts(REVIEW);
  const { status } = edits;
  const said = { new: "", saving: texts.saving, saved: texts.saved, waiting: texts.waiting }[status];
  return (
    <span className="saved">
      <span role="status" className={status === "waiting" ? "badge warn" : "hint"}>
        {said}
      </span>
      {status === "waiting" && !edits.clash && (
        <button type="button" className="small" onClick={form.resend}>
          {texts.sendNow}
        </button>
      )}
    </span>
  );
}
