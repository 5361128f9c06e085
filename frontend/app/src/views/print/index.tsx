// The claim on paper: the form, what each value rests on, what is still open.

import type { Case, EligibilityRule, Form, Quote } from "@casework/client";
import { useEffect, useMemo } from "react";
import { useParams } from "wouter";
import type { Edit } from "../../data/edit.js";
import { FIELD_TEXTS } from "../../data/field-texts.js";
import { isEmpty } from "../../data/fields.js";
import { timeText } from "../../data/format.js";
import { formAnalysisOf, requestedOf, useCase } from "../../data/queries.js";
import { type Review, type ReviewField, type ReviewSection, reviewOf } from "../../data/review.js";
import { useForm } from "../../data/use-form.js";
import { useLanguage, useTexts } from "../../language.js";
import { CaseFrame } from "../../parts/case-frame.js";
import { FileName } from "../../parts/file-name.js";
import { Loading } from "../../parts/loading.js";
import { Mixed, shown } from "../../parts/mixed.js";
import { Quoted } from "../../parts/quoted.js";
import { Value } from "../../parts/value.js";
import { useSession } from "../../surroundings.js";
import { FINDINGS } from "../findings/texts.js";
import { Open } from "./open.js";
import { PRINT } from "./texts.js";
import "./style.css";

export function PrintView() {
  const { caseId = "" } = useParams<{ caseId: string }>();
  const texts = useTexts(PRINT);
  const { data: theCase } = useCase(caseId);
  const { form, isLoading, edits } = useForm(caseId);
  const review = useMemo(
    () => (form?.form_7801 && theCase ? reviewOf(form, formAnalysisOf(theCase)) : null),
    [form, theCase],
  );
  return (
    <CaseFrame caseId={caseId} className="printing">
      {(isLoading || !theCase) && <Loading />}
      {!isLoading && theCase && !review && <p className="nothing">{texts.noForm}</p>}
      {review && theCase && form && (
        <>
          <p className="print-bar">
            <button type="button" className="primary" onClick={() => document.fonts.ready.then(() => print())}>
              {texts.print}
            </button>
            <span className="hint">{texts.about}</span>
          </p>
          <Paper theCase={theCase} form={form} review={review} unsaved={edits.pending} />
        </>
      )}
    </CaseFrame>
  );
}

/** The sources of all fields, each with the number that is shown at the values. */
function numbered(review: Review): Map<string, { number: number; quote: Quote }> {
  const found = new Map<string, { number: number; quote: Quote }>();
  for (const { evidence, value, state } of review.fields) {
    if (isEmpty(value) || state === "person") continue;
    for (const quote of evidence) {
      const name = keyOf(quote);
      if (!found.has(name)) found.set(name, { number: found.size + 1, quote });
    }
  }
  return found;
}

const keyOf = ({ document_id, page, quote }: Quote) => `${document_id} ${page} ${quote}`;

const LONGEST_TITLE = 60;

