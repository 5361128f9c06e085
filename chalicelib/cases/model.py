"""What is a case? Its light record, its documents, and the heavy members that a full read adds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.documents.normalise import words
from chalicelib.documents.page import Line, Note, Page, Picture


class DocumentStatus(StrEnum):
    """`awaiting_upload` until the bytes are there; `unreadable` when an analysis could read nothing in them."""

    AWAITING_UPLOAD = "awaiting_upload"
    READY = "ready"
    UNREADABLE = "unreadable"


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One document of a case, without its bytes and its metadata. `size` in bytes.

    `requested_name` is the name under which the document was asked for ("": it was not, or under no such name).
    `upload_lapsed` says that no bytes arrived while the upload was awaited, `look_at` when a late upload is checked
    next, `upload_renewed_at` when its last form was made, if that was not the first one. `request_fingerprint` is of
    the request that made it, when that had an Idempotency-Key.
    """

    id: str
    case_id: str
    file_name: str
    content_type: str
    size: int
    status: DocumentStatus
    uploaded_by: str
    uploaded_at: datetime
    document_type: str = ""
    requested_name: str = ""
    upload_lapsed: bool = False
    request_fingerprint: str | None = None
    look_at: datetime | None = None
    upload_renewed_at: datetime | None = None

    @property
    def awaited_since(self) -> datetime:
        """When the form of the upload was made."""
        return self.upload_renewed_at or self.uploaded_at

    @property
    def blob_key(self) -> str:
        """Where the bytes are stored; the file name is never part of it."""
        return f"cases/{self.case_id}/{self.id}"

    @property
    def upload_key(self) -> str:
        """Where a browser may put the bytes. They are copied when they arrive: what comes later changes nothing."""
        return f"uploads/{self.case_id}/{self.id}"


NEEDS_A_PERSON = ("blocking", "conflicts", "unconfirmed")
"""What of a case's attention makes it one that needs a person."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """The light record of a case: all that a start, a list or an access check needs.

    `request_fingerprint` is of the request that made it, when that had an Idempotency-Key. `form_version` rises with
    every change of the working form and every form 7801 analysis; `claimant` and `attention` are of the form at that
    version. `open_jobs` are the ids of its jobs that are not done.
    """

    id: str
    user_id: str
    title: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    status: str = "open"
    metadata: Mapping[str, Any] = msgspec.field(default_factory=dict)
    has_call: bool = False
    call_id: str | None = None
    has_transcript: bool = False
    form_7801_analysis_timestamp: str | None = None
    analysis_status: str | None = None
    request_fingerprint: str | None = None
    form_version: int = 0
    claimant: str = ""
    attention: Mapping[str, Any] = msgspec.field(default_factory=dict)
    open_jobs: frozenset[str] = frozenset()


class CaseFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases a list shows: those with all `words` in title or claimant, and those that need a person.

    A word is found wherever it is in another one: Hebrew puts letters before names.
    """

    words: tuple[str, ...] = ()
    needs_me: bool = False

    @property
    def is_empty(self) -> bool:
        """True when it shows every case."""
        return not (self.words or self.needs_me)

    def shows(self, case: Case) -> bool:
        """Whether the case is one of them."""
        if self.needs_me and not any(case.attention.get(name) for name in NEEDS_A_PERSON):
            return False
        text = " ".join(words(f"{case.title} {case.claimant}")) if self.words else ""
        return all(word in text for word in self.words)


EVERY_CASE = CaseFilter()


class CaseOutline(msgspec.Struct, frozen=True, kw_only=True):
    """A case with its documents, read by one light query."""

    case: Case
    documents: tuple[Document, ...]


class DocumentList(msgspec.Struct, frozen=True, kw_only=True):
    """The documents of a case, oldest first, their metadata by document id, and who owns the case ("": not read)."""

    documents: tuple[Document, ...] = ()
    metadata: Mapping[str, Mapping[str, Any]] = msgspec.field(default_factory=dict)
    owner: str = ""


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """A case with everything: documents, their metadata by document id, and the heavy members (None while empty).

    `call_details` is the stored call without what analyses added; `call_analysis` is
    `{"call_id", "summary", "structured_data"}` of the last call analysis, whichever call that was; `call_summary` a
    JSON string. `removed_documents` are ids of documents that were deleted: a link to one of them, in whatever an
    analysis wrote, is void.
    """

    case: Case
    documents: tuple[Document, ...] = ()
    document_metadata: Mapping[str, Mapping[str, Any]] = msgspec.field(default_factory=dict)
    call_details: Mapping[str, Any] | None = None
    call_analysis: Mapping[str, Any] | None = None
    call_summary: str | Mapping[str, Any] | None = None
    form_7801_analysis: Mapping[str, Any] | None = None
    final_document_analysis: Mapping[str, Any] | None = None
    removed_documents: frozenset[str] = frozenset()


class DocumentText(msgspec.Struct, frozen=True, kw_only=True):
    """What could be read of one document. `problem` names why nothing could (then `pages` is empty).

    `truncated` says that limits on size, pages or time cut it. `properties` is what the file says of itself, such as
    a PDF's title: no source for anything. `notes` are for people.
    """

    document: Document
    pages: tuple[Page, ...] = ()
    problem: str | None = None
    truncated: bool = False
    properties: str = ""
    notes: tuple[Note, ...] = ()


