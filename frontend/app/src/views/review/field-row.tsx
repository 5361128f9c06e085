// One field of the form: label, value, where it is from; in focus also what is doubtful about it and what can be done.

import type { Issue } from "@casework/client";
import { issueText } from "@casework/client/messages";
import { type KeyboardEvent, memo, useEffect, useRef } from "react";
import type { Refusal } from "../../data/edits.js";
import { FIELD_TEXTS } from "../../data/field-texts.js";
import type { ReviewField } from "../../data/review.js";
import { useLanguage, useMessages, useTexts } from "../../language.js";
import { Mixed } from "../../parts/mixed.js";
import { StateBadge } from "../../parts/state-badge.js";
import { Value } from "../../parts/value.js";
import { Editor, enteredValue } from "./editor.js";
import { Refused } from "./refused.js";
import type { ReviewActions } from "./reviewing.js";
import { REVIEW } from "./texts.js";

interface FieldRowProps {
  field: ReviewField;
  isActive: boolean;
  isEditing: boolean;
  /** What the API refused of this field last. */
  refused: Refusal | null;
  actions: ReviewActions;
}

export const FieldRow = memo(function FieldRow(props: FieldRowProps) {
  const { field, isActive, isEditing, refused, actions } = props;
  const { language } = useLanguage();
  const { path, definition, value, state, isOpen } = field;
  const label = FIELD_TEXTS[language].fields[definition.name] ?? definition.name;
  return (
    <div className="field" data-state={state} data-open={isOpen} data-active={isActive} data-path={path}>
      {isEditing ? (
        <div className="field-main">
          <span className="field-label">{label}</span>
          <Editor
            {...{ definition, label }}
            value={value}
            written={refused ? refused.edit.wanted : value}
            onSave={(wanted, toNext, seen) => actions.save(field, wanted, toNext, seen)}
            onCancel={() => actions.edit(null)}
          />
        </div>
      ) : (
        <Shown {...props} label={label} />
      )}
      {refused && <Refused refused={refused} />}
      {isActive && <Details field={field} actions={actions} />}
    </div>
  );
});

/** The row as it is read; the second click on it, or Enter, edits. */
function Shown({ field, isActive, actions, label }: FieldRowProps & { label: string }) {
  const texts = useTexts(REVIEW);
  const { path, definition, value, state } = field;
  const button = useRef<HTMLButtonElement>(null);
  useFocusBack(button, isActive);
  const edit = definition.isComputed ? undefined : () => actions.edit(path);
  const keyed = (event: KeyboardEvent) => {
    if (event.key !== "F2" || !edit) return;
    event.preventDefault();
    edit();
  };
  return (
    <button
      ref={button}
      type="button"
      className="field-main"
      data-field={path}
      onFocus={() => actions.look(path)}
      onClick={() => (isActive ? edit?.() : actions.look(path))}
      onKeyDown={keyed}
    >
      <span className="field-label">{label}</span>
      <span className="field-value">
        <Value definition={definition} value={value} empty={texts.empty} />
      </span>
      <StateBadge state={state} text={texts.states[state]} />
    </button>
  );
}

/** A row that comes back after editing takes the focus again, unless that went somewhere else. */
function useFocusBack(button: React.RefObject<HTMLButtonElement | null>, isActive: boolean): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it comes
  useEffect(() => {
    if (isActive && document.activeElement === document.body) button.current?.focus();
  }, []);
}

interface PartProps {
  field: ReviewField;
  actions: ReviewActions;
}

