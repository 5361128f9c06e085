// The form side: its sections as on the paper, each with what is filled, what is to be checked, and its confirmation.

import type { CaseDocument } from "@casework/client";
import { issueText } from "@casework/client/messages";
import type { RefObject } from "react";
import { FIELD_TEXTS } from "../../data/field-texts.js";
import { isEmpty } from "../../data/fields.js";
import type { Review, ReviewField, ReviewItem, ReviewSection } from "../../data/review.js";
import { useLanguage, useMessages, useTexts } from "../../language.js";
import { IssueDocument } from "../../parts/file-name.js";
import { Mixed } from "../../parts/mixed.js";
import { ConfirmSection } from "./confirm-section.js";
import { FieldRow } from "./field-row.js";
import { Refused } from "./refused.js";
import type { Reviewing } from "./reviewing.js";
import { REVIEW } from "./texts.js";

interface FormPaneProps {
  review: Review;
  reviewing: Reviewing;
  paneRef: RefObject<HTMLElement | null>;
  documents: CaseDocument[];
}

export function FormPane({ review, reviewing, paneRef, documents }: FormPaneProps) {
  const texts = useTexts(REVIEW);
  const { refused } = reviewing.edits;
  // Of an item or a section; what was refused of a field is said at the field.
  const elsewhere = refused.filter(({ edit }) => !review.fields.some(({ path }) => path === edit.field));
  return (
    <section className="pane form-pane" aria-label={texts.form} ref={paneRef} tabIndex={-1}>
      {elsewhere.map((one) => (
        <Refused key={one.edit.id} refused={one} />
      ))}
      <OtherIssues review={review} documents={documents} />
      {review.sections.map((section) => (
        <Section key={section.name} section={section} reviewing={reviewing} />
      ))}
    </section>
  );
}

function OtherIssues({ review: { others }, documents }: Pick<FormPaneProps, "review" | "documents">) {
  const texts = useTexts(REVIEW);
  const messages = useMessages();
  if (others.length === 0) return null;
  return (
    <details className="others">
      <summary>{texts.generalIssues(others.length)}</summary>
      <ul>
        {others.map((issue) => (
          <li
            key={`${issue.field} ${issue.code} ${issue.message}`}
            className={`notice ${issue.weight === "blocking" ? "bad" : "warn"}`}
          >
            <IssueDocument issue={issue} documents={documents} />
            {issueText(messages, issue)}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Section({ section, reviewing }: { section: ReviewSection; reviewing: Reviewing }) {
  const texts = useTexts(REVIEW);
  const { language } = useLanguage();
  const names = FIELD_TEXTS[language];
  const { onlyOpen } = reviewing;
  const shown = (field: ReviewField) => !onlyOpen || field.isOpen || field.path === reviewing.active;
  const items = section.lists.flatMap(({ items }) => items);
  const isBare = ![...section.fields, ...section.conditions, ...items.flatMap(({ fields }) => fields)].some(shown);
  if (onlyOpen && isBare && !items.some(({ absent }) => absent)) return null;
  const id = `section-${section.name}`;
  return (
    <section className="form-section card" aria-labelledby={id} data-section={section.name}>
      <header className="section-head">
        <h2 id={id}>{names.sections[section.name]}</h2>
        {section.all > 0 && <span className="hint number">{texts.filled(section.filled, section.all)}</span>}
        {section.open > 0 && <span className="badge warn">{texts.open(section.open)}</span>}
        <ConfirmSection section={section} reviewing={reviewing} />
      </header>
      {section.fields.filter(shown).map((field) => (
        <FieldRow key={field.path} {...rowOf(field, reviewing)} />
      ))}
      <Conditions section={section} reviewing={reviewing} shown={shown} />
      {section.lists.map(({ definition, items }) => (
        <div key={definition.path} className="form-list">
          {items.map((item, index) => (
            <Item
              key={item.path}
              item={item}
              name={`${names.lists[definition.name]} ${index + 1}`}
              reviewing={reviewing}
              shown={shown}
            />
          ))}
          {!onlyOpen && (
            <button type="button" className="small plain" onClick={() => reviewing.form.addTo(definition.path, {})}>
              + {texts.addItem}: {names.lists[definition.name]}
            </button>
          )}
        </div>
      ))}
    </section>
  );
}

function rowOf(field: ReviewField, { active, editing, edits, actions }: Reviewing) {
  const { path } = field;
  const refused = edits.refused.find(({ edit }) => edit.field === path) ?? null;
  return { field, refused, actions, isActive: active === path, isEditing: editing === path };
}

interface PartProps {
  reviewing: Reviewing;
  shown: (field: ReviewField) => boolean;
}

/** Impairments that are stated, or doubtful; the others behind a line. */
function Conditions({ section, reviewing, shown }: PartProps & { section: ReviewSection }) {
  const texts = useTexts(REVIEW);
  const { language } = useLanguage();
  const { conditions } = section;
  if (conditions.length === 0) return null;
  const isStated = ({ value, state }: ReviewField) => !isEmpty(value) || state !== "plain";
  const stated = conditions.filter(isStated).filter(shown);
  const others = conditions.filter((field) => !isStated(field)).filter(shown);
  return (
    <div className="form-list">
      <h3 className="item-title">{FIELD_TEXTS[language].fields.disability_types}</h3>
      {stated.map((field) => (
        <FieldRow key={field.path} {...rowOf(field, reviewing)} />
      ))}
      {others.length > 0 && (
        <details>
          <summary>{texts.notStated(others.length)}</summary>
          {others.map((field) => (
            <FieldRow key={field.path} {...rowOf(field, reviewing)} />
          ))}
        </details>
      )}
    </div>
  );
}

function Item({ item, name, reviewing, shown }: PartProps & { item: ReviewItem; name: string }) {
  const texts = useTexts(REVIEW);
  const fields = item.fields.filter(shown);
  if (reviewing.onlyOpen && fields.length === 0 && !item.absent) return null;
  return (
    <section className="form-item" aria-label={name}>
      <header className="item-head">
        <h3 className="item-title">
          {name}
          {item.title && (
            <>
              {": "}
              <Mixed text={item.title} />
            </>
          )}
        </h3>
        {item.isWaiting && <span className="badge warn">{texts.itemWaiting}</span>}
        {item.absent && (
          <span className="actions">
            <span className="badge bad">{texts.states.conflict}</span>
            <span className="hint">{texts.removed}</span>
            <button type="button" className="small" onClick={() => reviewing.form.remove(item.path)}>
              {texts.keepMine}
            </button>
            <button type="button" className="small" onClick={() => reviewing.form.revert(item.path)}>
              {texts.takeTheirs}
            </button>
          </span>
        )}
        {!item.absent && !item.isWaiting && (
          <button
            type="button"
            className="small plain"
            aria-label={`${texts.removeItem}: ${name}`}
            onClick={() => reviewing.form.remove(item.path)}
          >
            {texts.removeItem}
          </button>
        )}
      </header>
      {fields.map((field) => (
        <FieldRow key={field.path} {...rowOf(field, reviewing)} />
      ))}
    </section>
  );
}
