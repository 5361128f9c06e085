import type { AgentResult, CallResult, Form7801Result, JobType, Results } from "@casework/client";

/** What an analysis found, the most useful first. */
export function ResultView<T extends JobType>({ jobType, result }: { jobType: T; result: Results[T] }) {
  return (
    <article aria-label="תוצאה">
      {jobType === "document_analysis_form7801" && <FormView {...(result as Form7801Result)} />}
      {jobType === "document_analysis_agent" && <AgentView {...(result as AgentResult)} />}
      {jobType === "call_analysis" && <CallView {...(result as CallResult)} />}
    </article>
  );
}

function FormView({ analysis }: Form7801Result) {
  const { personal_info, employment_history, disability_info, metadata } = analysis.form_7801;
  return (
    <>
      <Figures
        figures={{
          "סיכויי התביעה": `${analysis.claim_rate}%`,
          "הטופס מולא": `${metadata.completion_percentage}%`,
          לבדיקה: String(analysis.issues.length),
        }}
      />
      <p>{analysis.summary}</p>
      <dl>
        <dt>שם</dt>
        <dd>{personal_info.full_name}</dd>
        <dt>תעודת זהות</dt>
        <dd>{personal_info.id_number}</dd>
        <dt>ותק בעבודה</dt>
        <dd>{employment_history.total_employment_months} חודשים</dd>
        <dt>ליקוי עיקרי</dt>
        <dd>
          <bdi>{disability_info.primary_disability_description}</bdi>
        </dd>
      </dl>
      <List title="המלצות" items={analysis.recommendations} />
    </>
  );
}

function AgentView({ analysis }: AgentResult) {
  return (
    <>
      <Figures figures={{ "סיכויי התביעה": `${analysis.claim_rate}%`, ממצאים: String(analysis.findings.length) }} />
      <p>{analysis.summary}</p>
      <h3>ממצאים</h3>
      <ul>
        {analysis.findings.slice(0, 4).map((finding) => (
          <li key={finding.quote + finding.text}>
            <bdi>{finding.text}</bdi>
            <blockquote>
              <bdi>{finding.quote}</bdi> <cite>עמ׳ {finding.page}</cite>
            </blockquote>
          </li>
        ))}
      </ul>
      <List title="מה חסר" items={analysis.gaps} />
    </>
  );
}

function CallView({ analysis }: CallResult) {
  const documents = analysis.documents_requested_list;
  return (
    <>
      <Figures
        figures={{ "סיכויי האישור": `${analysis.chance_of_approval}%`, "מסמכים לבקש": String(documents.length) }}
      />
      <p>{analysis.case_summary}</p>
      <List title="מסמכים לבקש" items={documents.map(({ name, source }) => (source ? `${name} (${source})` : name))} />
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
        {items.map((item) => (
          <li key={item}>
            <bdi>{item}</bdi>
          </li>
        ))}
      </ul>
    </>
  );
}
