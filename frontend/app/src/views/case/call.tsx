import type { Case } from "@casework/client";
import { errorText } from "@casework/client/messages";
import { useClient } from "@casework/client/react";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useRef, useState } from "react";
import { messagesOf, useRefresh } from "../../data/queries.js";
import { useMessages, useTexts } from "../../language.js";
import { Dialog } from "../../parts/dialog.js";
import { Transcript } from "../../parts/transcript.js";
import { CASE } from "./texts.js";

/** The call of the case: how long it was, what was said, and a way to give another. */
export function Call({ theCase }: { theCase: Case }) {
  const texts = useTexts(CASE);
  const dialog = useRef<HTMLDialogElement>(null);
  const messages = messagesOf(theCase);
  const seconds = messages.at(-1)?.secondsFromStart ?? 0;
  return (
    <section className="card" aria-labelledby="call">
      <div className="card-head">
        <h2 id="call">{texts.call}</h2>
        <button type="button" className="small" onClick={() => dialog.current?.showModal()}>
          {theCase.call_details ? texts.replaceCall : texts.addCall}
        </button>
      </div>
      {theCase.call_details ? (
        <>
          <p className="hint">{texts.callGiven(messages.length, Math.round(seconds / 60))}</p>
          {messages.length > 0 && (
            <details>
              <summary>{texts.claimantLines}</summary>
              <Transcript messages={messages} marks={[]} />
            </details>
          )}
        </>
      ) : (
        <p className="hint">{texts.noCall}</p>
      )}
      <Dialog ref={dialog} title={theCase.call_details ? texts.replaceCall : texts.addCall}>
        <CallForm theCase={theCase} onDone={() => dialog.current?.close()} />
      </Dialog>
    </section>
  );
}

function CallForm({ theCase, onDone }: { theCase: Case; onDone: () => void }) {
  const texts = useTexts(CASE);
  const client = useClient();
  const refresh = useRefresh(theCase.id);
  const [text, setText] = useState("");
  const [isWrong, setWrong] = useState(false);
  const id = useId();
  const file = useRef<HTMLInputElement>(null);
  const saving = useMutation({
    mutationFn: (call: object) => client.cases.putCall(theCase.id, call),
    onSuccess() {
      refresh();
      setText("");
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const call = objectIn(text);
    setWrong(call === null);
    if (call && !saving.isPending) saving.mutate(call);
  };
  const load = async (file: File | undefined) => {
    if (file) setText(await file.text());
  };
  return (
    <form onSubmit={submit} className="stack">
      <label htmlFor={id}>{texts.paste}</label>
      <textarea
        id={id}
        dir="ltr"
        value={text}
        spellCheck={false}
        aria-describedby={`${id}-hint`}
        aria-invalid={isWrong}
        onChange={(event) => setText(event.target.value)}
      />
      <p id={`${id}-hint`} className="hint">
        {texts.pasteHint}
      </p>
      <span>
        <button type="button" className="small" onClick={() => file.current?.click()}>
          {texts.loadFile}
        </button>
      </span>
      <input
        ref={file}
        type="file"
        hidden
        accept=".json,application/json"
        aria-label={texts.loadFile}
        onChange={({ target }) => {
          void load(target.files?.[0]);
          target.value = "";
        }}
      />
      <Trouble isWrong={isWrong} error={saving.error} />
      <div className="actions">
        <button type="submit" className="primary" aria-disabled={saving.isPending}>
          {texts.save}
        </button>
        <button type="button" onClick={onDone}>
          {texts.cancel}
        </button>
      </div>
    </form>
  );
}

function Trouble({ isWrong, error }: { isWrong: boolean; error: Error | null }) {
  const texts = useTexts(CASE);
  const messages = useMessages();
  if (!isWrong && !error) return null;
  return (
    <p role="alert" className="error">
      {isWrong ? texts.notJson : error && errorText(messages, error)}
    </p>
  );
}

function objectIn(text: string): object | null {
  try {
    const found = JSON.parse(text);
    return typeof found === "object" && found !== null && !Array.isArray(found) ? found : null;
  } catch {
    return null;
  }
}
