import { Link } from "wouter";
import type { Review } from "../../data/review.js";
import { useTexts } from "../../language.js";
import { Icon } from "../../parts/icons.js";
import type { Reviewing } from "./reviewing.js";
import { REVIEW } from "./texts.js";

interface ToolbarProps {
  caseId: string;
  review: Review;
  reviewing: Reviewing;
  onKeys: () => void;
  /** Back to the choice between two values that was put aside. */
  onDecide: () => void;
}

/** How much is left to check, the way to the next, and whether everything is saved. */
export function Toolbar({ caseId, review, reviewing, onKeys, onDecide }: ToolbarProps) {
  const texts = useTexts(REVIEW);
  const open = review.fields.filter(({ isOpen }) => isOpen).length;
  const unconfirmed = review.sections.filter(({ confirmed }) => confirmed === null).length;
  const { form, onlyOpen } = reviewing;
  return (
    <div className="review-bar">
      <span className={`badge ${open ? "warn" : "ok"} open-count`}>
        <Icon name={open ? "warning" : "check"} />
        {open ? texts.open(open) : texts.allClear}
      </span>
      {open === 0 && <NextStep caseId={caseId} unconfirmed={unconfirmed} />}
      <button
        type="button"
        className={open === 0 ? "small" : "primary small"}
        aria-disabled={open === 0}
        onClick={() => reviewing.actions.next(1)}
      >
        {texts.next} <kbd>F8</kbd>
      </button>
      <button type="button" className="small" aria-pressed={onlyOpen} onClick={() => reviewing.setOnlyOpen(!onlyOpen)}>
        {texts.onlyOpen}
      </button>
      <Saved reviewing={reviewing} onDecide={onDecide} />
      <button type="button" className="small plain" aria-disabled={form.undo === null} onClick={() => form.undo?.()}>
        {texts.undo}
      </button>
      <button type="button" className="small plain" onClick={onKeys}>
        {texts.keys} <kbd>?</kbd>
      </button>
    </div>
  );
}

/** Nothing is left to check: what is to be done then. */
function NextStep({ caseId, unconfirmed }: { caseId: string; unconfirmed: number }) {
  const texts = useTexts(REVIEW);
  if (unconfirmed > 0) return <span className="hint">{texts.toConfirm(unconfirmed)}</span>;
  return <Link href={`/cases/${caseId}/print`}>{texts.toPrint}</Link>;
}

function Saved({ reviewing: { edits, form }, onDecide }: Pick<ToolbarProps, "reviewing" | "onDecide">) {
  const texts = useTexts(REVIEW);
  const { status } = edits;
  const waiting = edits.clash ? texts.undecided : texts.waiting;
  const said = { new: "", saving: texts.saving, saved: texts.saved, waiting }[status];
  return (
    <span className="saved">
      <span role="status" className={status === "waiting" ? "badge warn" : "hint"}>
        {said}
      </span>
      {edits.clash && (
        <button type="button" className="small" onClick={onDecide}>
          {texts.decide}
        </button>
      )}
      {status === "waiting" && !edits.clash && (
        <button type="button" className="small" onClick={form.resend}>
          {texts.sendNow}
        </button>
      )}
    </span>
  );
}
