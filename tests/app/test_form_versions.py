"""Does every change name the version it was made to, and is who changed what kept? Two tabs, late analyses, history."""

from __future__ import annotations

import pytest

from tests.app.client import Answered
from tests.app.forms import (
    GALIL,
    PERSON,
    RECORDS,
    TEKHELET,
    a_form,
    an_analysed_case,
    analysed,
    changed,
    end,
    form_of,
    set_to,
)


def months(answer: Answered) -> int:
    counted: int = answer.json["form_7801"]["employment_history"]["total_employment_months"]
    return counted


def test_a_change_without_a_version_is_asked_for_one(api):
    case_id, _ = an_analysed_case(api)

    answer = api.user.patch(f"/cases/{case_id}/form", {"changes": set_to(city="עכו")})

    assert (answer.status, answer.code) == (428, "precondition_required")
    assert form_of(api.user, case_id)["form_7801"]["personal_info"]["city"] == "חיפה"


def test_the_version_is_a_strong_etag_that_if_match_takes(api):
    case_id, _ = an_analysed_case(api)
    read = api.user.get(f"/cases/{case_id}/form")
    assert read.headers["ETag"] == f'"{read.json["version"]}"'

    answer = api.user.patch(f"/cases/{case_id}/form", {"changes": set_to(city="עכו")}, If_Match=read.headers["ETag"])

    assert answer.status == 200
    assert answer.headers["ETag"] == f'"{answer.json["version"]}"' != read.headers["ETag"]


@pytest.mark.parametrize(
    ("header", "version", "status"),
    [
        ('"{now}"', None, 200),
        ('"0", "{now}"', None, 200),
        ("*", None, 200),
        ('"{now}"', 0, 412),
        ('"99"', None, 412),
        ('W/"{now}"', None, 412),
        ('"abc"', None, 412),
        ('"0{now}"', None, 412),
        ("*", 99, 412),
        ("{now}", None, 422),
        ("", None, 422),
    ],
)
def test_if_match_compares_strongly(api, header, version, status):
    case_id, _ = an_analysed_case(api)
    now = form_of(api.user, case_id)["version"]
    body = {"changes": set_to(city="עכו")} | ({} if version is None else {"version": version})

    answer = api.user.patch(f"/cases/{case_id}/form", body, If_Match=header.replace("{now}", str(now)))

    assert answer.status == status, answer.text
    if status == 412:
        assert answer.code == "precondition_failed"
    if status == 422:
        assert answer.pointers == ["header:If-Match"]


def test_an_unchanged_form_is_not_sent_again(api):
    case_id, _ = an_analysed_case(api)
    tag = api.user.get(f"/cases/{case_id}/form").headers["ETag"]

    assert api.user.get(f"/cases/{case_id}/form", If_None_Match=tag).status == 304
    changed(api.user, case_id, changes=set_to(city="עכו"))
    assert api.user.get(f"/cases/{case_id}/form", If_None_Match=tag).status == 200


def test_a_form_that_goes_on_by_the_day_is_sent_again_on_a_later_one(api):
    working, _ = an_analysed_case(api, a_form(records=[TEKHELET]))  # no end: its months are counted until today
    ended, _ = an_analysed_case(api, a_form(records=[GALIL]))
    first = {case_id: api.user.get(f"/cases/{case_id}/form") for case_id in (working, ended)}

    api.clock.advance(seconds=40 * 86_400)
    later = {
        case_id: api.user.get(f"/cases/{case_id}/form", If_None_Match=seen.headers["ETag"])
        for case_id, seen in first.items()
    }

    assert (later[working].status, later[ended].status) == (200, 304)
    assert months(later[working]) > months(first[working])


def test_of_two_tabs_the_second_is_told_and_changes_nothing(api):
    case_id, _ = an_analysed_case(api)
    seen = form_of(api.user, case_id)["version"]
    path = f"/cases/{case_id}/form"

    first = api.user.patch(path, {"version": seen, "changes": set_to(city="עכו")})
    second = api.user.patch(path, {"version": seen, "changes": set_to(city="נצרת")})

    assert (first.status, second.status, second.code) == (200, 412, "precondition_failed")
    assert form_of(api.user, case_id)["form_7801"]["personal_info"]["city"] == "עכו"


def test_an_analysis_that_ends_between_reading_and_changing_makes_the_view_stale(api):
    case_id, _ = an_analysed_case(api)
    seen = form_of(api.user, case_id)["version"]

    analysed(api, case_id, a_form(person={**PERSON, "city": "עכו"}))
    answer = api.user.patch(f"/cases/{case_id}/form", {"version": seen, "confirm": ["personal_info"]})

    assert (answer.status, answer.code) == (412, "precondition_failed")
    assert not form_of(api.user, case_id)["sections"]["personal_info"]["confirmed"]


def test_an_older_job_that_ends_late_changes_neither_form_nor_version(api):
    case_id, _ = an_analysed_case(api)
    older = api.user.new_job(case_id, {"dedupe": "none"})
    api.clock.advance(seconds=60)
    younger = analysed(api, case_id)
    version = form_of(api.user, case_id)["version"]

    end(api, older, a_form(person={**PERSON, "city": "עכו"}))

    form = form_of(api.user, case_id)
    city = form["fields"]["personal_info.city"]
    assert (form["version"], city["value"], city["job_id"]) == (version, "חיפה", younger)


