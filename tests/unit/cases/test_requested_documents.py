"""Which of the documents that an analysis asked for are there?"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.cases.model import Case, CaseFile, Document, DocumentStatus
from chalicelib.cases.requested_documents import is_requested, normalised_name, with_marks
from tests.fakes.growth import assert_time_in_proportion
from tests.unit.cases.conftest import NOW

CASE = Case(id="c1", user_id="u1", title="t", created_at=NOW, updated_at=NOW)


def a_document(document_id: str, requested_name: str, *, minutes: int = 0, **changes: Any) -> Document:
    document = Document(
        id=document_id,
        case_id="c1",
        file_name="f.pdf",
        content_type="application/pdf",
        size=1,
        status=DocumentStatus.READY,
        uploaded_by="u1",
        uploaded_at=NOW + timedelta(minutes=minutes),
        requested_name=requested_name,
    )
    return msgspec.structs.replace(document, **changes)


def a_file(*documents: Document, entries: list[Any], removed: frozenset[str] = frozenset()) -> CaseFile:
    """A case whose every list has the same entries: Vapi's two spellings, the call analysis, the summary."""
    requested = {"documents_requested_list": entries}
    return CaseFile(
        case=CASE,
        documents=documents,
        removed_documents=removed,
        call_details={
            "id": "k1",
            "analysis": {"summary": "", **requested, "structuredData": requested, "structured_data": requested},
        },
        call_analysis={"summary": "s", "structured_data": {**requested, "products": []}},
        call_summary=json.dumps({"case_summary": "x", **requested}, ensure_ascii=False),
    )


def lists_of(file: CaseFile) -> list[list[Any]]:
    assert file.call_details is not None
    assert file.call_analysis is not None
    assert isinstance(file.call_summary, str)
    own = file.call_details["analysis"]
    holders = [own, own["structuredData"], own["structured_data"], file.call_analysis["structured_data"]]
    return [holder["documents_requested_list"] for holder in (*holders, json.loads(file.call_summary))]


def test_a_document_marks_the_entry_of_its_name_in_every_list() -> None:
    entries = [{"name": "דוח אורתופדי", "reason": "r", "uploaded": False, "own": 1}, {"name": "MRI", "uploaded": False}]

    marked = with_marks(a_file(a_document("d1", "דוח אורתופדי"), entries=entries))

    expected = [
        {"name": "דוח אורתופדי", "reason": "r", "uploaded": True, "own": 1, "document_id": "d1"},
        {"name": "MRI", "uploaded": False},
    ]
    assert lists_of(marked) == [expected] * 5


def test_marking_keeps_what_stands_beside_the_lists() -> None:
    marked = with_marks(a_file(a_document("d1", "MRI"), entries=["MRI"]))

    assert marked.call_analysis is not None
    assert marked.call_details is not None
    assert isinstance(marked.call_summary, str)
    assert marked.call_analysis["structured_data"]["products"] == []
    assert marked.call_details["id"] == "k1"
    assert json.loads(marked.call_summary)["case_summary"] == "x"


def test_a_bare_string_becomes_an_object_when_it_is_marked_and_only_then() -> None:
    marked = with_marks(a_file(a_document("d1", "MRI"), entries=["MRI", "תלושי שכר"]))

    assert lists_of(marked)[0] == [{"name": "MRI", "uploaded": True, "document_id": "d1"}, "תלושי שכר"]


def test_the_newest_document_of_a_name_marks() -> None:
    older, newer = a_document("d1", "MRI", minutes=1), a_document("d2", "mri", minutes=2)

    marked = with_marks(a_file(newer, older, entries=[{"name": "MRI"}]))

    assert lists_of(marked)[0][0]["document_id"] == "d2"


def test_a_document_that_waits_for_its_upload_marks_nothing() -> None:
    waiting = a_document("d1", "MRI", status=DocumentStatus.AWAITING_UPLOAD)

    marked = with_marks(a_file(waiting, entries=[{"name": "MRI", "uploaded": False}]))

    assert lists_of(marked)[0] == [{"name": "MRI", "uploaded": False}]


def test_a_link_that_an_analysis_kept_is_void_once_its_document_is_removed() -> None:
    entries = [{"name": "MRI", "uploaded": True, "document_id": "d1", "reason": "r"}]

    unmarked = with_marks(a_file(entries=entries, removed=frozenset({"d1"})))

    expected = [{"name": "MRI", "uploaded": False, "document_id": None, "reason": "r"}]
    assert lists_of(unmarked) == [expected] * 5


