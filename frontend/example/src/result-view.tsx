import type { AgentResult, CallResult, CaseDocument, Form7801Result, JobType, Quote, Results } from "@casework/client";
import { Mixed, Quoted } from "./mixed.js";
import { useTexts } from "./texts.js";

interface ResultProps<T extends JobType> {
  jobType: T;
  result: Results[T];
  documents: CaseDocument[];
}

/** What an analysis found, the most useful first. */
export function ResultView<T extends JobType>({ jobType, result, documents }: ResultProps<T>) {
  return (
    <article aria-label={useTexts().result}>
      {jobType === "document_analysis_form7801" && <FormView {...(result as Form7801Result)} />}
      {jobType === "document_analysis_agent" && <AgentView {...(result as AgentResult)} documents={documents} />}
      {jobType === "call_analysis" && <CallView {...(result as CallResult)} />}
    </article>
  );
}

function FormView({ analysis }: Form7801Result) {
  const texts = useTexts();
  const { personal_info, employment_history, disability_info, metadata } = analysis.form_7801;
  return (
    <>
      <Figures
        figures={{
          [texts.chances]: `${analysis.claim_rate}%`,
          [texts.filledIn]: `${metadata.completion_percentage}%`,
          [texts.toCheck]: String(analysis.issues.length),
        }}
      />
      <Mixed as="p" text={analysis.summary} />
      <dl>
        <dt>{texts.name}</dt>
        <dd>
          <Mixed text={personal_info.full_name} />
        </dd>
        <dt>{texts.idNumber}</dt>
        <dd>
          <bdi dir="ltr">{personal_info.id_number}</bdi>
        </dd>
        <dt>{texts.tenure}</dt>
        <dd>{texts.months(employment_history.total_employment_months)}</dd>
        <dt>{texts.impairment}</dt>
        <Mixed as="dd" text={disability_info.primary_disability_description} />
      </dl>
      <List title={texts.recommendations} items={analysis.recommendations} />
    </>
  );
}

function AgentView({ analysis, documents }: AgentResult & { documents: CaseDocument[] }) {
  const texts = useTexts();
  const { claim_rate, findings, summary, gaps } = analysis;
  return (
    <>
      <Figures
        figures={{
          [texts.chances]: claim_rate === null ? "–" : `${claim_rate}%`,
          [texts.findings]: String(findings.length),
        }}
      />
      <Mixed as="p" text={summary} />
      <h3>{texts.findings}</h3>
      <ul>
        {findings.slice(0, 4).map((finding, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two findings may be equal, and their order does not change
          <Mixed as="li" key={index} text={finding.text}>
            <blockquote>
              <Quoted quote={finding.quote} /> <Source quote={finding} documents={documents} />
            </blockquote>
          </Mixed>
        ))}
      </ul>
      <List title={texts.missing} items={gaps} />
    </>
  );
}

/** Where a quote is from. */
function Source({ quote: { document_id, page }, documents }: { quote: Quote; documents: CaseDocument[] }) {
  const texts = useTexts();
  const document = documents.find(({ id }) => id === document_id);
  return (
    <cite lang={texts.messages.lang} dir={texts.dir}>
      {document_id === "call" ? (
        texts.call
      ) : (
        <>
          {document && <Mixed text={document.file_name.replace(/\.\w+$/, "")} />}
          {document && ", "}
          {texts.page} {page}
        </>
      )}
    </cite>
  );
}

function CallView({ analysis }: CallResult) {
  const texts = useTexts();
  const documents = analysis.documents_requested_list;
  return (
    <>
      <Figures
        figures={{ [texts.approval]: `${analysis.chance_of_approval}%`, [texts.toRequest]: String(documents.length) }}
      />
      <Mixed as="p" text={analysis.case_summary} />
      <List
        title={texts.toRequest}
        items={documents.map(({ name, source }) => (source ? `${name} (${source})` : name))}
      />
    </>
  );
}

function Figures({ figures }: { figures: Record<string, string> }) {
  return (
    <dl className="figures">
      {Object.entries(figures).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function List({ title, items }: { title: string; items: string[] }) {
  if (items.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul>
        {items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two items may be equal, and their order does not change
          <Mixed as="li" key={index} text={item} />
        ))}
      </ul>
    </>
  );
}
