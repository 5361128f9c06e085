"""The cases to measure with: every folder of tests/data that says what should come out of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import msgspec

from chalicelib.cases.model import Case, CaseFile, Document, DocumentStatus
from chalicelib.cases.vapi import read_call
from infra.local.environment import ROOT

DATA = ROOT / "tests" / "data"
SEEN_SINCE = frozenset(
    {"stroke_case", "vision_case", "cancer_case", "amputation_case", "epilepsy_case", "crohn_case", "burns_case"}
)
NEWEST = frozenset({"psoriatic_case", "sclerosis_case"})


def group_of(case: str) -> str:
    """Whether the rules about words and labels were made with this case in view: what code does elsewhere says more."""
    if case in NEWEST:
        return "cases written after the last change of a rule"
    return "cases written after the first rules, seen since" if case in SEEN_SINCE else "cases in view from the start"


OWNER = "owner-1"
STARTED_AT = time(9, 30, tzinfo=UTC)


class EvalCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case as the analyses are given it, and what is expected of them.

    `contents` are the documents' bytes by id. `expected` is the case's expected.json, see tests/data/README.md.
    `now` is the moment at which its jobs are created.
    """

    name: str
    file: CaseFile
    contents: Mapping[str, bytes]
    expected: Mapping[str, Any]
    now: datetime


def case_names() -> list[str]:
    """The cases' names, the sample case first."""
    names = sorted(path.parent.name for path in DATA.glob("*/expected.json"))
    return sorted(names, key=lambda name: name != "sample_case")


def load_case(name: str) -> EvalCase:
    """One case. Raises: FileNotFoundError when there is none of this name."""
    folder = DATA / name
    expected = _json(folder / "expected.json")
    now = datetime.combine(date.fromisoformat(expected["_derived_checks"]["as_of"]), STARTED_AT)
    call = read_call(_json(folder / "vapi_call.json"))
    rows = _json(folder / "case_documents.json")
    contents = {row["id"]: (folder / row["_source_file"]).read_bytes() for row in rows}
    documents = [_document(row, contents[row["id"]], case_id=name, now=now) for row in rows]
    case = Case(
        id=name,
        user_id=OWNER,
        title=name,
        created_at=now,
        updated_at=now,
        has_call=True,
        call_id=call.id,
        has_transcript=call.has_transcript,
    )
    file = CaseFile(case=case, documents=tuple(documents), call_details=call.details)
    return EvalCase(name=name, file=file, contents=contents, expected=expected, now=now)


def load_cases(names: Sequence[str] = ()) -> list[EvalCase]:
    """These cases, or all. Raises: FileNotFoundError."""
    return [load_case(name) for name in names or case_names()]


def _document(row: Mapping[str, Any], content: bytes, *, case_id: str, now: datetime) -> Document:
    return Document(
        id=row["id"],
        case_id=case_id,
        file_name=row["file_name"],
        content_type=row["file_type"],
        size=len(content),
        status=DocumentStatus.READY,
        uploaded_by=OWNER,
        uploaded_at=now,
        document_type=row["document_type"],
    )


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
