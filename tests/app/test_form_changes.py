"""Is a wrong change refused at its place, and a doubtful one kept with its issue?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.app.forms import (
    GALIL,
    RECORDS,
    STAYS,
    an_analysed_case,
    analysed,
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


@pytest.mark.parametrize(
    ("path", "written", "stored"),
    [
        # As phones, spreadsheets and Word copy them: with marks of direction and hyphens that do not break.
        ("personal_info.phone", "\u200e\u202a+972\u00a050\u2011000\u20110422\u202c", "0500000422"),
        ("personal_info.id_number", "\u200f000000018\u200f", "000000018"),
        ("personal_info.date_of_birth", "\u200e01/09/1980\u200e", "1980-09-01"),
        ("personal_info.postal_code", "\u200e33031\u201142", "3303142"),
        ("personal_info.email", "\u200eRuth@Example.COM\u200e ", "ruth@example.com"),
        ("personal_info.gender", "\u200fזכר", "זכר"),
        ("bank_details.iban", "\u2066IL62 0108 0000 0009 9999 999\u2069", "IL620108000000099999999"),
        ("personal_info.city", "חי\u202eפה\ufeff", "חיפה"),
        ("personal_info.city", "\u200f\u200e \u202e", ""),
        (
            "personal_info.city",
            "חיפה \U0001f468\u200d\U0001f469 \U0001f1ee\U0001f1f1",
            "חיפה \U0001f468\u200d\U0001f469 \U0001f1ee\U0001f1f1",
        ),
        ("personal_info.date_of_birth", "1 בספטמבר 1980", "1980-09-01"),
        ("personal_info.phone", "٠٥٢-١٢٣٤٥٦٧", "0521234567"),  # as an Arabic keyboard writes digits
        ("personal_info.id_number", "٤٢٢", "000000422"),
        ("bank_details.branch_number", "٧٨٩", "789"),
        ("personal_info.number_of_children", 3.0, 3),
    ],
)
def test_a_value_is_stored_as_it_reads_without_marks_that_nobody_sees(api, path, written, stored):
    case_id, _ = an_analysed_case(api)

    form = changed(api.user, case_id, changes=[{"field": path, "value": written}])

    assert form["fields"][path]["value"] == stored
    assert [issue["code"] for issue in form["issues"] if issue["field"] == path] == []


def test_what_is_said_twice_by_the_same_person_changes_nothing(api):
    case_id, _ = an_analysed_case(api)
    once = changed(api.user, case_id, changes=set_to(city="עכו", number_of_children=1), confirm=["bank_details"])

    again = changed(api.user, case_id, changes=set_to(city=" עכו ", number_of_children=1), confirm=["bank_details"])
    other = changed(api.admin, case_id, changes=set_to(city="עכו"), confirm=["bank_details"])

    assert again["version"] == once["version"]
    assert (again["fields"], again["sections"]) == (once["fields"], once["sections"])
    assert other["fields"]["personal_info.city"]["by"] == other["sections"]["bank_details"]["by"] == "admin-1"


def test_what_is_said_again_of_a_later_analysis_or_a_changed_section_counts(api):
    case_id, _ = an_analysed_case(api)
    changed(api.user, case_id, changes=set_to(city="עכו"), confirm=["personal_info"])
    api.clock.advance(seconds=60)
    changed(api.user, case_id, changes=set_to(phone="0521234567"))
    confirmed = changed(api.user, case_id, confirm=["personal_info"])
    analysed(api, case_id)

    kept = changed(api.user, case_id, changes=set_to(city="עכו"))

    assert confirmed["sections"]["personal_info"]["changed_since"] is False
    assert kept["fields"]["personal_info.city"]["conflict"] is None