def test_an_older_document_marks_again_when_the_newer_one_is_removed() -> None:
    entries = [{"name": "MRI", "uploaded": True, "document_id": "d2"}]

    marked = with_marks(a_file(a_document("d1", "MRI"), entries=entries, removed=frozenset({"d2"})))

    assert lists_of(marked)[0] == [{"name": "MRI", "uploaded": True, "document_id": "d1"}]


def test_a_link_to_a_document_from_elsewhere_stays() -> None:
    entries = [{"name": "MRI", "uploaded": True, "document_id": "old-system-7", "file_url": "https://old.test/7"}]

    marked = with_marks(a_file(a_document("d1", "תלושי שכר"), entries=entries, removed=frozenset({"d9"})))

    assert lists_of(marked)[0] == entries


def test_a_case_without_requested_documents_comes_back_as_it_is() -> None:
    file = a_file(a_document("d1", ""), entries=["MRI"])

    assert with_marks(file) is file


@pytest.mark.parametrize("summary", ["not json", "[1]", '"text"', "", "null"])
def test_a_summary_that_is_no_object_stays_as_it_is(summary: str) -> None:
    file = CaseFile(case=CASE, documents=(a_document("d1", "MRI"),), call_summary=summary)

    assert with_marks(file).call_summary == summary


def test_a_summary_without_the_name_keeps_its_very_text() -> None:
    summary = '{ "documents_requested_list" : [ "MRI" ] }'
    file = CaseFile(case=CASE, documents=(a_document("d1", "תלושי שכר"),), call_summary=summary)

    assert with_marks(file).call_summary == summary


def test_a_summary_stored_as_an_object_stays_an_object() -> None:
    summary = {"documents_requested_list": ["MRI"]}
    file = CaseFile(case=CASE, documents=(a_document("d1", "MRI"),), call_summary=summary)

    marked = with_marks(file).call_summary

    assert marked == {"documents_requested_list": [{"name": "MRI", "uploaded": True, "document_id": "d1"}]}
    assert summary == {"documents_requested_list": ["MRI"]}


@pytest.mark.parametrize(
    "odd",
    [
        {"documents_requested_list": None},
        {"documents_requested_list": "MRI"},
        {"documents_requested_list": [None, 7, ["MRI"], {}, {"name": None}, {"name": 5, "document_id": ["x"]}]},
        {"structured_data": "text"},
        {"structured_data": None},
    ],
)
def test_rows_of_any_shape_are_passed_over(odd: dict[str, Any]) -> None:
    file = CaseFile(
        case=CASE,
        documents=(a_document("d1", "MRI"),),
        removed_documents=frozenset({"d2"}),
        call_details={"analysis": odd},
        call_analysis=odd,
        call_summary=odd,
    )

    marked = with_marks(file)

    assert (marked.call_details, marked.call_analysis, marked.call_summary) == ({"analysis": odd}, odd, odd)
    assert not is_requested("MRI", file=file)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("  דוח   אורתופדי ", "דוח אורתופדי"),  # white space
        ("MRI Report", "mri report"),  # case
        ("דו״ח רפואי", 'דו"ח רפואי'),  # gershayim
        ("אישור צ׳ק", "אישור צ'ק"),  # geresh
        ("תלושי־שכר", "תלושי-שכר"),  # maqaf
        ("דּוֹחַ", "דוח"),  # niqqud
        ("\u200fדוח\u200e", "דוח"),  # bidi marks
    ],
)
def test_names_are_the_same_however_they_are_written(one: str, other: str) -> None:
    assert normalised_name(one) == normalised_name(other)


@pytest.mark.parametrize("place", ["call_details", "call_analysis", "call_summary"])
def test_a_name_is_requested_when_any_list_has_it(place: str) -> None:
    requested = {"documents_requested_list": ["תלושי־שכר"]}
    holders: dict[str, Any] = {
        "call_details": {"analysis": {"structuredData": requested}},
        "call_analysis": {"structured_data": requested},
        "call_summary": json.dumps(requested),
    }
    file = CaseFile(case=CASE, **{place: holders[place]})

    assert is_requested("תלושי-שכר", file=file)
    assert not is_requested("MRI", file=file)
    assert not is_requested(" ", file=file)


def test_a_listed_name_too_long_for_any_document_is_left_as_it_is_in_time_that_grows_with_its_length() -> None:
    def marked_among(length: int) -> Any:
        # In this order each mark would be moved past those before it.
        entries = [{"name": "a" + "\u0315\u0300" * length}, {"name": "MRI", "uploaded": False}]
        return with_marks(a_file(a_document("d1", "MRI"), entries=entries))

    assert_time_in_proportion(marked_among, size=125_000)

    marks = "a" + "\u0315\u0300" * 125_000
    marked = marked_among(125_000)
    assert lists_of(marked)[0] == [{"name": marks}, {"name": "MRI", "uploaded": True, "document_id": "d1"}]
