// The box at the top of the paper: what is not decided, not checked, or not saved.

import type { CaseDocument, Form } from "@casework/client";
import { issueText } from "@casework/client/messages";
import type { Edit } from "../../data/edit.js";
import { pathText } from "../../data/paths.js";
import type { Review } from "../../data/review.js";
import { useLanguage, useMessages, useTexts } from "../../language.js";
import { IssueDocument } from "../../parts/file-name.js";
import { Said } from "../review/field-row.js";
import { PRINT } from "./texts.js";

interface OpenProps {
  form: Form;
  review: Review;
  documents: CaseDocument[];
  /** The paper shows them, but the API does not have them. */
  unsaved: readonly Edit[];
}

export function Open({ form, review, documents, unsaved }: OpenProps) {
  const texts = useTexts(PRINT);
  const messages = useMessages();
  const { language } = useLanguage();
  const open = review.fields.filter(({ isOpen }) => isOpen);
  const places = [...new Set(unsaved.map(({ field }) => field))];
  return (
    <section className="open-box">
      <h3>{texts.open}</h3>
      {open.length + review.others.length + places.length === 0 && <p>{texts.noOpen}</p>}
      <ul>
        {places.map((place) => (
          <li key={place}>
            {pathText(place, language, form)}: {texts.unsaved}
          </li>
        ))}
        {open.map((field) => (
          <li key={field.path}>
            {pathText(field.path, language, form)}: {field.issues.length === 0 && texts.states[field.state]}
            {field.issues.map((issue) => (
              <span key={`${issue.code} ${issue.message}`}>
                {issueText(messages, issue)} <Said issue={issue} definition={field.definition} />{" "}
              </span>
            ))}
          </li>
        ))}
        {review.others.map((issue) => (
          <li key={`${issue.field} ${issue.code} ${issue.message}`}>
            <IssueDocument issue={issue} documents={documents} />
            {issueText(messages, issue)}
          </li>
        ))}
      </ul>
    </section>
  );
}