/** The title is at the top of every page but the first, in one line: style.css puts it there. */
function usePrintedTitle(title: string): void {
  useEffect(() => {
    const { style } = document.documentElement;
    const whole = [...shown(title)];
    const short = whole.length > LONGEST_TITLE ? `${whole.slice(0, LONGEST_TITLE).join("")}…` : whole.join("");
    const escaped = short.replace(/["\\\s]/g, (one) => `\\${one.charCodeAt(0).toString(16)} `);
    style.setProperty("--printed-title", `"\u2068${escaped}\u2069"`); // isolated: its direction is its own
    return () => void style.removeProperty("--printed-title");
  }, [title]);
}

interface PaperProps {
  theCase: Case;
  form: Form;
  review: Review;
  unsaved: readonly Edit[];
}

function Paper({ theCase, form, review, unsaved }: PaperProps) {
  const texts = useTexts(PRINT);
  usePrintedTitle(theCase.title);
  const { language } = useLanguage();
  const sources = useMemo(() => numbered(review), [review]);
  return (
    <article className="paper">
      <header>
        <h2>{texts.title}</h2>
        <p>
          <Mixed text={theCase.title} /> · {texts.written(timeText(new Date().toISOString(), language))}
        </p>
      </header>
      <Open {...{ form, review, unsaved }} documents={theCase.documents} />
      {review.sections.map((section) => (
        <PrintedSection key={section.name} section={section} sources={sources} />
      ))}
      <Rules rules={formAnalysisOf(theCase)?.eligibility ?? []} />
      <MissingDocuments theCase={theCase} />
      <Sources theCase={theCase} sources={sources} />
      <p className="signature">{texts.signature}: ______________________</p>
    </article>
  );
}

type SourceNumbers = Map<string, { number: number; quote: Quote }>;

function PrintedSection({ section, sources }: { section: ReviewSection; sources: SourceNumbers }) {
  const texts = useTexts(PRINT);
  const { language } = useLanguage();
  const names = FIELD_TEXTS[language];
  const { confirmed } = section;
  const { person } = useSession();
  const by = confirmed?.by === person?.id ? person?.name : confirmed?.by;
  const conditions = section.conditions.filter(({ value }) => !isEmpty(value));
  return (
    <section>
      <h3>{names.sections[section.name]}</h3>
      <p className="confirmation">
        {confirmed
          ? texts.confirmedBy(shown(by ?? ""), confirmed.at ? timeText(confirmed.at, language) : "")
          : texts.notConfirmed}
      </p>
      <Rows title={null} fields={[...section.fields, ...conditions]} sources={sources} />
      {section.lists.map(({ definition, items }) =>
        items
          .filter(({ absent }) => !absent)
          .map((item, index) => (
            <Rows
              key={item.path}
              title={`${names.lists[definition.name]} ${index + 1}`}
              fields={item.fields}
              sources={sources}
            />
          )),
      )}
    </section>
  );
}

function Rows({ title, fields, sources }: { title: string | null; fields: ReviewField[]; sources: SourceNumbers }) {
  const texts = useTexts(PRINT);
  if (fields.length === 0) return null;
  return (
    <table>
      {title && <caption>{title}</caption>}
      <thead>
        <tr>
          <th scope="col">{texts.field}</th>
          <th scope="col">{texts.value}</th>
          <th scope="col">{texts.basis}</th>
        </tr>
      </thead>
      <tbody>
        {fields.map((field) => (
          <Row key={field.path} field={field} sources={sources} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ field, sources }: { field: ReviewField; sources: SourceNumbers }) {
  const texts = useTexts(PRINT);
  const { language } = useLanguage();
  const { definition, value, state, evidence } = field;
  const numbers = evidence.map((quote) => sources.get(keyOf(quote))?.number).filter((one) => one !== undefined);
  return (
    <tr>
      <th scope="row">{FIELD_TEXTS[language].fields[definition.name]}</th>
      <td>
        <Value definition={definition} value={value} empty={texts.none} />
      </td>
      <td>
        {texts.states[state]}{" "}
        {!isEmpty(value) &&
          state !== "person" &&
          numbers.map((number) => <bdi key={number} dir="ltr">{`[${number}] `}</bdi>)}
      </td>
    </tr>
  );
}

function Rules({ rules }: { rules: EligibilityRule[] }) {
  const texts = useTexts(PRINT);
  const names = useTexts(FINDINGS);
  if (rules.length === 0) return null;
  return (
    <section>
      <h3>{texts.eligibility}</h3>
      <ul>
        {rules.map(({ rule, status }) => (
          <li key={rule}>
            {names.rules[rule] ?? rule}: {names.statuses[status]}
          </li>
        ))}
      </ul>
    </section>
  );
}

function MissingDocuments({ theCase }: { theCase: Case }) {
  const texts = useTexts(PRINT);
  const names = useTexts(FINDINGS);
  const missing = requestedOf(theCase).filter(({ uploaded }) => !uploaded);
  if (missing.length === 0) return null;
  return (
    <section>
      <h3>{texts.missing}</h3>
      <ul>
        {missing.map(({ name, source, required }) => (
          <li key={name}>
            <Mixed text={name} /> ({required ? names.required : names.optional}
            {source && (
              <>
                ; {names.from} <Mixed text={source} />
              </>
            )}
            )
          </li>
        ))}
      </ul>
    </section>
  );
}

function Sources({ theCase, sources }: { theCase: Case; sources: SourceNumbers }) {
  const texts = useTexts(PRINT);
  const nameOf = (id: string) => theCase.documents.find((document) => document.id === id)?.file_name ?? id;
  return (
    <section>
      <h3>{texts.evidence}</h3>
      <ol className="source-list">
        {[...sources.values()].map(({ number, quote }) => (
          <li key={number}>
            <bdi dir="ltr">[{number}]</bdi>{" "}
            {quote.document_id === "call" ? (
              texts.call
            ) : (
              <>
                <FileName name={nameOf(quote.document_id)} />, {texts.page} {quote.page}
              </>
            )}
            :{" "}
            <span className="source-words">
              <Quoted quote={quote.quote} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
