"""What would the case store answer? A CaseStore in memory, held to the same contract as the one on DynamoDB.

It also answers what the job store asks of cases (`tests.fakes.cases_of_jobs.CasesOfJobs`), so both can share it.
Beyond the ports: `fail`, `calls`, `put_member`; `tests.fakes.form_store` keeps its forms here.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from chalicelib.adapters.dynamodb.case_lists import SCANNED_CASES
from chalicelib.cases.model import EVERY_CASE, Case, CaseFile, CaseFilter, CaseOutline, Document, DocumentList
from chalicelib.errors import StorageUnavailable
from chalicelib.jobs.model import Job
from chalicelib.jobs.outcomes import WriteBack

CALL = "call_details"
FORM = "final_document_analysis"
CONFIRMED = "confirmed"
AWAITED = "awaiting_upload"


class FakeCaseStore:
    """One lock around everything: each method is one decision, as each write of the real store is."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._cases: dict[str, Case] = {}
        self._deletions: dict[str, str] = {}
        self._documents: dict[tuple[str, str], Document] = {}
        self._metadata: dict[tuple[str, str], bytes] = {}
        self._members: dict[tuple[str, str], bytes] = {}
        self._writers: dict[tuple[str, str], tuple[str, datetime, str]] = {}
        self._removed: set[tuple[str, str]] = set()
        self.forms: dict[str, tuple[bytes, list[bytes]]] = {}
        self._failures: dict[str, int] = {}
        self.calls: list[str] = []

    def fail(self, method: str, *, times: int = 1) -> None:
        """Make the next `times` calls of the method raise StorageUnavailable without doing anything."""
        self._failures[method] = times

    def put_member(self, case_id: str, member: str, value: Any) -> None:
        """Store a heavy member (`call_summary`, `form_7801_analysis`, …) as an analysis would have, with no writer."""
        with self.called("put_member"):
            self._members[case_id, member] = msgspec.json.encode(value)

    def create(self, case: Case) -> bool:
        """See CaseStore.create."""
        with self.called("create"):
            if case.id in self._cases:
                return False
            self._cases[case.id] = msgspec.structs.replace(case, metadata=_through_json(case.metadata))
            return True

    def outline(self, case_id: str) -> CaseOutline | None:
        """See CaseStore.outline."""
        with self.called("outline"):
            case = self._case(case_id)
            return None if case is None else CaseOutline(case=case, documents=self._documents_of(case_id))

    def file(self, case_id: str) -> CaseFile | None:
        """See CaseStore.file."""
        with self.called("file"):
            case = self._case(case_id)
            if case is None:
                return None
            members = {name: msgspec.json.decode(value) for (of, name), value in self._members.items() if of == case_id}
            return CaseFile(
                case=case,
                documents=self._documents_of(case_id),
                document_metadata=self._metadata_of(case_id),
                removed_documents=frozenset(name for of, name in self._removed if of == case_id),
                **members,
            )

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
        """See CaseStore.put_call."""
        with self.called("put_call"):
            case = self._case(case_id)
            if replaces is not UNSET and case is not None and case.call_id != replaces:
                return False
            content = msgspec.json.encode(call)
            if not self.change(case_id, has_call=True, call_id=call_id, has_transcript=has_transcript, updated_at=at):
                return False
            self._members[case_id, CALL] = content
            return True

    def add_document(self, document: Document, metadata: Mapping[str, Any]) -> bool:
        """See CaseStore.add_document."""
        with self.called("add_document"):
            content = msgspec.json.encode(metadata)
            if not self.change(document.case_id, updated_at=document.uploaded_at):
                return False
            self._documents[document.case_id, document.id] = document
            self._metadata[document.case_id, document.id] = content
            return True

    def document_metadata(self, case_id: str) -> Mapping[str, Mapping[str, Any]]:
        """See CaseStore.document_metadata."""
        with self.called("document_metadata"):
            return self._metadata_of(case_id)

    def documents_of(self, case_ids: Sequence[str]) -> Mapping[str, DocumentList]:
        """See CaseStore.documents_of."""
        with self.called("documents_of"):
            return {
                case_id: DocumentList(documents=self._documents_of(case_id), metadata=self._metadata_of(case_id))
                for case_id in case_ids
            }

    def save_document(self, document: Document) -> bool:
        """See CaseStore.save_document."""
        with self.called("save_document"):
            stored = self._documents.get((document.case_id, document.id))
            if stored is None or (document.status == AWAITED != stored.status):
                return False
            self._documents[document.case_id, document.id] = document
            return True

    def delete_document(self, document: Document, *, at: datetime) -> None:
        """See CaseStore.delete_document."""
        with self.called("delete_document"):
            if self.change(document.case_id, updated_at=at):
                self._documents.pop((document.case_id, document.id), None)
                self._metadata.pop((document.case_id, document.id), None)
                self._removed.add((document.case_id, document.id))

    def list(
        self,
        *,
        owner: str | None,
        after: tuple[datetime, str] | None,
        limit: int,
        wanted: CaseFilter = EVERY_CASE,
    ) -> tuple[Sequence[Case], tuple[datetime, str] | None]:
        """See CaseStore.list."""
        with self.called("list"):
            visible = [case for case in self._cases.values() if case.id not in self._deletions]
            found = [case for case in visible if owner in (None, case.user_id)]
        found.sort(key=_position, reverse=True)
        found = [case for case in found if after is None or _position(case) < after]
        seen = found if wanted.is_empty else found[:SCANNED_CASES]
        shown = [case for case in seen if wanted.shows(case)]
        if len(shown) > limit:
            return shown[:limit], _position(shown[limit - 1])
        return shown, _position(seen[-1]) if len(found) > len(seen) else None

    def unchanged_since(self, before: datetime) -> Iterator[str]:
        """See CaseStore.unchanged_since."""
        with self.called("unchanged_since"):
            return iter([case.id for case in self._cases.values() if case.updated_at < before])

    def owner_of(self, case_id: str) -> str | None:
        """See CaseStore.owner_of."""
        with self.called("owner_of"):
            return self._cases[case_id].user_id if case_id in self._cases else None

    def begin_deletion(self, case_id: str, *, mark: str) -> bool:
        """See CaseStore.begin_deletion."""
        with self.called("begin_deletion"):
            if case_id in self._cases and self._deletions.get(case_id) != CONFIRMED:
                self._deletions[case_id] = mark
            return case_id in self._cases

    def cancel_deletion(self, case_id: str, *, mark: str) -> None:
        """See CaseStore.cancel_deletion."""
        with self.called("cancel_deletion"):
            if self._deletions.get(case_id) == mark:
                del self._deletions[case_id]

    def confirm_deletion(self, case_id: str, *, mark: str) -> bool:
        """See CaseStore.confirm_deletion."""
        with self.called("confirm_deletion"):
            if case_id not in self._cases:
                return True
            if self._deletions.get(case_id) not in (mark, CONFIRMED):
                return False
            self._deletions[case_id] = CONFIRMED
            return True

    def close_jobs(self, case_id: str, job_ids: Collection[str]) -> None:
        """See CaseStore.close_jobs."""
        with self.called("close_jobs"):
            case = self._case(case_id)
            if case is not None:
                self.change(case_id, open_jobs=case.open_jobs - frozenset(job_ids))

    def delete_content(self, case_id: str) -> None:
        """See CaseStore.delete_content."""
        with self.called("delete_content"):
            for items in (self._documents, self._metadata, self._members, self._writers):
                for name in [name for name in items if name[0] == case_id]:
                    del items[name]
            self._removed = {name for name in self._removed if name[0] != case_id}
            self.forms.pop(case_id, None)

    def delete(self, case_id: str) -> None:
        """See CaseStore.delete."""
        with self.called("delete"):
            self._cases.pop(case_id, None)
            self._deletions.pop(case_id, None)

    def exists(self, case_id: str) -> bool:
        """See CasesOfJobs.exists."""
        with self._lock:
            return self._case(case_id) is not None

    def call_id(self, case_id: str) -> str | None:
        """See CasesOfJobs.call_id."""
        with self._lock:
            case = self._case(case_id)
            return None if case is None else case.call_id

    def opened(self, job: Job) -> None:
        """See CasesOfJobs.opened."""
        with self._lock:
            self.change(job.case_id, open_jobs=self._cases[job.case_id].open_jobs | {job.job_id})

    def closed(self, job: Job) -> None:
        """See CasesOfJobs.closed; a case that is being deleted changes too."""
        with self._lock:
            if (case := self._cases.get(job.case_id)) is not None:
                self._cases[case.id] = msgspec.structs.replace(case, open_jobs=case.open_jobs - {job.job_id})

    def write_back(self, case_id: str, job: Job, write_back: WriteBack) -> None:
        """See CasesOfJobs.write_back."""
        mine = (job.job_type, job.created_at, job.job_id)
        with self._lock:
            kept = [name for name in write_back.bodies if self._is_younger((case_id, name), mine)]
            for name, value in write_back.bodies.items():
                if name not in kept:
                    self._members[case_id, name] = msgspec.json.encode(value)
                    self._writers[case_id, name] = mine
            if not kept:
                case = self._case(case_id)
                version = (case.form_version if case else 0) + (FORM in write_back.bodies)
                self.change(case_id, updated_at=job.updated_at, form_version=version, **write_back.fields)

    def writer_of(self, case_id: str, member: str) -> str | None:
        """The id of the job that wrote a heavy member."""
        return self._writers[case_id, member][2] if (case_id, member) in self._writers else None

    def _is_younger(self, member: tuple[str, str], mine: tuple[str, datetime, str]) -> bool:
        writer = self._writers.get(member)
        return writer is not None and writer[0] == mine[0] and writer[1:] > mine[1:]

    @contextmanager
    def called(self, method: str) -> Iterator[None]:
        """One call of a method, of this store or of one that shares it: alone, noted, and failing when it is to."""
        with self._lock:
            self.calls.append(method)
            if self._failures.get(method, 0):
                self._failures[method] -= 1
                raise StorageUnavailable("The storage does not answer.")
            yield

    def _case(self, case_id: str) -> Case | None:
        return None if case_id in self._deletions else self._cases.get(case_id)

    def change(self, case_id: str, **changes: Any) -> bool:
        """Change the light record; False when the case is gone."""
        case = self._case(case_id)
        if case is None:
            return False
        self._cases[case_id] = msgspec.structs.replace(case, **changes)
        return True

    def _documents_of(self, case_id: str) -> tuple[Document, ...]:
        found = [document for (of, _), document in self._documents.items() if of == case_id]
        return tuple(sorted(found, key=lambda document: (document.uploaded_at, document.id)))

    def _metadata_of(self, case_id: str) -> Mapping[str, Mapping[str, Any]]:
        return {name: msgspec.json.decode(value) for (of, name), value in self._metadata.items() if of == case_id}


def _position(case: Case) -> tuple[datetime, str]:
    return case.created_at, case.id


def _through_json(value: Mapping[str, Any]) -> Mapping[str, Any]:
    decoded: Mapping[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return decoded
