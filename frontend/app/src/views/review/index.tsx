// The form on one side, the page that it rests on on the other: what is doubtful first, corrections kept for good.

import { isProblem } from "@casework/client";
import { errorText } from "@casework/client/messages";
import { useClient } from "@casework/client/react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { Link, useParams } from "wouter";
import { formAnalysisOf, prefetchPage, useCase } from "../../data/queries.js";
import { type Review, reviewOf, sourcesOf } from "../../data/review.js";
import { useForm } from "../../data/use-form.js";
import { useMessages, useTexts } from "../../language.js";
import { CaseFrame } from "../../parts/case-frame.js";
import { Loading } from "../../parts/loading.js";
import { ClashDialog } from "./clash-dialog.js";
import { alternativesOf } from "./field-row.js";
import { FormPane } from "./form-pane.js";
import { useKeys } from "./keys.js";
import { KeysDialog } from "./keys-dialog.js";
import { PagePane, useSource } from "./page-pane.js";
import { type Reviewing, useReviewing } from "./reviewing.js";
import { Split } from "./split.js";
import { REVIEW } from "./texts.js";
import { Toolbar } from "./toolbar.js";
import "./style.css";

export function ReviewView() {
  const { caseId = "" } = useParams<{ caseId: string }>();
  const form = useForm(caseId);
  const messages = useMessages();
  return (
    <CaseFrame caseId={caseId} className="review">
      {form.error && !form.form && (
        <p role="alert" className="notice bad">
          {errorText(messages, form.error)}
        </p>
      )}
      {form.isLoading && <Loading />}
      {form.form && (form.form.form_7801 ? <Desk caseId={caseId} form={form} /> : <NoForm caseId={caseId} />)}
    </CaseFrame>
  );
}

function NoForm({ caseId }: { caseId: string }) {
  const texts = useTexts(REVIEW);
  return (
    <div className="nothing">
      <h2>{texts.noForm}</h2>
      <p>{texts.noFormHint}</p>
      <p>
        <Link href={`/cases/${caseId}`} className="button primary">
          {texts.toMaterial}
        </Link>
      </p>
    </div>
  );
}

function Desk({ caseId, form }: { caseId: string; form: ReturnType<typeof useForm> }) {
  const { data: theCase } = useCase(caseId);
  const review = useMemo(() => (form.form ? reviewOf(form.form, formAnalysisOf(theCase)) : null), [form.form, theCase]);
  const reviewing = useReviewing(review, form);
  const field = review?.fields.find(({ path }) => path === reviewing.active) ?? null;
  const source = useSource(theCase, field);
  const formPane = useRef<HTMLElement>(null);
  const pagePane = useRef<HTMLElement>(null);
  const keysDialog = useRef<HTMLDialogElement>(null);
  const clashDialog = useRef<HTMLDialogElement>(null);
  useKeys({
    next: reviewing.actions.next,
    undo: form.undo,
    confirmSection: () => {
      const name = field?.section ?? "";
      formPane.current?.querySelector<HTMLElement>(`[data-confirm="${CSS.escape(name)}"]`)?.click();
    },
    take(index) {
      if (!field) return;
      const { params = {} } = field.issues.find(({ code }) => code === "sources_differ") ?? {};
      const said = String([params.first, params.second][index] ?? "");
      const other = alternativesOf(field).find(({ text }) => text === said);
      reviewing.actions.save(field, other ? other.value : field.value, true);
    },
    showKeys: () => keysDialog.current?.showModal(),
    ...{ source, formPane, pagePane },
  });
  usePrefetch(caseId, review, reviewing);
  if (!review || !theCase) return <Loading />;
  return (
    <>
      <Toolbar
        {...{ caseId, review, reviewing }}
        onKeys={() => keysDialog.current?.showModal()}
        onDecide={() => clashDialog.current?.showModal()}
      />
      <Split
        start={<FormPane {...{ review, reviewing }} documents={theCase.documents} paneRef={formPane} />}
        end={<PagePane {...{ theCase, field, source }} paneRef={pagePane} />}
      />
      <ClashDialog ref={clashDialog} review={review} form={form} />
      <KeysDialog ref={keysDialog} />
    </>
  );
}

const AHEAD = 2;

/** The pages of the fields that "next" leads to, and of the first ones, are there before they are asked for. */
function usePrefetch(caseId: string, review: Review | null, { active }: Reviewing): void {
  const client = useClient();
  const queryClient = useQueryClient();
  useEffect(() => {
    if (!review) return;
    const at = review.fields.findIndex(({ path }) => path === active);
    const rest = review.fields.slice(at + 1);
    const soon = [...rest.filter(({ isOpen }) => isOpen).slice(0, AHEAD), ...rest.slice(0, AHEAD)];
    for (const { document_id, page } of soon.flatMap((field) => sourcesOf(field).slice(0, AHEAD))) {
      if (document_id === "call") continue;
      prefetchPage(queryClient, client, { caseId, documentId: document_id, page }).catch((error: unknown) => {
        if (!isProblem(error, "not_found") && !isProblem(error, "document_unreadable")) return; // shown when it is asked for
      });
    }
  }, [caseId, review, active, client, queryClient]);
}
