import { type RefObject, useEffect } from "react";
import type { Edit } from "../../data/edit.js";
import type { Clash } from "../../data/edits.js";
import { FIELD_TEXTS } from "../../data/field-texts.js";
import type { Review } from "../../data/review.js";
import type { UsedForm } from "../../data/use-form.js";
import { useLanguage, useTexts } from "../../language.js";
import { Dialog } from "../../parts/dialog.js";
import { shown } from "../../parts/mixed.js";
import { Value } from "../../parts/value.js";
import { useSession } from "../../surroundings.js";
import { REVIEW, type ReviewTexts } from "./texts.js";

interface ClashDialogProps {
  /** Escape puts it aside; the toolbar has the way back to it. */
  ref: RefObject<HTMLDialogElement | null>;
  review: Review;
  form: UsedForm;
}

/** Somebody changed the same place in the meantime: both values, and the person decides; nothing is lost until then. */
export function ClashDialog({ ref: dialog, review, form }: ClashDialogProps) {
  const texts = useTexts(REVIEW);
  const { clash } = form.edits;
  const isThere = clash !== null;
  useEffect(() => {
    if (isThere) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isThere, dialog]);
  const kind = clash ? kindOf(clash.edit) : "field";
  return (
    <Dialog ref={dialog} title={texts.clashTitle}>
      {clash && kind === "section" && <p>{texts.sectionChanged}</p>}
      {clash && kind === "item" && <p>{texts.itemChanged(shown(clash.by ?? "–"))}</p>}
      {clash && kind === "field" && <BothValues clash={clash} review={review} />}
      <div className="actions">
        <button type="button" onClick={() => form.settle("theirs")}>
          {kind === "field" ? texts.leaveTheirs : texts.back}
        </button>
        <button type="button" className="primary" onClick={() => form.settle("mine")}>
          {clash?.edit.undoes ? texts.undoAnyway : ownWay(texts)[kind]}
        </button>
      </div>
    </Dialog>
  );
}

function BothValues({ clash, review }: { clash: Clash; review: Review }) {
  const texts = useTexts(REVIEW);
  const { language } = useLanguage();
  const { person } = useSession();
  const { edit, theirs, by } = clash;
  const field = review.fields.find(({ path }) => path === edit.field);
  const name = (field && FIELD_TEXTS[language].fields[field.definition.name]) ?? texts.theField;
  const definition = field?.definition ?? { kind: "text" };
  return (
    <>
      <p>{by === person?.id ? texts.ownClash(name) : texts.clash(shown(by ?? texts.analysisSays), name)}</p>
      <dl className="clash">
        <dt>{texts.theirs}</dt>
        <dd>
          <Value definition={definition} value={theirs} />
        </dd>
        <dt>{edit.undoes ? texts.before : texts.mine}</dt>
        <dd>
          <Value definition={definition} value={edit.wanted} />
        </dd>
      </dl>
    </>
  );
}

type Kind = "field" | "item" | "section";

function kindOf({ changes }: Edit): Kind {
  if (changes.confirm || changes.unconfirm) return "section";
  return changes.remove ? "item" : "field";
}

const ownWay = (texts: ReviewTexts): Record<Kind, string> => ({
  field: texts.saveMine,
  item: texts.removeItem,
  section: texts.confirmAnyway,
});
