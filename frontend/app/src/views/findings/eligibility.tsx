import type { AgentAnalysis, EligibilityRule } from "@casework/client";
import { lawSourceText } from "@casework/client/messages";
import { dateText } from "../../data/format.js";
import { useMessages, useTexts } from "../../language.js";
import { Icon, type IconName } from "../../parts/icons.js";
import { Ltr, Mixed } from "../../parts/mixed.js";
import { FINDINGS } from "./texts.js";

const LOOKS: Record<EligibilityRule["status"], { icon: IconName; tone: string }> = {
  met: { icon: "check", tone: "ok" },
  not_met: { icon: "warning", tone: "bad" },
  unknown: { icon: "missing", tone: "" }, // unknown is not failed
};

/** The rules of the law as code counted them, each with the dated facts it rests on. */
export function Eligibility({ rules, agent }: { rules: EligibilityRule[]; agent: AgentAnalysis | null }) {
  const texts = useTexts(FINDINGS);
  const messages = useMessages();
  const sources = [...new Set(rules.map(({ source }) => source))];
  return (
    <>
      <ul className="cards">
        {rules.map(({ rule, status, facts }) => (
          <li key={rule} className="card rule">
            <h2>{texts.rules[rule] ?? <Mixed text={rule} />}</h2>
            <span className={`badge ${LOOKS[status].tone}`}>
              <Icon name={LOOKS[status].icon} />
              {texts.statuses[status]}
            </span>
            {status === "unknown" && texts.unknownRules[rule] && <p className="hint">{texts.unknownRules[rule]}</p>}
            <dl className="facts">
              {Object.entries(facts)
                .filter(isTelling)
                .map(([name, value]) => (
                  <div key={name}>
                    <dt>{texts.facts[name] ?? name}</dt>
                    <dd>
                      <Fact value={value} />
                    </dd>
                  </div>
                ))}
            </dl>
          </li>
        ))}
      </ul>
      {agent && (
        <section className="card">
          <h2>{texts.assessment}</h2>
          <Mixed as="p" text={agent.form_7801.eligibility_assessment} />
        </section>
      )}
      <p className="hint law">
        {texts.lawSource}:{" "}
        {sources.map((source) => (
          <Mixed key={source} text={lawSourceText(messages, source).text} />
        ))}
      </p>
    </>
  );
}

/** Where nothing is required, that says nothing. */
function isTelling([name, value]: [string, unknown]): boolean {
  return name !== "required" || value !== 0;
}

function Fact({ value }: { value: unknown }) {
  const text = String(value);
  return /^[\d\s.:/-]+$/.test(text) ? (
    <span className="number">
      <Ltr text={dateText(text)} />
    </span>
  ) : (
    <Mixed text={text} />
  );
}
