"""Prompts, facts, issues and the day: the small pieces that results name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.analyses.kit.facts import btl_facts
from chalicelib.analyses.kit.issues import Issue, Quote, document_field, issues_json
from chalicelib.analyses.kit.prompts import prompt
from chalicelib.analyses.kit.stamp import israeli_day


def test_a_prompt_is_a_file_named_by_its_version() -> None:
    found = prompt("form7801_v2")

    assert found.version == "form7801_v2"
    assert "7801" in found.text
    with pytest.raises(FileNotFoundError):
        prompt("form7801_v0")


def test_facts_carry_their_source_and_date() -> None:
    facts = btl_facts()

    text = facts.text()
    assert facts.source in text
    assert facts.as_of in text
    assert "loss of earning capacity is at least 50 %" in text


def test_facts_are_read_by_topic() -> None:
    facts = btl_facts()

    assert "20 MB" in facts.text("documents")
    assert "20 MB" not in facts.text("payment")
    assert facts.text("astrology") == ""
    assert "eligibility" in facts.topics


def test_an_issue_is_reported_once_and_shows_quotes_only_when_it_has_some() -> None:
    plain = Issue(field="personal_info.phone", code="phone_invalid", message="m")
    quoted = Issue(field="x", code="y", message="z", quotes=(Quote(document_id="call", page=1, quote="q"),))

    assert issues_json([plain, quoted, plain]) == [
        {"field": "personal_info.phone", "code": "phone_invalid", "message": "m", "weight": "check", "params": {}},
        {
            "field": "x",
            "code": "y",
            "message": "z",
            "weight": "check",
            "params": {},
            "quotes": [{"document_id": "call", "page": 1, "quote": "q"}],
        },
    ]


def test_the_heaviest_issues_come_first_with_what_their_sentences_say() -> None:
    issues = [
        Issue(field="claim_rate", code="out_of_range", message="i"),
        Issue(field="city", code="sources_differ", message="c", params={"kept": "חיפה"}),
        Issue(field="id", code="id_number_invalid", message="b"),
    ]

    shown = issues_json(issues)

    assert [issue["weight"] for issue in shown] == ["blocking", "check", "info"]
    assert shown[1]["params"] == {"kept": "חיפה"}


def test_issues_that_say_the_same_are_one_with_the_quotes_of_all() -> None:
    quotes = [Quote(document_id="d1", page=page, quote="סניף 600") for page in (1, 2, 3)]
    differ = [Issue(field="f", code="sources_differ", message="600 and 700", quotes=(quotes[0], one)) for one in quotes]

    [told] = issues_json(differ)

    assert [quote["page"] for quote in told["quotes"]] == [1, 2, 3]


def test_an_issue_about_a_source_names_it() -> None:
    assert document_field("d1") == "documents/d1"
    assert document_field("call") == "call"


DAYS = [
    # moment in UTC, day in Jerusalem: offset
    (datetime(2026, 1, 1, 21, 59, tzinfo=UTC), "2026-01-01"),  # +2 in winter
    (datetime(2026, 1, 1, 22, 0, tzinfo=UTC), "2026-01-02"),
    (datetime(2026, 7, 1, 20, 59, tzinfo=UTC), "2026-07-01"),  # +3 in summer
    (datetime(2026, 7, 1, 21, 0, tzinfo=UTC), "2026-07-02"),
]


@pytest.mark.parametrize(("moment", "day"), DAYS)
def test_today_is_the_day_in_jerusalem(moment: datetime, day: str) -> None:
    assert israeli_day(moment).isoformat() == day
