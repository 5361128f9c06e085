"""Cases and documents as clients see them; a case too large for one response without its repetitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from chalicelib.api.http import Timestamp, fits, timestamp
from chalicelib.cases.documents import AddedDocument, Upload
from chalicelib.cases.model import Case, CaseFile, Document, DocumentList, DocumentStatus
from chalicelib.cases.vapi import SPOKEN, transcript_of


class DocumentView(msgspec.Struct, frozen=True, kw_only=True):
    """A document, without its bytes. `size` in bytes; `file_type` and `file_size` repeat for older clients."""

    id: str
    case_id: str
    file_name: str
    content_type: str
    size: int
    status: DocumentStatus
    document_type: str
    uploaded_by: str
    uploaded_at: Timestamp
    metadata: Mapping[str, Any]
    file_type: str
    file_size: int


class DocumentListView(msgspec.Struct, frozen=True, kw_only=True):
    """All documents of a case; `count` of them."""

    documents: tuple[DocumentView, ...]
    count: int


class UploadView(msgspec.Struct, frozen=True, kw_only=True):
    """How to send the bytes: a form with `fields`, then the file as `file`, to `url`, before `expires_at`."""

    method: str
    url: str
    headers: Mapping[str, str]
    fields: Mapping[str, str]
    expires_at: Timestamp


class AddedDocumentView(msgspec.Struct, frozen=True, kw_only=True):
    """The stored document; `upload` only when its bytes are still to come."""

    document: DocumentView
    upload: UploadView | msgspec.UnsetType = msgspec.UNSET


class ContentView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a file can be fetched without further credentials, until `expires_at`."""

    url: str
    expires_at: Timestamp


class PageView(msgspec.Struct, frozen=True, kw_only=True):
    """One page: what the machine read of it, and where its picture is (long side at most 1,600 pixels)."""

    number: int
    pages: int
    text: str
    text_source: Literal["text_layer", "form_fields", "none"]
    width: Annotated[float, Meta(description="points; a photo has one for each pixel shown")]
    height: float
    image_url: str | None
    image_url_expires_at: Timestamp | None


class _CaseHead(msgspec.Struct, frozen=True, kw_only=True):
    """What every view of a case begins with."""

    id: str
    user_id: str
    title: str
    description: str
    status: str
    metadata: Mapping[str, Any]
    created_at: Timestamp
    updated_at: Timestamp


class AttentionView(msgspec.Struct, frozen=True, kw_only=True):
    """What is left to do in a case: issues of the form by weight in sections that nobody confirmed, such sections,
    conflicts of later analyses with what persons set, and jobs that are not done. All 0 before the first analysis."""

    blocking: int
    check: int
    unconfirmed: int
    conflicts: int
    open_jobs: int


class CaseSummaryView(_CaseHead, frozen=True, kw_only=True):
    """A case as lists show it: without its call and what the analyses found. `claimant` is of the form, "" before."""

    claimant: str
    attention: AttentionView

    form_7801_analysis_timestamp: str | None
    analysis_status: str | None
    documents: tuple[DocumentView, ...]


class CaseListView(msgspec.Struct, frozen=True, kw_only=True):
    """One page of cases, newest first; `count` of them: fewer than the limit when one response cannot hold more."""

    cases: tuple[CaseSummaryView, ...]
    count: int
    next_cursor: str | None


