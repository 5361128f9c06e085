"""The sample case: how it gets into Casework, and which form should come out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec

from clients.python.casework import Client
from infra.local.environment import ROOT

DIRECTORY = ROOT / "tests" / "data" / "sample_case"

# What a form holds before anybody has filled it in, and what code decides about it.
_NOT_EXTRACTED = re.compile(
    r"form_version|form_status|submission_date|metadata\..*|.*section_confirmed|.*waiver_version"
)


class SampleDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document of the sample case: its file in `DIRECTORY`, and how it is presented."""

    file: str
    file_name: str
    content_type: str
    document_type: str


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One field of the form: what should be there and what is."""

    field: str
    expected: Any
    found: Any

    @property
    def matches(self) -> bool:
        """Whether it is exactly what was expected; 0 is not False, and 4 is not "4"."""
        return isinstance(self.expected, bool) is isinstance(self.found, bool) and bool(self.expected == self.found)


DOCUMENTS = (
    SampleDocument(
        file="doc1_orthopaedic_report.he.pdf",
        file_name="סיכום אורתופדי 28.5.2026.pdf",
        content_type="application/pdf",
        document_type="medical_report",
    ),
    SampleDocument(
        file="doc2_discharge_letter.he.txt",
        file_name="מכתב שחרור כרמלון.txt",
        content_type="text/plain",
        document_type="medical_report",
    ),
    SampleDocument(
        file="doc3_employment_letter_payslip.he.txt",
        file_name="אישור העסקה ותלוש.txt",
        content_type="text/plain",
        document_type="pay_slip",
    ),
)


def create_case(client: Client, *, directory: Path = DIRECTORY) -> str:
    """Create the sample case with its call and its documents (the PDF as a file, the others as text); its id.

    Raises: CaseworkError.
    """
    case_id = client.cases.create("תביעת נכות – תמר (דוגמה)")["id"]
    client.cases.put_call(case_id, json.loads((directory / "vapi_call.json").read_text(encoding="utf-8")))
    for document in DOCUMENTS:
        add_document(client, case_id, document, directory=directory)
    return case_id


def add_document(client: Client, case_id: str, document: SampleDocument, *, directory: Path = DIRECTORY) -> None:
    """Add one document of the sample case. Raises: CaseworkError."""
    content = (directory / document.file).read_bytes()
    if document.content_type == "text/plain":
        client.documents.add_text(
            case_id, content.decode("utf-8"), file_name=document.file_name, document_type=document.document_type
        )
        return
    client.documents.add_file(
        case_id,
        content,
        file_name=document.file_name,
        content_type=document.content_type,
        document_type=document.document_type,
    )


def compare(form: Any, *, directory: Path = DIRECTORY) -> list[Comparison]:
    """The "exact" fields of expected.json, compared with those of a Form 7801."""
    expected = json.loads((directory / "expected.json").read_text(encoding="utf-8"))
    return [
        Comparison(field=field, expected=value_at(expected["form_7801"], field), found=value_at(form, field))
        for field in expected["_match_rules"]["exact"]
    ]


def value_at(form: Any, field: str) -> Any:
    """The value under a path such as `employment_records[0].start_date`; None when there is no such place."""
    value = form
    for name, index in re.findall(r"(\w+)|\[(\d+)\]", field):
        try:
            value = value[name] if name else value[int(index)]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def filled_fields(form: Any) -> list[str]:
    """The paths of all extracted fields of a form that are not empty ("", 0, false, null)."""
    return [path for path, value in _leaves(form, "") if value and not _NOT_EXTRACTED.fullmatch(path)]


def _leaves(value: Any, path: str) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [leaf for key, member in value.items() for leaf in _leaves(member, f"{path}.{key}".lstrip("."))]
    if isinstance(value, list):
        return [leaf for index, member in enumerate(value) for leaf in _leaves(member, f"{path}[{index}]")]
    return [(path, value)]
