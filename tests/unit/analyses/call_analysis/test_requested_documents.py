from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.analyses.call_analysis.requested_documents import earlier_requests, merged_requests
from tests.fakes.analysis_services import a_file


def _asked(name: str, **members: Any) -> dict[str, Any]:
    return {"name": name, "reason": "new reason", "source": "new source", "required": True, **members}


def test_a_document_asked_for_the_first_time_is_not_uploaded() -> None:
    merged = merged_requests([_asked("פענוח MRI")], earlier=[])

    assert merged == [_asked("פענוח MRI", uploaded=False)]


def test_a_new_analysis_keeps_links_and_every_unknown_member() -> None:
    earlier = {
        "id": "r1",
        "name": "מכתב שחרור",
        "reason": "old",
        "source": "old",
        "required": False,
        "uploaded": True,
        "document_id": "d1",
        "file_url": "https://files.test/d1",
        "note": "the lawyer called twice",
        "history": [{"at": "2026-06-01"}],
    }

    (entry,) = merged_requests([_asked("מכתב שחרור")], earlier=[earlier])

    assert entry == {**earlier, "reason": "new reason", "source": "new source", "required": True}


@pytest.mark.parametrize(
    "again",
    [
        "דו״ח רפואי - אורתופד",  # Hebrew gershayim for a quotation mark
        'דו"ח רפואי – אורתופד',  # another hyphen
        '  דו"ח   רפואי -  אורתופד ',  # white space
        'דּוֹ"ח רְפוּאִי - אורתופד',  # niqqud
        '\u200fדו"ח רפואי - אורתופד\u200f',  # bidi marks
    ],
)
def test_names_are_the_same_however_they_are_written(again: str) -> None:
    earlier = {"name": 'דו"ח רפואי - אורתופד', "document_id": "d1"}

    (entry,) = merged_requests([_asked(again)], earlier=[earlier])

    assert (entry["name"], entry["document_id"]) == ('דו"ח רפואי - אורתופד', "d1")


def test_latin_names_are_compared_without_case() -> None:
    (entry,) = merged_requests([_asked("mri report")], earlier=[{"name": "MRI report", "file_url": "https://x.test"}])

    assert entry["file_url"] == "https://x.test"


def test_an_entry_with_a_link_stays_when_the_new_analysis_does_not_ask_for_it() -> None:
    earlier = {"name": "תלוש שכר", "reason": "הכנסה", "source": "המעסיק", "required": True, "document_id": "d3"}

    merged = merged_requests([_asked("פענוח MRI")], earlier=[earlier])

    assert [entry["name"] for entry in merged] == ["פענוח MRI", "תלוש שכר"]
    assert merged[1] == {**earlier, "uploaded": True}


def test_an_entry_that_a_document_has_arrived_for_stays() -> None:
    earlier = {"name": "תלוש שכר", "reason": "הכנסה", "source": "המעסיק", "required": True, "uploaded": False}

    merged = merged_requests([], earlier=[earlier], kept_names=["תלוש  שכר"])

    assert merged == [earlier]


def test_what_only_an_analysis_had_asked_for_is_replaced_by_the_new_one() -> None:
    earlier = [{"name": "מסמך מיותר", "reason": "r", "source": "s", "required": False, "uploaded": False}]

    merged = merged_requests([_asked("פענוח MRI")], earlier=earlier)

    assert [entry["name"] for entry in merged] == ["פענוח MRI"]


def test_the_model_cannot_say_that_a_document_is_uploaded() -> None:
    merged = merged_requests([_asked("פענוח MRI", uploaded=True)], earlier=[])

    assert merged[0]["uploaded"] is False


def test_a_name_asked_for_twice_stands_once() -> None:
    merged = merged_requests([_asked("פענוח MRI"), _asked("פענוח  MRI", reason="again")], earlier=[])

    assert [(entry["name"], entry["reason"]) for entry in merged] == [("פענוח MRI", "new reason")]


def test_an_empty_reason_does_not_wipe_out_the_one_before() -> None:
    (entry,) = merged_requests([_asked("פענוח MRI", reason="")], earlier=[{"name": "פענוח MRI", "reason": "הדמיה"}])

    assert (entry["reason"], entry["source"]) == ("הדמיה", "new source")


def test_bare_strings_of_older_rows_are_names() -> None:
    file = a_file(call_analysis={"summary": "", "structured_data": {"documents_requested_list": ["תלוש שכר", "MRI"]}})

    assert earlier_requests(file) == [{"name": "תלוש שכר"}, {"name": "MRI"}]


@pytest.mark.parametrize("as_stored", [json.dumps, dict], ids=["a JSON string", "an object"])
def test_call_summary_is_read_in_both_of_its_older_shapes(as_stored: Any) -> None:
    row = {"name": "MRI", "document_id": "d4"}
    file = a_file(call_summary=as_stored({"call_summary": "", "documents_requested_list": [row]}))

    assert earlier_requests(file) == [row]


@pytest.mark.parametrize("summary", ["", "just a sentence", "[1, 2]", '{"documents_requested_list": "none"}', None])
def test_a_call_summary_without_a_list_holds_no_requests(summary: Any) -> None:
    assert earlier_requests(a_file(call_summary=summary)) == []


@pytest.mark.parametrize("member", ["structured_data", "structuredData"])
def test_what_a_stored_call_brought_along_is_read(member: str) -> None:
    analysis = {"summary": "", member: {"documents_requested_list": [{"name": "MRI", "file_url": "https://x.test"}]}}

    found = earlier_requests(a_file(call_details={"transcript": "User: x", "analysis": analysis}))

    assert found == [{"name": "MRI", "file_url": "https://x.test"}]


def test_a_link_that_stands_in_only_one_place_is_found() -> None:
    file = a_file(
        call_analysis={"structured_data": {"documents_requested_list": [{"name": "MRI", "uploaded": False}]}},
        call_summary=json.dumps({"documents_requested_list": [{"name": "MRI", "uploaded": True, "document_id": "d4"}]}),
    )

    assert earlier_requests(file) == [{"name": "MRI", "uploaded": True, "document_id": "d4"}]


@pytest.mark.parametrize("entry", [None, 7, {}, {"name": ""}, {"name": 7}, "  "])
def test_entries_without_a_name_are_passed_over(entry: Any) -> None:
    file = a_file(call_analysis={"structured_data": {"documents_requested_list": [entry]}})

    assert earlier_requests(file) == []