class CallMetadataView(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner's page puts into the metadata of a Vapi call, so that its report finds the case and is accepted.

    `case_token` is null while the webhook is not configured.
    """

    case_id: str
    case_token: str | None


class CaseView(_CaseHead, frozen=True, kw_only=True):
    """A case with everything; empty members are null or []."""

    call_details: Annotated[
        Mapping[str, Any] | None,
        Meta(
            description="Too large a case (6 MB; a Hebrew letter is 6 bytes) has no `messages` and `transcript` in "
            "`artifact` that repeat those of the call; if that is not enough, no `transcript` built from messages"
        ),
    ]
    call_summary: str | Mapping[str, Any] | None
    final_document_analysis: Mapping[str, Any] | None
    form_7801_analysis: Mapping[str, Any] | None
    form_7801_analysis_timestamp: str | None
    analysis_status: str | None
    documents: Annotated[
        tuple[DocumentView, ...],
        Meta(description="Too large a case has no `metadata` in them; the list of the case's documents has it"),
    ]
    call_metadata: Annotated[CallMetadataView | None, Meta(description="Only for the owner of the case")]


def fitting_case_view(file: CaseFile, *, call_metadata: CallMetadataView | None) -> CaseView:
    """The whole case; if one response cannot hold it, step by step without the copies in the call's artifact, without
    the metadata of the documents (`GET …/documents` has it), and without a transcript built from messages."""
    view = case_view(file, call_metadata=call_metadata)
    for shortened in (_without_copies, _without_document_metadata, _without_built_transcript):
        if fits(view):
            break
        file = shortened(file)
        view = case_view(file, call_metadata=call_metadata)
    return view


def fitting_summary_view(case: Case, documents: DocumentList) -> CaseSummaryView:
    """The case as lists show it; without the metadata of its documents if one response cannot hold even this case."""
    view = case_summary_view(case, documents)
    return view if fits(view) else case_summary_view(case, DocumentList(documents=documents.documents))


def case_view(file: CaseFile, *, call_metadata: CallMetadataView | None) -> CaseView:
    """The whole case as clients see it."""
    case = file.case
    return CaseView(
        **_head(case),
        call_details=_call_details(file),
        call_metadata=call_metadata,
        call_summary=file.call_summary,
        final_document_analysis=file.final_document_analysis,
        form_7801_analysis=file.form_7801_analysis,
        form_7801_analysis_timestamp=case.form_7801_analysis_timestamp,
        analysis_status=case.analysis_status,
        documents=document_views(DocumentList(documents=file.documents, metadata=file.document_metadata)),
    )


def case_summary_view(case: Case, documents: DocumentList) -> CaseSummaryView:
    """The case as lists show it."""
    counts = {name: int(case.attention.get(name, 0)) for name in ("blocking", "check", "unconfirmed", "conflicts")}
    return CaseSummaryView(
        **_head(case),
        claimant=case.claimant,
        attention=AttentionView(**counts, open_jobs=len(case.open_jobs)),
        form_7801_analysis_timestamp=case.form_7801_analysis_timestamp,
        analysis_status=case.analysis_status,
        documents=document_views(documents),
    )


def document_views(listed: DocumentList) -> tuple[DocumentView, ...]:
    """The documents of a case as clients see them."""
    return tuple(document_view(document, listed.metadata.get(document.id, {})) for document in listed.documents)


def document_view(document: Document, metadata: Mapping[str, Any]) -> DocumentView:
    """The document as clients see it."""
    return DocumentView(
        id=document.id,
        case_id=document.case_id,
        file_name=document.file_name,
        content_type=document.content_type,
        size=document.size,
        status=document.status,
        document_type=document.document_type,
        uploaded_by=document.uploaded_by,
        uploaded_at=timestamp(document.uploaded_at),
        metadata=metadata,
        file_type=document.content_type,
        file_size=document.size,
    )


def added_document_view(added: AddedDocument) -> AddedDocumentView:
    """The response to a new document."""
    return AddedDocumentView(
        document=document_view(added.document, added.metadata),
        upload=msgspec.UNSET if added.upload is None else _upload_view(added.upload),
    )


def _upload_view(upload: Upload) -> UploadView:
    return UploadView(
        method=upload.method,
        url=upload.url,
        headers=upload.headers,
        fields=upload.fields,
        expires_at=timestamp(upload.expires_at),
    )


def _call_details(file: CaseFile) -> Mapping[str, Any] | None:
    """The stored call; its `analysis` has the members of our call analysis and Vapi's own."""
    if file.call_details is None or file.call_analysis is None:
        return file.call_details
    if file.call_analysis.get("call_id", file.case.call_id) != file.case.call_id:
        return file.call_details  # the analysis is of an earlier call
    own = file.call_details.get("analysis")
    ours = {name: value for name, value in file.call_analysis.items() if name != "call_id"}
    return {**file.call_details, "analysis": {**(own if isinstance(own, Mapping) else {}), **ours}}


def _head(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "user_id": case.user_id,
        "title": case.title,
        "description": case.description,
        "status": case.status,
        "metadata": case.metadata,
        "created_at": timestamp(case.created_at),
        "updated_at": timestamp(case.updated_at),
    }


def _without_copies(file: CaseFile) -> CaseFile:
    """Without those members of the artifact that repeat the call's own."""
    call = file.call_details
    artifact = call.get("artifact") if call else None
    if not call or not isinstance(artifact, Mapping):
        return file
    rest = {name: value for name, value in artifact.items() if name not in SPOKEN or value != call.get(name)}
    return _with_call(file, {**call, "artifact": rest})


def _without_document_metadata(file: CaseFile) -> CaseFile:
    return msgspec.structs.replace(file, document_metadata={})


def _without_built_transcript(file: CaseFile) -> CaseFile:
    call = file.call_details
    if not call or call.get("transcript") != transcript_of(call.get("messages") or ()):
        return file
    return _with_call(file, {name: value for name, value in call.items() if name != "transcript"})


def _with_call(file: CaseFile, call: Mapping[str, Any]) -> CaseFile:
    return msgspec.structs.replace(file, call_details=call)
