import { useRef } from "react";
import { FIELD_TEXTS } from "../../data/field-texts.js";
import { timeText } from "../../data/format.js";
import { pathText } from "../../data/paths.js";
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
  const dialog = useRef<HTMLDialogElement>(null);
  const names = FIELD_TEXTS[language];
  const { confirmed, name } = section;
  if (confirmed) return <Confirmed {...{ name, confirmed, reviewing }} />;
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

interface ConfirmedProps {
  name: string;
  confirmed: NonNullable<ReviewSection["confirmed"]>;
  reviewing: Reviewing;
}

/** Who confirmed it and when; and what is different since, with the way to confirm it again. */
function Confirmed({ name, confirmed: { by, at, since }, reviewing }: ConfirmedProps) {
  const texts = useTexts(REVIEW);
  const { language } = useLanguage();
  const { person } = useSession();
  const nameOf = (id: string | null) => shown(id === person?.id || !id ? (person?.name ?? "") : id);
  return (
    <span className="actions confirm">
      <span className={`badge ${since.length > 0 ? "warn" : "ok"}`}>
        <Icon name={since.length > 0 ? "warning" : "check"} />
        {texts.confirmedBy(nameOf(by), at ? timeText(at, language) : "")}
      </span>
      {since.length > 0 && (
        <>
          <details className="since">
            <summary>{texts.since(since.length)}</summary>
            <ul className="open-list">
              {since.map(({ path, by, isConflict }) => (
                <li key={path}>
                  {path.endsWith("]") ? (
                    pathText(path, language, reviewing.form.form)
                  ) : (
                    <button type="button" className="plain small" onClick={() => focusField(path)}>
                      {pathText(path, language, reviewing.form.form)}
                    </button>
                  )}{" "}
                  <span className="hint">{isConflict ? texts.states.conflict : by && nameOf(by)}</span>
                </li>
              ))}
            </ul>
          </details>
          <button
            type="button"
            className="small primary"
            data-confirm={name}
            aria-label={`${texts.confirmAgain}: ${FIELD_TEXTS[language].sections[name]}`}
            onClick={() => reviewing.form.confirm(name)}
          >
            {texts.confirmAgain}
          </button>
        </>
      )}
      <button type="button" className="small plain" onClick={() => reviewing.form.unconfirm(name)}>
        {texts.unconfirm}
      </button>
    </span>
  );
}