class TextReader(Protocol):
    """Text, places and pictures out of a file's bytes; never raises for what a file contains."""

    def read(self, document: Document, content: bytes, *, seconds: float, check: Callable[[], None]) -> DocumentText:
        """The pages of the document, or the problem that kept them from being read; within so many seconds.

        `check` is called between pages and may raise.
        """

    def lines(self, document: Document, content: bytes, pages: Iterable[int]) -> Mapping[int, tuple[Line, ...]]:
        """The lines of these pages with their boxes; a page without places is left out."""

    def pictures(
        self, document: Document, content: bytes, pages: Iterable[int], *, longest: int
    ) -> Mapping[int, Picture]:
        """These pages as they are shown, at most `longest` pixels a side; one that cannot be made is left out."""


class CaseReader(Protocol):
    """What an analysis may read."""

    def file(self, case_id: str) -> CaseFile:
        """The whole case as it is now. Raises: InputInvalid when it is gone."""

    def confirmed(self, case_id: str) -> Mapping[str, Any]:
        """What persons set or confirmed in the form, by path; None for an item that they removed."""

    def version(self, document: Document) -> str | None:
        """A mark of the document's bytes: the same for the same bytes. None when they are gone or not there yet."""

    def text(self, document: Document, *, seconds: float, check: Callable[[], None]) -> DocumentText | None:
        """The document's pages, read within so many seconds, or None when the document is gone.

        `check` is called between pages and may raise.
        """

    def lines(self, document: Document, pages: Iterable[int]) -> Mapping[int, tuple[Line, ...]]:
        """The lines of these pages with their boxes; none of a document that is gone or has no places."""

    def pictures(self, document: Document, pages: Iterable[int]) -> Mapping[int, Picture]:
        """These pages as a model is shown them; those that cannot be made, or are gone, are left out."""


class CaseStore(Protocol):
    """The records of cases. Reads are consistent; all methods raise StorageUnavailable."""

    def create(self, case: Case) -> bool:
        """Store a new case. False when there is one with this id, or one that is being deleted."""

    def outline(self, case_id: str) -> CaseOutline | None:
        """The light record and all documents, by one query."""

    def file(self, case_id: str) -> CaseFile | None:
        """Everything about the case, by one query (and the blobs that large members were moved to)."""

    def put_call(
        self,
        case_id: str,
        call: Mapping[str, Any],
        *,
        call_id: str,
        has_transcript: bool,
        at: datetime,
        replaces: str | UnsetType | None = UNSET,
    ) -> bool:
        """Replace the call; what analyses derived from another call stays. False when the case is gone.

        With `replaces` only the call with that id is replaced (None: the case has none); otherwise False.
        """

    def add_document(self, document: Document, metadata: Mapping[str, Any]) -> bool:
        """Store a document's record; the case is updated at its `uploaded_at`. False when the case is gone."""

    def document_metadata(self, case_id: str) -> Mapping[str, Mapping[str, Any]]:
        """The metadata of all documents of the case, by document id."""

    def documents_of(self, case_ids: Sequence[str]) -> Mapping[str, DocumentList]:
        """The documents of each of these cases; empty for one without documents, and for one that is gone."""

    def save_document(self, document: Document) -> bool:
        """Replace a document's light record. False when it is gone, and when its upload has arrived while this record
        still awaits it."""

    def delete_document(self, document: Document, *, at: datetime) -> None:
        """Remove a document's record and metadata, and remember its id among the removed ones."""

    def list(
        self,
        *,
        owner: str | None,
        after: tuple[datetime, str] | None,
        limit: int,
        wanted: CaseFilter = EVERY_CASE,
    ) -> tuple[Sequence[Case], tuple[datetime, str] | None]:
        """Cases newest first, of one owner or of all; the second value is where the next page begins (None: last).

        A filtered page looks at 1,000 cases at most and may end early: its next page goes on there.
        """

    def unchanged_since(self, before: datetime) -> Iterator[str]:
        """The ids of all cases that were last changed before then, those that are being deleted included."""

    def owner_of(self, case_id: str) -> str | None:
        """Who owns the case; the one answer that a case which is being deleted still gives."""

    def begin_deletion(self, case_id: str, *, mark: str) -> bool:
        """Mark the case as being deleted: for every other method it is gone. False when it is.

        A mark replaces an earlier one, unless the deletion is confirmed.
        """

    def cancel_deletion(self, case_id: str, *, mark: str) -> None:
        """Take back a deletion that is not confirmed, if its mark is still this one."""

    def confirm_deletion(self, case_id: str, *, mark: str) -> bool:
        """Make a deletion final. False when its mark is another one: then begin again."""

    def close_jobs(self, case_id: str, job_ids: Collection[str]) -> None:
        """Take these jobs out of the case's `open_jobs`; nothing of a case that is gone."""

    def delete_content(self, case_id: str) -> None:
        """Remove everything of a case that is being deleted but the case itself."""

    def delete(self, case_id: str) -> None:
        """End a deletion: remove what `delete_content` left."""
