"""Is a wrong change refused at its place, and a doubtful one kept with its issue?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.app.forms import (
    GALIL,
    RECORDS,
    STAYS,
    an_analysed_case,
    changed,
    form_of,
    refused,
    row_path,
    set_to,
)


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"changes": [{"field": "personal_info.shoe_size", "value": "44"}]}, "/changes/0/field"),
        ({"changes": [{"field": "", "value": "44"}]}, "/changes/0/field"),
        ({"changes": [{"field": "personal_info", "value": "x"}]}, "/changes/0/field"),
        ({"changes": [{"field": "personal_info.section_confirmed", "value": True}]}, "/changes/0/field"),
        ({"changes": [{"field": "metadata.user_id", "value": "x"}]}, "/changes/0/field"),
        ({"changes": [{"field": f"{RECORDS}[0].end_date", "value": "2020-01-01"}]}, "/changes/0/field"),
        ({"changes": [{"field": f"{RECORDS}[].end_date", "value": "2020-01-01"}]}, "/changes/0/field"),
        ({"changes": [{"field": f"{RECORDS}[../x].end_date", "value": "2020-01-01"}]}, "/changes/0/field"),
        ({"changes": [*set_to(city="א"), *set_to(phone=5)]}, "/changes/1/value"),
        ({"changes": set_to(phone=None)}, "/changes/0/value"),
        ({"changes": set_to(phone=["0521234567"])}, "/changes/0/value"),
        ({"changes": set_to(number_of_children="3")}, "/changes/0/value"),
        ({"changes": set_to(number_of_children=2.5)}, "/changes/0/value"),
        ({"changes": set_to(number_of_children=True)}, "/changes/0/value"),
        ({"changes": set_to(number_of_children=10**12)}, "/changes/0/value"),
        ({"changes": set_to(gender="female")}, "/changes/0/value"),
        ({"changes": set_to(city="x" * 501)}, "/changes/0/value"),
        ({"changes": [{"field": "medical_waiver.waiver_accepted", "value": "yes"}]}, "/changes/0/value"),
        ({"changes": [{"field": "personal_info.city"}]}, "/changes/0/value"),
        ({"changes": [*set_to(city="א"), *set_to(city="ב")]}, "/changes/1/field"),
        ({"changes": set_to(city="א"), "revert": ["personal_info.city"]}, "/changes/0/field"),
        ({"revert": ["personal_info.shoe_size"]}, "/revert/0"),
        ({"revert": [f"{RECORDS}[r0000000000]"]}, "/revert/0"),
        ({"remove": ["personal_info.city"]}, "/remove/0"),
        ({"remove": [f"{RECORDS}[r0000000000]"]}, "/remove/0"),
        ({"add": [{"list": "personal_info.phones", "item": {}}]}, "/add/0/list"),
        ({"add": [{"list": RECORDS, "item": {"shoe/size": 1}}]}, "/add/0/item/shoe~1size"),
        ({"add": [{"list": RECORDS, "item": {"end_date": {}}}]}, "/add/0/item/end_date"),
        ({"add": [{"list": STAYS, "item": {"length_of_stay_days": 3}}]}, "/add/0/item/length_of_stay_days"),
        ({"confirm": ["personal_info", "everything"]}, "/confirm/1"),
        ({"unconfirm": ["everything"]}, "/unconfirm/0"),
        ({"confirm": ["personal_info"], "unconfirm": ["personal_info"]}, "/confirm/0"),
        ({"changes": set_to(city="א") * 501}, "/changes"),
        ({"set": []}, "/set"),
    ],
)
def test_a_wrong_request_is_refused_at_its_place_and_changes_nothing(api, asked: dict[str, Any], pointer: str):
    case_id, _ = an_analysed_case(api)
    before = form_of(api.user, case_id)

    answer = refused(api.user, case_id, **asked)

    assert (answer.status, answer.code) == (422, "invalid_request"), answer.text
    assert pointer in answer.pointers
    assert form_of(api.user, case_id) == before


def test_a_request_is_all_or_nothing_and_names_every_wrong_place(api):
    case_id, _ = an_analysed_case(api)

    answer = refused(api.user, case_id, changes=set_to(city="עכו", shoe_size=44, phone=7), confirm=["everything"])

    assert answer.pointers == ["/changes/1/field", "/changes/2/value", "/confirm/0"]
    assert form_of(api.user, case_id)["form_7801"]["personal_info"]["city"] == "חיפה"


@pytest.mark.parametrize(
    ("asked", "code", "params"),
    [
        ({"changes": [{"field": "personal_info.shoe_size", "value": "44"}]}, "unknown_field", {}),
        ({"changes": [{"field": "personal_info.section_confirmed", "value": True}]}, "set_by_confirm", {}),
        ({"add": [{"list": STAYS, "item": {"length_of_stay_days": 3}}]}, "computed_field", {}),
        ({"changes": [{"field": f"{RECORDS}[r0].end_date", "value": "x"}]}, "unknown_item", {}),
        ({"changes": set_to(phone=5)}, "not_text", {}),
        ({"changes": set_to(number_of_children="3")}, "not_whole_number", {}),
        ({"changes": set_to(number_of_children=10**12)}, "number_too_large", {"most": 10**9}),
        ({"changes": set_to(gender="other")}, "not_a_choice", {"allowed": ["אחר", "זכר", "נקבה"]}),
        ({"changes": set_to(city="x" * 10_000)}, "too_long", {"longest": 500}),
        ({"changes": [{"field": "medical_waiver.waiver_accepted", "value": "yes"}]}, "not_yes_no", {}),
        ({"changes": [*set_to(city="א"), *set_to(city="ב")]}, "repeated", {}),
        ({"changes": set_to(city="א"), "revert": ["personal_info.city"]}, "taken_back", {}),
        ({"add": [{"list": "personal_info.phones", "item": {}}]}, "unknown_list", {}),
        ({"add": [{"list": RECORDS, "item": {"monthly_salary_gross": "9,400"}}]}, "not_number", {}),
        ({"confirm": ["everything"]}, "unknown_section", {}),
    ],
)
def test_a_reason_has_a_code_and_what_it_names_so_that_a_client_can_say_it(api, asked, code, params):
    case_id, _ = an_analysed_case(api)

    (problem,) = refused(api.user, case_id, **asked).json["errors"]

    assert (problem["code"], problem.get("params", {})) == (code, params)


def test_a_change_in_a_removed_row_says_so(api):
    case_id, _ = an_analysed_case(api)
    path = row_path(form_of(api.user, case_id), RECORDS, employer_name=GALIL["employer_name"])
    changed(api.user, case_id, remove=[path])

    answer = refused(api.user, case_id, changes=[{"field": f"{path}.end_date", "value": "2020-01-01"}])

    assert answer.pointers == ["/changes/0/field"]
    assert "revert the item first" in answer.text
    form = changed(api.user, case_id, revert=[path], changes=[{"field": f"{path}.end_date", "value": "2020-01-01"}])
    assert row_path(form, RECORDS, end_date="2020-01-01") == path


def test_reverting_what_nobody_set_changes_nothing(api):
    case_id, _ = an_analysed_case(api)
    before = form_of(api.user, case_id)

    after = changed(api.user, case_id, revert=["personal_info.city"])

    assert after["version"] == before["version"]
    assert api.user.get(f"/cases/{case_id}/form/history").json["entries"] == []


def test_a_value_that_fails_its_check_is_kept_with_its_issue(api):
    case_id, _ = an_analysed_case(api)

    form = changed(api.user, case_id, changes=set_to(id_number="123456789", phone="12", email="R@X.IL"))

    assert form["form_7801"]["personal_info"]["email"] == "r@x.il"
    found = {issue["field"]: (issue["code"], issue["weight"]) for issue in form["issues"]}
    assert found == {
        "personal_info.id_number": ("id_number_invalid", "blocking"),
        "personal_info.phone": ("phone_invalid", "check"),
    }


def test_an_issue_of_two_fields_is_reported_whichever_was_changed(api):
    case_id, _ = an_analysed_case(api)
    path = row_path(form_of(api.user, case_id), RECORDS, employer_name=GALIL["employer_name"])

    form = changed(api.user, case_id, changes=[{"field": f"{path}.start_date", "value": "1.1.2020"}])

    assert [(issue["field"], issue["code"]) for issue in form["issues"]] == [(f"{path}.end_date", "dates_out_of_order")]


def test_issues_of_the_analysis_stand_until_a_person_set_the_field(api):
    issues = [
        {"field": "personal_info.city", "code": "evidence_missing", "message": "…", "weight": "check", "params": {}},
        {"field": f"{RECORDS}[1].end_date", "code": "sources_differ", "message": "…", "weight": "check", "params": {}},
        {"field": "personal_info.phone", "code": "phone_invalid", "message": "…", "weight": "check", "params": {}},
        {"field": "call", "code": "document_truncated", "message": "…", "weight": "check", "params": {}},
    ]
    case_id, _ = an_analysed_case(api, issues=issues)
    form = form_of(api.user, case_id)
    path = row_path(form, RECORDS, employer_name=GALIL["employer_name"])

    assert [issue["field"] for issue in form["issues"]] == ["personal_info.city", f"{path}.end_date", "call"]
    changed(api.user, case_id, changes=set_to(city="עכו"))
    assert [issue["field"] for issue in form_of(api.user, case_id)["issues"]] == [f"{path}.end_date", "call"]


def test_what_an_older_release_stored_is_read_as_far_as_it_fits(api):
    old = {"personal_info": {"full_name": "רות כהן", "number_of_children": "2"}, "employment_history": {}}
    case_id, _ = an_analysed_case(api, {**old, "disability_info": {"treating_physicians": ["ד״ר לוי", {"name": 7}]}})

    form = form_of(api.user, case_id)["form_7801"]

    assert form["personal_info"]["full_name"] == "רות כהן"
    assert form["personal_info"]["number_of_children"] == 0
    assert [row["name"] for row in form["disability_info"]["treating_physicians"]] == [""]
