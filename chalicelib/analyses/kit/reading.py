"""The case as an analysis sees it: a snapshot of what is there, all documents' text, and an issue for the unreadable.

The snapshot is the job's first checkpoint: what is uploaded or analysed after it changes nothing of what was paid for.
Each document's text is a checkpoint too, named by the version of its bytes: it is read once, however often the job goes
on in another function, and the same file uploaded twice is read once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from chalicelib.analyses.kit.definition import Services
from chalicelib.analyses.kit.fingerprint import fingerprint
from chalicelib.analyses.kit.issues import Issue, document_field
from chalicelib.analyses.kit.speakers import labelled, turns_of
from chalicelib.analyses.kit.untrusted import wrap_tool
from chalicelib.cases.model import CaseFile, Document, DocumentStatus, DocumentText
from chalicelib.documents.page import FileText, Page
from chalicelib.errors import DocumentUnreadable, OutOfTime
from chalicelib.jobs.ports import TEXT_STEP, AttemptContext

SNAPSHOT = "inputs"
LONGEST_CONFIRMED_CHARACTERS = 20_000
_OF_PERSONS = (
    "A person set or confirmed these values of the claim's form (null: removed an item). They stand, whatever the "
    "sources say: report what the sources say all the same, and advise with these values."
)
LONGEST_READING_SECONDS = 96.0
"""For one document."""
SPARE_SECONDS = 8.0
"""To store a text when reading took all of its time."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A case as an analysis sees it. `texts` are the documents that can be analysed, in the case's order.

    A document without a text layer is among `texts` when a model may look at it (`pages` that need an image).
    `confirmed` is what persons set or confirmed in the form, by path.
    """

    file: CaseFile
    texts: tuple[DocumentText, ...]
    transcript: str
    issues: tuple[Issue, ...]
    confirmed: Mapping[str, Any] = {}

    @property
    def told_of_persons(self) -> str:
        """What a model is told of `confirmed`, as the beginning of a prompt; "" when it is nothing."""
        if not self.confirmed:
            return ""
        values = msgspec.json.encode(self.confirmed).decode()
        return f"{_OF_PERSONS}\n{wrap_tool('set_by_a_person', values[:LONGEST_CONFIRMED_CHARACTERS])}\n\n"


class _Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What a job analyses. `versions` are those of the documents' bytes; one without is gone or not there yet."""

    documents: tuple[Document, ...]
    versions: Mapping[str, str]
    metadata: Mapping[str, Mapping[str, Any]]
    transcript: str
    call_summary: str | Mapping[str, Any] | None
    confirmed: Mapping[str, Any] = {}


class _Read(msgspec.Struct, frozen=True, kw_only=True):
    """A document's text as a checkpoint."""

    text: FileText | None
    status: DocumentStatus


def read_case(ctx: AttemptContext, services: Services, *, percents: tuple[int, int]) -> Reading:
    """The case with all its documents read one by one, progress going from the first of `percents` to the second.

    Raises: DocumentUnreadable when nothing can be read and there is no transcript; InputInvalid when the case is gone.
    """
    file = services.cases.file(ctx.job.case_id)
    taken = msgspec.convert(
        # Of this job: one that is started again takes what the case has by then.
        ctx.step(SNAPSHOT, lambda: _snapshot(file, services), inputs=ctx.job.job_id),
        _Snapshot,
    )
    reader = _Reader(ctx, services)
    texts: list[DocumentText] = []
    issues: list[Issue] = []
    for index, document in enumerate(taken.documents):
        ctx.check()
        ctx.progress(
            _between(percents, index, len(taken.documents)),
            "reading_document",
            n=index + 1,
            of=len(taken.documents),
            name=document.file_name,
        )
        text = reader.text(document, version=taken.versions.get(document.id))
        found = _judged(document, text, taken)
        issues += found.issues
        texts += found.texts
    reading = Reading(
        file=msgspec.structs.replace(
            file, documents=taken.documents, document_metadata=taken.metadata, call_summary=taken.call_summary
        ),
        texts=tuple(texts),
        transcript=taken.transcript,
        issues=tuple(issues),
        confirmed=taken.confirmed,
    )
    if not reading.texts and not reading.transcript:
        raise DocumentUnreadable("None of the case's documents could be read, and there is no call to analyse instead.")
    return reading


def _snapshot(file: CaseFile, services: Services) -> _Snapshot:
    versions = {document.id: services.cases.version(document) for document in file.documents}
    return _Snapshot(
        documents=file.documents,
        versions={document_id: version for document_id, version in versions.items() if version is not None},
        metadata=file.document_metadata,
        transcript=transcript_of(file),
        call_summary=file.call_summary,
        confirmed=services.cases.confirmed(file.case.id),
    )