function Details({ field, actions }: PartProps) {
  const texts = useTexts(REVIEW);
  const { path, definition, value, state, issues, isOpen, held } = field;
  const canRevert = held?.source === "person" && state !== "conflict" && held.analysis_field;
  return (
    <div className="field-details">
      <Issues field={field} />
      {state === "conflict" && <Conflict field={field} actions={actions} />}
      <span className="actions">
        {isOpen && state !== "conflict" && (
          <>
            <Alternatives field={field} actions={actions} />
            <button type="button" className="small" onClick={() => actions.save(field, value, false)}>
              {texts.keep}
            </button>
          </>
        )}
        {!definition.isComputed && (
          <button type="button" className="small plain" onClick={() => actions.edit(path)}>
            {issues.length > 0 ? texts.other : texts.edit}
          </button>
        )}
        {canRevert && (
          <button type="button" className="small plain" onClick={() => actions.revert(field)}>
            {texts.revert}
          </button>
        )}
      </span>
    </div>
  );
}

const isBlocking = ({ weight }: Issue) => weight === "blocking";

/** So many are shown at once, so that the buttons below stay in sight. */
const SHOWN_ISSUES = 4;

/** What weighs most comes first. */
function Issues({ field: { issues, definition } }: { field: ReviewField }) {
  const texts = useTexts(REVIEW);
  const ordered = issues.toSorted((one, other) => Number(isBlocking(other)) - Number(isBlocking(one)));
  const rest = ordered.slice(SHOWN_ISSUES);
  return (
    <>
      <Notices issues={ordered.slice(0, SHOWN_ISSUES)} definition={definition} />
      {rest.length > 0 && (
        <details className="more-issues">
          <summary>{texts.moreIssues(rest.length)}</summary>
          <Notices issues={rest} definition={definition} />
        </details>
      )}
    </>
  );
}

function Notices({ issues, definition }: Pick<ReviewField, "issues" | "definition">) {
  const messages = useMessages();
  return issues.map((issue) => (
    <p key={`${issue.code} ${issue.message}`} className={`notice ${isBlocking(issue) ? "bad" : "warn"}`}>
      {issueText(messages, issue)} <Said issue={issue} definition={definition} />
    </p>
  ));
}

/** The values that an issue sets against each other. */
export function Said({ issue: { params = {} }, definition }: Pick<ReviewField, "definition"> & { issue: Issue }) {
  const { first, second } = params;
  if (typeof first !== "string" || typeof second !== "string") return null;
  const one = (text: string) => {
    const value = enteredValue(definition, text);
    return value || definition.kind === "yes" ? <Value definition={definition} value={value} /> : <Mixed text={text} />;
  };
  return (
    <strong>
      {one(first)} / {one(second)}
    </strong>
  );
}

/** The values that sources give for a field, to take one of them. */
export function alternativesOf({ issues, definition, value }: ReviewField): { text: string; value: unknown }[] {
  const { params = {} } = issues.find(({ code }) => code === "sources_differ") ?? {};
  const said = [params.first, params.second].filter((one) => typeof one === "string" || typeof one === "number");
  return said
    .map((one) => ({ text: String(one), value: enteredValue(definition, String(one)) }))
    .filter((one) => String(one.value) !== String(value));
}

function Alternatives({ field, actions }: PartProps) {
  const texts = useTexts(REVIEW);
  return alternativesOf(field).map(({ text, value }) => (
    <button key={text} type="button" className="small" onClick={() => actions.save(field, value, false)}>
      {texts.take} <Value definition={field.definition} value={value} />
    </button>
  ));
}

/** A later analysis says otherwise than a person did: both, and which one stays. */
function Conflict({ field, actions }: PartProps) {
  const texts = useTexts(REVIEW);
  const { definition, value, held } = field;
  return (
    <div className="conflict">
      <p>
        <span className="hint">{texts.yours}:</span> <Value definition={definition} value={value} />
      </p>
      <p>
        <span className="hint">{texts.analysisSays}:</span>{" "}
        <Value definition={definition} value={held?.conflict?.value} />
      </p>
      <span className="actions">
        <button type="button" className="small" onClick={() => actions.save(field, value, false)}>
          {texts.keepMine}
        </button>
        <button type="button" className="small" onClick={() => actions.revert(field)}>
          {texts.takeTheirs}
        </button>
      </span>
    </div>
  );
}
