import { useEffect, useRef } from "react";
import { FIELD_TEXTS } from "../../data/field-texts.js";
import type { Review } from "../../data/review.js";
import type { UsedForm } from "../../data/use-form.js";
import { useLanguage, useTexts } from "../../language.js";
import { Dialog } from "../../parts/dialog.js";
import { shown } from "../../parts/mixed.js";
import { Value } from "../../parts/value.js";
import { REVIEW } from "./texts.js";

/** Somebody changed the same field in the meantime: both values, and the person decides; nothing is lost until then. */
export function ClashDialog({ review, form }: { review: Review; form: UsedForm }) {
  const texts = useTexts(REVIEW);
  const { language } = useLanguage();
  const dialog = useRef<HTMLDialogElement>(null);
  const { clash } = form.edits;
  const isThere = clash !== null;
  useEffect(() => {
    if (isThere) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isThere]);
  const field = review.fields.find(({ path }) => path === clash?.edit.field);
  const isSection = clash?.edit.changes.confirm !== undefined || clash?.edit.changes.unconfirm !== undefined;
  return (
    <Dialog ref={dialog} title={texts.clashTitle}>
      {clash && isSection && <p>{texts.sectionChanged}</p>}
      {clash && !isSection && (
        <>
          <p>
            {texts.clash(shown(clash.by ?? "–"))} {field && FIELD_TEXTS[language].fields[field.definition.name]}
          </p>
          <dl className="clash">
            <dt>{texts.theirs}</dt>
            <dd>
              <Value definition={field?.definition ?? { kind: "text" }} value={clash.theirs} />
            </dd>
            <dt>{texts.mine}</dt>
            <dd>
              <Value definition={field?.definition ?? { kind: "text" }} value={clash.edit.wanted} />
            </dd>
          </dl>
        </>
      )}
      <div className="actions">
        <button type="button" onClick={() => form.settle("theirs")}>
          {isSection ? texts.back : texts.theirs}
        </button>
        <button type="button" className="primary" onClick={() => form.settle("mine")}>
          {isSection ? texts.confirmAnyway : texts.mine}
        </button>
      </div>
    </Dialog>
  );
}
