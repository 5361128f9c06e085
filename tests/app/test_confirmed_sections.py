"""Does a confirmed section keep every value that its person saw, until a person decides otherwise?"""

from __future__ import annotations

from tests.app.forms import (
    GALIL,
    PERSON,
    RECORDS,
    TEKHELET,
    a_form,
    an_analysed_case,
    analysed,
    changed,
    form_of,
    row_path,
    set_to,
)


def test_a_confirmed_section_is_frozen(api):
    case_id, first = an_analysed_case(api)
    changed(api.user, case_id, confirm=["personal_info", "employment_history"])

    new = {"employer_name": "מאפיית לחם", "start_date": "2020-01-01"}
    other = a_form(person={**PERSON, "city": "עכו", "postal_code": "3303142"}, records=[TEKHELET, new])
    later = analysed(api, case_id, other)

    form = form_of(api.user, case_id)
    assert form["sections"]["personal_info"] | {"at": ""} == {
        "confirmed": True,
        "by": "user-1",
        "at": "",
        "changed_since": False,
        "changed": [],
    }
    assert form["form_7801"]["personal_info"]["section_confirmed"] is True
    assert form["form_7801"]["personal_info"]["city"] == "חיפה"
    city = form["fields"]["personal_info.city"]
    assert (city["source"], city["job_id"], city["conflict"]["value"]) == ("analysis", first, "עכו")
    assert form["fields"]["personal_info.postal_code"]["conflict"] == {"value": "3303142", "job_id": later}
    rows = form["form_7801"]["employment_history"]["employment_records"]
    assert [row["employer_name"] for row in rows] == [TEKHELET["employer_name"], GALIL["employer_name"]]
    [found] = [field for path, field in form["fields"].items() if path.endswith("]")]
    assert (found["value"], found["conflict"]["value"]["employer_name"]) == (None, "מאפיית לחם")


def test_a_conflict_in_a_confirmed_section_is_decided_without_opening_it(api):
    case_id, _ = an_analysed_case(api)
    changed(api.user, case_id, confirm=["personal_info", "employment_history"])
    new = {"employer_name": "מאפיית לחם", "start_date": "2020-01-01"}
    later = analysed(api, case_id, a_form(person={**PERSON, "city": "עכו"}, records=[TEKHELET, GALIL, new]))
    [row] = [path for path in form_of(api.user, case_id)["fields"] if path.endswith("]")]

    form = changed(api.user, case_id, revert=["personal_info.city", row])

    city = form["fields"]["personal_info.city"]
    assert (city["value"], city["job_id"], city["conflict"]) == ("עכו", later, None)
    assert row_path(form, RECORDS, employer_name="מאפיית לחם") == row
    assert form["sections"]["personal_info"]["confirmed"]
    analysed(api, case_id, a_form(records=[]))
    assert row_path(form_of(api.user, case_id), RECORDS, employer_name="מאפיית לחם") == row


def test_confirming_again_decides_every_conflict_of_the_section_for_what_is_shown(api):
    case_id, _ = an_analysed_case(api)
    changed(api.user, case_id, confirm=["personal_info"], changes=set_to(phone="0521234567"))
    analysed(api, case_id, a_form(person={**PERSON, "city": "עכו", "phone": "0537654321"}))

    form = changed(api.user, case_id, confirm=["personal_info"])

    assert [path for path, field in form["fields"].items() if field["conflict"]] == []
    assert form["form_7801"]["personal_info"]["city"] == "חיפה"
    assert form["form_7801"]["personal_info"]["phone"] == "0521234567"


def test_an_unconfirmed_section_shows_the_newest_analysis_but_for_what_was_set(api):
    case_id, _ = an_analysed_case(api)
    changed(api.user, case_id, confirm=["personal_info"], changes=set_to(phone="0521234567"))
    analysed(api, case_id, a_form(person={**PERSON, "city": "עכו"}))

    form = changed(api.user, case_id, unconfirm=["personal_info"])

    assert form["form_7801"]["personal_info"]["city"] == "עכו"
    assert form["form_7801"]["personal_info"]["phone"] == "0521234567"
    assert form["form_7801"]["personal_info"]["section_confirmed"] is False


def test_a_change_in_a_confirmed_section_shows_that_it_came_after(api):
    case_id, _ = an_analysed_case(api)
    changed(api.user, case_id, confirm=["personal_info"])
    api.clock.advance(seconds=300)

    form = changed(api.admin, case_id, changes=set_to(city="עכו"))

    assert form["sections"]["personal_info"]["changed_since"] is True
    assert form["fields"]["personal_info.city"]["by"] == "admin-1"


def test_what_was_changed_after_a_confirmation_is_named_until_it_is_confirmed_again(api):
    case_id, _ = an_analysed_case(api)
    changed(api.user, case_id, confirm=["personal_info", "employment_history"], changes=set_to(phone="0521234567"))
    analysed(api, case_id, a_form(person={**PERSON, "city": "עכו"}))
    galil = row_path(form_of(api.user, case_id), RECORDS, employer_name=GALIL["employer_name"])
    tekhelet = row_path(form_of(api.user, case_id), RECORDS, employer_name=TEKHELET["employer_name"])
    api.clock.advance(seconds=300)

    form = changed(
        api.user,
        case_id,
        revert=["personal_info.city"],
        remove=[galil],
        add=[{"list": RECORDS, "item": {}}],
        changes=[{"field": f"{tekhelet}.end_date", "value": "2026-01-31"}],
    )
    again = changed(api.user, case_id, confirm=["employment_history"])

    assert form["sections"]["personal_info"]["changed"] == ["personal_info.city"]
    employment = {galil, *form["added"], f"{tekhelet}.end_date"}
    assert set(form["sections"]["employment_history"]["changed"]) == employment
    assert again["sections"]["employment_history"]["changed"] == []
    assert again["sections"]["employment_history"]["changed_since"] is False
    assert again["sections"]["personal_info"]["changed_since"] is True


def test_all_sections_confirmed_is_said(api):
    case_id, _ = an_analysed_case(api)

    form = changed(api.user, case_id, confirm=list(form_of(api.user, case_id)["sections"]))

    assert form["form_7801"]["metadata"]["all_sections_confirmed"] is True


def test_a_section_confirmed_before_any_analysis_is_kept_as_it_was(api):
    case_id = api.user.new_case()
    api.user.new_document(case_id)
    changed(api.user, case_id, confirm=["personal_info"])

    analysed(api, case_id)

    form = form_of(api.user, case_id)
    assert form["form_7801"]["personal_info"]["city"] == ""
    assert form["fields"]["personal_info.city"]["conflict"]["value"] == "חיפה"
