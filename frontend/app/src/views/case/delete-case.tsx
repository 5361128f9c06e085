import type { Case } from "@casework/client";
import { errorText } from "@casework/client/messages";
import { keyOf } from "@casework/client/query";
import { useClient } from "@casework/client/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useLocation } from "wouter";
import { useMessages, useTexts } from "../../language.js";
import { Dialog } from "../../parts/dialog.js";
import { Mixed } from "../../parts/mixed.js";
import { CASE } from "./texts.js";

/** Asked for in a dialog that says what goes with the case. */
export function DeleteCase({ theCase }: { theCase: Case }) {
  const texts = useTexts(CASE);
  const messages = useMessages();
  const client = useClient();
  const queryClient = useQueryClient();
  const [, navigate] = useLocation();
  const dialog = useRef<HTMLDialogElement>(null);
  const deleting = useMutation({
    mutationFn: () => client.cases.delete(theCase.id),
    onSuccess() {
      queryClient.removeQueries({ queryKey: keyOf(client, "case", theCase.id) });
      void queryClient.invalidateQueries({ queryKey: keyOf(client, "cases") });
      navigate("/cases");
    },
  });
  return (
    <>
      <button type="button" className="plain small" onClick={() => dialog.current?.showModal()}>
        {texts.deleteCase}
      </button>
      <Dialog ref={dialog} title={texts.deleteCase}>
        <Mixed as="p" text={theCase.title} />
        <p>{texts.deleteAsk(theCase.documents.length)}</p>
        {deleting.error && (
          <p role="alert" className="error">
            {errorText(messages, deleting.error)}
          </p>
        )}
        <div className="actions">
          <button type="button" className="danger" onClick={() => deleting.mutate()}>
            {texts.deleteYes}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            {texts.cancel}
          </button>
        </div>
      </Dialog>
    </>
  );
}
