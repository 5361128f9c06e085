import type { AgentAnalysis, CallAnalysis, Form7801Analysis } from "@casework/client";
import { useTexts } from "../../language.js";
import { Mixed } from "../../parts/mixed.js";
import { FINDINGS } from "./texts.js";

interface AdviceProps {
  form: Form7801Analysis | null;
  agent: AgentAnalysis | null;
  call: CallAnalysis | null;
}

/** The models' advice: what they say of the claim, how to argue it, how to prepare. */
export function Advice({ form, agent, call }: AdviceProps) {
  const texts = useTexts(FINDINGS);
  const summary = form?.summary ?? agent?.summary ?? call?.case_summary ?? "";
  const strategy = form?.strategy ?? agent?.strategy ?? "";
  return (
    <div className="stack-wide">
      <Text title={texts.summary} text={summary} />
      <Text title={texts.strategy} text={strategy} />
      <List
        title={texts.recommendations}
        items={[...new Set([...(form?.recommendations ?? []), ...(agent?.recommendations ?? [])])]}
      />
      <Preparation form={form} />
      <List title={texts.legal} items={call?.key_legal_points ?? []} />
      {form && (
        <section className="card">
          <h2>{texts.rate}</h2>
          <p className="number">{form.claim_rate}%</p>
          <p className="hint">
            {texts.rateRests(form.evidence.filter(({ verified }) => verified).length, form.evidence.length)}
          </p>
        </section>
      )}
    </div>
  );
}

function Preparation({ form }: { form: Form7801Analysis | null }) {
  const texts = useTexts(FINDINGS);
  if (!form?.preparation_data.length) return null;
  return (
    <section className="card">
      <h2>{texts.preparation}</h2>
      <ul className="requested">
        {form.preparation_data.map(({ title, detail, should_say }) => (
          <li key={`${title} ${detail}`}>
            <Mixed text={title} className="file-name" />
            <Mixed as="p" text={detail} />
            {should_say && (
              <p>
                <strong>{texts.say}</strong> <Mixed text={should_say} />
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Text({ title, text }: { title: string; text: string }) {
  if (!text) return null;
  return (
    <section className="card">
      <h2>{title}</h2>
      <Mixed as="p" text={text} />
    </section>
  );
}

function List({ title, items }: { title: string; items: string[] }) {
  if (items.length === 0) return null;
  return (
    <section className="card">
      <h2>{title}</h2>
      <ul className="bullets">
        {items.map((item) => (
          <Mixed as="li" key={item} text={item} />
        ))}
      </ul>
    </section>
  );
}
