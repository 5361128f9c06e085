import type { AnyJob } from "@casework/client";
import { dollars, duration, moment } from "../../data/operations.js";
import { useLanguage, useTexts } from "../../language.js";
import { Ltr } from "../../parts/mixed.js";
import { JOB } from "./texts.js";

/** What was stored on the way, with what it took. */
export function Steps({ steps }: { steps: NonNullable<AnyJob["steps"]> }) {
  const texts = useTexts(JOB);
  const { language } = useLanguage();
  const tokens = (input: number, output: number) =>
    input + output === 0 ? "–" : `${input.toLocaleString(language)} → ${output.toLocaleString(language)}`;
  return (
    <section>
      <h2>{texts.steps}</h2>
      {steps.length === 0 ? (
        <p className="muted">{texts.noSteps}</p>
      ) : (
        <table>
          <thead>
            <tr>
              {[texts.step, texts.at, texts.took, texts.model, texts.tokens, texts.cost].map((name) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {steps.map((step) => (
              <tr key={`${step.name} ${step.at}`}>
                <td>
                  <Ltr text={step.name} /> {step.reused && <span className="badge">{texts.reused}</span>}
                </td>
                <td>
                  <Ltr text={moment(step.at, language)} />
                </td>
                <td className="number">{duration(step.seconds * 1000, language)}</td>
                <td>{step.model ? <Ltr text={step.model} /> : "–"}</td>
                <td className="number">
                  <Ltr text={tokens(step.input_tokens, step.output_tokens)} />
                </td>
                <td className="number">
                  <Ltr text={step.model ? dollars(step.cost_usd) : "–"} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