def test_rights_are_those_of_the_case(api):
    case_id, _ = an_analysed_case(api)
    path = f"/cases/{case_id}/form"

    for answer in (
        api.other.get(path),
        api.other.patch(path, {"version": 1, "confirm": ["personal_info"]}),
        api.other.patch(path, {"confirm": ["personal_info"]}),
        api.other.get(f"{path}/history"),
    ):
        assert (answer.status, answer.code) == (404, "not_found")
    assert api.nobody.get(path).status == 401
    assert form_of(api.admin, case_id) == form_of(api.user, case_id)


def test_a_deleted_case_has_no_form_and_a_new_life_none_of_its_history(api):
    case_id, _ = an_analysed_case(api)
    changed(api.user, case_id, changes=set_to(city="עכו"))

    assert api.user.delete(f"/cases/{case_id}").status == 204

    assert api.user.get(f"/cases/{case_id}/form").status == 404
    assert api.user.get(f"/cases/{case_id}/form/history").status == 404
    assert api.cases.forms == {}


def test_every_change_is_in_the_audit_log_without_its_content(api, caplog):
    case_id, _ = an_analysed_case(api)
    caplog.clear()

    changed(api.user, case_id, changes=set_to(city="עיר סודית"))

    [line] = [
        record for record in caplog.records if record.getMessage() == "audit" and "change_form" in str(vars(record))
    ]
    assert "user-1" in str(vars(line))
    assert case_id in str(vars(line))
    assert not [record for record in caplog.records if "סודית" in str(vars(record))]


def test_the_history_says_who_changed_what_from_what_to_what_newest_first(api):
    case_id, _ = an_analysed_case(api)
    changed(api.user, case_id, changes=set_to(city="עכו", phone="052-1234567"))
    api.clock.advance(seconds=60)
    form = changed(api.admin, case_id, revert=["personal_info.city"], confirm=["bank_details"])
    [row] = changed(api.user, case_id, add=[{"list": RECORDS, "item": {"employer_name": "מאפיה"}}])["added"]

    answer = api.user.get(f"/cases/{case_id}/form/history")

    entries = answer.json["entries"]
    assert [(one["by"], one["action"], one["field"], one["before"], one["after"]) for one in entries[1:]] == [
        ("admin-1", "confirm", "bank_details", False, True),
        ("admin-1", "revert", "personal_info.city", "עכו", "חיפה"),
        ("user-1", "set", "personal_info.phone", "0500000422", "0521234567"),
        ("user-1", "set", "personal_info.city", "חיפה", "עכו"),
    ]
    assert (entries[0]["action"], entries[0]["field"], entries[0]["before"]) == ("add", row, None)
    assert entries[0]["after"]["employer_name"] == "מאפיה"
    assert [one["version"] for one in entries] == [4, 3, 3, 2, 2]
    assert form["version"] == 3
    assert answer.json["count"] == 5
    assert answer.json["next_cursor"] is None


def test_the_history_is_read_page_by_page_across_revisions(api):
    case_id, _ = an_analysed_case(api)
    for number in range(3):
        changed(api.user, case_id, changes=set_to(city=f"עיר {number}", phone=f"052123456{number}"))
    path = f"/cases/{case_id}/form/history"
    whole = api.user.get(path).json["entries"]

    pages, cursor = [], ""
    while cursor is not None:
        answer = api.user.get(f"{path}?limit=4{cursor and f'&cursor={cursor}'}")
        pages.append(answer.json["entries"])
        cursor = answer.json["next_cursor"]
        assert ("Link" in answer.headers) == (cursor is not None)

    assert [len(page) for page in pages] == [4, 2]
    assert [entry for page in pages for entry in page] == whole


def test_a_cursor_of_another_list_or_user_is_refused(api):
    case_id, _ = an_analysed_case(api)
    changed(api.user, case_id, changes=set_to(city="עכו", phone="0521234567"))
    path = f"/cases/{case_id}/form/history"
    cursor = api.user.get(f"{path}?limit=1").json["next_cursor"]

    assert api.user.get(f"{path}?limit=1&cursor={cursor}").status == 200
    for answer in (
        api.admin.get(f"{path}?cursor={cursor}"),
        api.user.get(f"/cases?cursor={cursor}"),
        api.user.get(f"{path}?cursor=x"),
    ):
        assert (answer.status, answer.pointers) == (422, ["query:cursor"])


def test_a_form_that_would_be_too_large_is_refused(api):
    case_id = api.user.new_case()
    item = {**TEKHELET, "employer_name": "ה" * 490, "position_title": "ת" * 490}

    answer = None
    for _ in range(4):
        version = form_of(api.user, case_id)["version"]
        body = {"version": version, "add": [{"list": RECORDS, "item": item}] * 40}
        answer = api.user.patch(f"/cases/{case_id}/form", body)
        if answer.status != 200:
            break

    assert answer is not None
    assert (answer.status, answer.code) == (422, "invalid_request")
    assert answer.pointers
    assert form_of(api.user, case_id)["version"] == version


def test_more_changes_than_a_request_may_have_are_refused_before_anything_is_read(api):
    case_id, _ = an_analysed_case(api)
    many = [{"field": f"personal_info.x{n}", "value": "א"} for n in range(5000)]
    api.cases.calls.clear()

    answer = api.user.patch(f"/cases/{case_id}/form", {"version": 1, "changes": many})

    assert answer.status in (413, 422), answer.text
    assert api.cases.calls == []
