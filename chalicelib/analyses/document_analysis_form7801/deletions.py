"""Which documents went away while the analysis ran, and what is left without them?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.analyses.kit.issues import Issue, document_field
from chalicelib.analyses.kit.reading import Reading
from chalicelib.cases.model import CaseReader, Document


def deleted_since(reading: Reading, cases: CaseReader) -> tuple[Document, ...]:
    """The documents that were read and that the case no longer has. Raises: InputInvalid when the case is gone."""
    still_there = {document.id for document in cases.file(reading.file.case.id).documents}
    return tuple(text.document for text in reading.texts if text.document.id not in still_there)


def without_documents(reading: Reading, gone: Iterable[Document]) -> Reading:
    """The reading as if these documents had never been there."""
    ids = {document.id for document in gone}
    kept = tuple(document for document in reading.file.documents if document.id not in ids)
    return msgspec.structs.replace(
        reading,
        file=msgspec.structs.replace(reading.file, documents=kept),
        texts=tuple(text for text in reading.texts if text.document.id not in ids),
    )


def without_quotes_of(gone: Iterable[Document], answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The model's answer without the words that it took from these documents."""
    ids = {document.id for document in gone}
    quoted = {
        name: [entry for entry in answer[name] if entry["document_id"] not in ids]
        for name in ("evidence", "contradictions")
    }
    return {**answer, **quoted}


def deletion_issues(deleted: Sequence[Document], unloaded: Sequence[Document]) -> tuple[Issue, ...]:
    """What to say of documents that were deleted, and of those whose file alone was gone."""
    ids = {document.id for document in deleted}
    return (
        *(_issue(one, "was deleted during the analysis; nothing rests on its words") for one in deleted),
        *(_issue(one, "was gone when the model was to look at it") for one in unloaded if one.id not in ids),
    )


def _issue(document: Document, what: str) -> Issue:
    return Issue(
        field=document_field(document.id),
        code="document_missing",
        message=f"{document.file_name} {what}.",
        params={"name": document.file_name},
    )
