import { errorText } from "@casework/client/messages";
import { keyOf } from "@casework/client/query";
import { useClient } from "@casework/client/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useRef } from "react";
import { useLocation } from "wouter";
import { newId } from "../../data/new-id.js";
import { useMessages, useTexts } from "../../language.js";
import { Dialog } from "../../parts/dialog.js";
import { CASES } from "./texts.js";

/** A dialog with one field; Enter leads to the new case. */
export function NewCase() {
  const texts = useTexts(CASES);
  const messages = useMessages();
  const client = useClient();
  const queryClient = useQueryClient();
  const [, navigate] = useLocation();
  const dialog = useRef<HTMLDialogElement>(null);
  const sent = useRef({ title: "", key: "" });
  const id = useId();
  const creating = useMutation({
    mutationFn: (title: string) => client.cases.create({ title }, { key: sent.current.key }),
    onSuccess(made) {
      void queryClient.invalidateQueries({ queryKey: keyOf(client, "cases") });
      navigate(`/cases/${made.id}`);
    },
  });
  const open = () => {
    sent.current = { title: "", key: "" };
    dialog.current?.showModal();
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const title = String(new FormData(event.currentTarget).get("title") ?? "").trim();
    if (!title || creating.isPending) return;
    if (title !== sent.current.title) sent.current = { title, key: newId() }; // pressing twice makes one case
    creating.mutate(title);
  };
  return (
    <>
      <button type="button" className="primary" onClick={open}>
        {texts.newCase}
      </button>
      <Dialog ref={dialog} title={texts.newCase}>
        <form onSubmit={submit} className="stack">
          <label htmlFor={id}>{texts.caseTitle}</label>
          <input id={id} name="title" required maxLength={200} autoComplete="off" aria-describedby={`${id}-hint`} />
          <p id={`${id}-hint`} className="hint">
            {texts.titleHint}
          </p>
          {creating.error && (
            <p role="alert" className="error">
              {errorText(messages, creating.error)}
            </p>
          )}
          <div className="actions">
            <button type="submit" className="primary" aria-disabled={creating.isPending}>
              {texts.create}
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              {texts.cancel}
            </button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
