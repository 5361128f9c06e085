import { useRef } from "react";
import { FIELD_TEXTS } from "../../data/field-texts.js";
import { timeText } from "../../data/format.js";
import type { ReviewSection } from "../../data/review.js";
import { useLanguage, useTexts } from "../../language.js";
import { Dialog } from "../../parts/dialog.js";
import { Icon } from "../../parts/icons.js";
import { shown } from "../../parts/mixed.js";
import { useSession } from "../../surroundings.js";
import { focusField, type Reviewing } from "./reviewing.js";
import { REVIEW } from "./texts.js";

/** A section is confirmed at once, unless values in it wait to be checked: then they are named first. */
export function ConfirmSection({ section, reviewing }: { section: ReviewSection; reviewing: Reviewing }) {
  const texts = useTexts(REVIEW);
  const { language } = useLanguage();
  const { person } = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const names = FIELD_TEXTS[language];
  const { confirmed, name } = section;
  if (confirmed) {
    const by = confirmed.by === person?.id || !confirmed.by ? (person?.name ?? "") : confirmed.by;
    return (
      <span className="actions confirm">
        <span className="badge ok">
          <Icon name="check" />
          {texts.confirmedBy(shown(by), confirmed.at ? timeText(confirmed.at, language) : "")}
        </span>
        <button type="button" className="small plain" onClick={() => reviewing.form.unconfirm(name)}>
          {texts.unconfirm}
        </button>
      </span>
    );
  }
  const all = [
    ...section.fields,
    ...section.conditions,
    ...section.lists.flatMap(({ items }) => items.flatMap(({ fields }) => fields)),
  ];
  const open = all.filter(({ isOpen }) => isOpen);
  const confirm = () => {
    dialog.current?.close();
    reviewing.form.confirm(name);
  };
  return (
    <span className="confirm">
      <button
        type="button"
        className="small primary"
        data-confirm={name}
        aria-label={`${texts.confirmSection}: ${names.sections[name]}`}
        onClick={() => (open.length > 0 ? dialog.current?.showModal() : confirm())}
      >
        {texts.confirmSection}
      </button>
      <Dialog ref={dialog} title={`${texts.confirmSection}: ${names.sections[name]}`}>
        <p>{texts.stillOpen}</p>
        <ul className="open-list">
          {open.map(({ path, definition }) => (
            <li key={path}>
              <button
                type="button"
                className="plain small"
                onClick={() => {
                  dialog.current?.close();
                  focusField(path);
                }}
              >
                {names.fields[definition.name]}
              </button>
            </li>
          ))}
        </ul>
        <div className="actions">
          <button type="button" onClick={() => dialog.current?.close()}>
            {texts.back}
          </button>
          <button type="button" className="danger" onClick={confirm}>
            {texts.confirmAnyway}
          </button>
        </div>
      </Dialog>
    </span>
  );
}
