"""What is there to analyse? All documents' text and the transcript, and an issue for what was unreadable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.analyses.kit.definition import Services
from chalicelib.analyses.kit.issues import Issue, document_field
from chalicelib.cases.model import CaseFile, Document, DocumentStatus, DocumentText, Page
from chalicelib.errors import DocumentUnreadable
from chalicelib.jobs.ports import AttemptContext

SPEAKERS = {"bot": "AI", "assistant": "AI", "user": "User"}


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A case as an analysis sees it. `texts` are the documents that can be analysed, in the case's order.

    A document without a text layer is among `texts` when a model may look at its file (`pages` that need an image).
    """

    file: CaseFile
    texts: tuple[DocumentText, ...]
    transcript: str
    issues: tuple[Issue, ...]


def read_case(ctx: AttemptContext, services: Services, *, percents: tuple[int, int]) -> Reading:
    """The case with all its documents read one by one, progress going from the first of `percents` to the second.

    Raises: DocumentUnreadable when nothing can be read and there is no transcript; InputInvalid when the case is gone.
    """
    file = services.cases.file(ctx.job.case_id)
    texts: list[DocumentText] = []
    issues: list[Issue] = []
    for index, document in enumerate(file.documents):
        ctx.check()
        ctx.progress(
            _between(percents, index, len(file.documents)),
            f"Reading document {index + 1} of {len(file.documents)}: {document.file_name}",
        )
        text, found = _read(document, file, services)
        issues += found
        if text is not None:
            texts.append(text)
    reading = Reading(file=file, texts=tuple(texts), transcript=transcript_of(file), issues=tuple(issues))
    if not reading.texts and not reading.transcript:
        raise DocumentUnreadable("None of the case's documents could be read, and there is no call to analyse instead.")
    return reading


def transcript_of(file: CaseFile) -> str:
    """The call's transcript, as `AI:` and `User:` lines; "" when there is none.

    Taken from the call's `transcript`, else from its `artifact`, else put together from the messages of either.
    """
    call = file.call_details or {}
    artifact = call.get("artifact")
    places = (call, artifact if isinstance(artifact, Mapping) else {})
    for place in places:
        transcript = place.get("transcript")
        if isinstance(transcript, str) and transcript.strip():
            return transcript.strip()
    for place in places:
        built = _transcript_from(place.get("messages"))
        if built:
            return built
    return ""


def pages_to_show(text: DocumentText) -> tuple[Page, ...]:
    """The pages without a usable text layer; when there are any, a model should be shown the file itself."""
    return tuple(page for page in text.pages if page.needs_image)


def _read(document: Document, file: CaseFile, services: Services) -> tuple[DocumentText | None, list[Issue]]:
    text = services.cases.text(document)
    if text is None:
        return None, [_absent(document)]
    summary = file.document_metadata.get(document.id, {}).get("document_summary")
    if not text.pages:
        issue = _unreadable(document, text.problem)
        if isinstance(summary, str) and summary.strip():
            return DocumentText(document=document, pages=(Page(number=1, text=summary),)), [issue]
        return None, [issue]
    return text, [_truncated(document)] if text.truncated else []


def _absent(document: Document) -> Issue:
    if document.status is DocumentStatus.AWAITING_UPLOAD:
        message = f"{document.file_name} has not been uploaded yet and was left out."
        return Issue(field=document_field(document.id), code="document_awaiting_upload", message=message)
    message = f"{document.file_name} was deleted before it could be read and was left out."
    return Issue(field=document_field(document.id), code="document_missing", message=message)


def _unreadable(document: Document, problem: str | None) -> Issue:
    message = f"{document.file_name} could not be read. {problem or 'It holds no text.'}"
    return Issue(field=document_field(document.id), code="document_unreadable", message=message)


def _truncated(document: Document) -> Issue:
    message = f"{document.file_name} is longer than what is read at once; only its beginning was analysed."
    return Issue(field=document_field(document.id), code="document_truncated", message=message)


def _transcript_from(messages: Any) -> str:
    if not isinstance(messages, Sequence) or isinstance(messages, str):
        return ""
    lines = []
    for message in messages:
        if isinstance(message, Mapping) and message.get("role") in SPEAKERS:
            said = message.get("message") or message.get("content")
            if isinstance(said, str) and said.strip():
                lines.append(f"{SPEAKERS[message['role']]}: {said.strip()}")
    return "\n".join(lines)


def _between(percents: tuple[int, int], done: int, total: int) -> int:
    first, last = percents
    return first + (last - first) * done // max(1, total)