class _Reader:
    """Reads documents within the time of this attempt, each once."""

    def __init__(self, ctx: AttemptContext, services: Services) -> None:
        self._ctx = ctx
        self._cases = services.cases
        self._slowest_seconds = 0.0
        self._texts: dict[str, _Read] = {}

    def text(self, document: Document, *, version: str | None) -> DocumentText | None:
        """The document's text, read now or in an earlier attempt; None when its bytes are gone or not there yet."""
        if version is None:
            return None
        name = f"{TEXT_STEP}{fingerprint(version, document.content_type)}"
        if name not in self._texts:
            self._texts[name] = msgspec.convert(self._ctx.step(name, lambda: self._read(document)), _Read)
        stored = self._texts[name]
        if stored.text is None:
            return None
        return DocumentText(
            document=msgspec.structs.replace(document, status=stored.status),
            **{name: getattr(stored.text, name) for name in stored.text.__struct_fields__},
        )

    def _read(self, document: Document) -> _Read:
        began_with = self._ctx.remaining()
        if began_with < self._slowest_seconds + SPARE_SECONDS:
            raise OutOfTime("the next document may take longer than this function has")
        seconds = min(LONGEST_READING_SECONDS, max(1.0, began_with - SPARE_SECONDS))
        text = self._cases.text(document, seconds=seconds, check=self._ctx.check)
        self._slowest_seconds = max(self._slowest_seconds, began_with - self._ctx.remaining())
        if text is None:
            return _Read(text=None, status=document.status)
        if seconds < LONGEST_READING_SECONDS and self._ctx.remaining() <= SPARE_SECONDS:
            # Cut by this function's end, not by its own: how much was read must not depend on when it was begun.
            raise OutOfTime("the document takes longer than this function has")
        fields = {name: getattr(text, name) for name in FileText.__struct_fields__}
        return _Read(text=FileText(**fields), status=text.document.status)


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
            return labelled(transcript.strip(), call)
    for place in places:
        built = turns_of(place.get("messages"))
        if built:
            return built
    return ""


def pages_to_show(text: DocumentText) -> tuple[Page, ...]:
    """The pages without a usable text layer; when there are any, a model should be shown the file itself."""
    return tuple(page for page in text.pages if page.needs_image)


class _Judged(msgspec.Struct, frozen=True):
    """What one document adds to a reading."""

    texts: tuple[DocumentText, ...]
    issues: tuple[Issue, ...]


def _judged(document: Document, text: DocumentText | None, taken: _Snapshot) -> _Judged:
    if text is None:
        return _Judged((), (_absent(document),))
    if text.pages:
        return _Judged((text,), (*_notes(text), *([_truncated(document)] if text.truncated else [])))
    issues = (_unreadable(document, text.problem), *_notes(text))
    summary = taken.metadata.get(document.id, {}).get("document_summary")
    if isinstance(summary, str) and summary.strip():
        return _Judged((DocumentText(document=document, pages=(Page(number=1, text=summary),)),), issues)
    return _Judged((), issues)


def _notes(text: DocumentText) -> list[Issue]:
    field, name = document_field(text.document.id), text.document.file_name
    return [
        Issue(field=field, code=note.code, message=f"{name}: {note.message}", params={"name": name})
        for note in text.notes
    ]


def _absent(document: Document) -> Issue:
    if document.status is DocumentStatus.AWAITING_UPLOAD:
        message = f"{document.file_name} has not been uploaded yet and was left out."
        return Issue(
            field=document_field(document.id),
            code="document_awaiting_upload",
            message=message,
            params={"name": document.file_name},
        )
    message = f"{document.file_name} was deleted before it could be read and was left out."
    return Issue(
        field=document_field(document.id), code="document_missing", message=message, params={"name": document.file_name}
    )


def _unreadable(document: Document, problem: str | None) -> Issue:
    message = f"{document.file_name} could not be read. {problem or 'It holds no text.'}"
    return Issue(
        field=document_field(document.id),
        code="document_unreadable",
        message=message,
        params={"name": document.file_name},
    )


def _truncated(document: Document) -> Issue:
    message = f"{document.file_name} is longer than what is read at once; only its beginning was analysed."
    return Issue(
        field=document_field(document.id),
        code="document_truncated",
        message=message,
        params={"name": document.file_name},
    )


def _between(percents: tuple[int, int], done: int, total: int) -> int:
    first, last = percents
    return first + (last - first) * done // max(1, total)
