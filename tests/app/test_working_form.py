"""Does the working form show the newest analysis under what persons set, and never lose what they did?"""

from __future__ import annotations

import pytest

from tests.app.forms import (
    DR_LEVI,
    GALIL,
    PERSON,
    PHYSICIANS,
    RECORDS,
    STAYS,
    TEKHELET,
    a_form,
    an_analysed_case,
    analysed,
    changed,
    form_of,
    row_path,
    set_to,
)


def test_a_case_without_analysis_has_no_form(api):
    case_id = api.user.new_case()

    form = form_of(api.user, case_id)

    assert (form["form_7801"], form["fields"], form["issues"], form["version"]) == (None, {}, [], 0)
    assert not any(section["confirmed"] for section in form["sections"].values())


def test_every_field_of_an_analysis_is_shown_with_its_job_and_its_place_in_the_result(api):
    case_id, job_id = an_analysed_case(api)

    form = form_of(api.user, case_id)

    assert form["form_7801"]["personal_info"]["phone"] == "0500000422"
    assert form["fields"]["personal_info.phone"] == {
        "value": "0500000422",
        "source": "analysis",
        "job_id": job_id,
        "by": None,
        "at": None,
        "conflict": None,
        "analysis_field": "personal_info.phone",
    }
    path = row_path(form, RECORDS, employer_name=GALIL["employer_name"])
    assert form["fields"][f"{path}.end_date"]["analysis_field"] == f"{RECORDS}[1].end_date"


def test_what_a_person_set_is_shown_with_who_and_when_and_computed_with(api):
    case_id, _ = an_analysed_case(api)
    before = form_of(api.user, case_id)
    path = row_path(before, RECORDS, employer_name=TEKHELET["employer_name"])

    form = changed(
        api.user,
        case_id,
        changes=[*set_to(phone="+972-52-1234567"), {"field": f"{path}.end_date", "value": "31.12.2018"}],
    )

    phone = form["fields"]["personal_info.phone"]
    assert (phone["value"], phone["source"], phone["by"], phone["job_id"]) == ("0521234567", "person", "user-1", None)
    assert form["form_7801"]["personal_info"]["phone"] == "0521234567"
    assert row_path(form, RECORDS, end_date="2018-12-31") == path
    # January 2012 to June 2018 and September to December 2018: 78 and 4 months.
    assert form["form_7801"]["employment_history"]["total_employment_months"] == 82
    assert form_of(api.user, case_id)["form_7801"] == form["form_7801"]


def test_what_a_person_set_survives_a_later_analysis_which_is_a_conflict(api):
    case_id, _ = an_analysed_case(api)
    changed(api.user, case_id, changes=set_to(phone="0521234567", city="נצרת"))

    later = analysed(
        api, case_id, a_form(person={**PERSON, "phone": "0537654321", "city": "נצרת", "address": "הרצל 5"})
    )

    fields = form_of(api.user, case_id)["fields"]
    assert fields["personal_info.phone"]["value"] == "0521234567"
    assert fields["personal_info.phone"]["conflict"] == {"value": "0537654321", "job_id": later}
    assert fields["personal_info.city"]["conflict"] is None
    assert fields["personal_info.address"]["value"] == "הרצל 5"


def test_an_analysis_that_found_nothing_contradicts_nobody(api):
    case_id, _ = an_analysed_case(api)
    changed(api.user, case_id, changes=set_to(phone="0521234567", number_of_children=3))

    analysed(api, case_id, a_form(person={}))

    fields = form_of(api.user, case_id)["fields"]
    assert fields["personal_info.phone"]["conflict"] is None
    assert fields["personal_info.number_of_children"] | {"at": ""} == {
        "value": 3,
        "source": "person",
        "job_id": None,
        "by": "user-1",
        "at": "",
        "conflict": None,
        "analysis_field": "personal_info.number_of_children",
    }


def test_a_conflict_ends_with_either_decision(api):
    case_id, _ = an_analysed_case(api)
    changed(api.user, case_id, changes=set_to(phone="0521234567", city="נצרת"))
    analysed(api, case_id, a_form(person={**PERSON, "phone": "0537654321", "city": "עכו"}))

    form = changed(api.user, case_id, changes=set_to(phone="0521234567"), revert=["personal_info.city"])

    assert form["fields"]["personal_info.phone"]["conflict"] is None
    assert form["fields"]["personal_info.phone"]["value"] == "0521234567"
    city = form["fields"]["personal_info.city"]
    assert (city["value"], city["source"], city["conflict"]) == ("עכו", "analysis", None)


def test_a_row_keeps_its_id_over_analyses_in_another_order_and_in_other_words(api):
    case_id, _ = an_analysed_case(api)
    path = row_path(form_of(api.user, case_id), RECORDS, employer_name=TEKHELET["employer_name"])
    changed(api.user, case_id, changes=[{"field": f"{path}.end_date", "value": "2025-06-30"}])

    in_other_words = {**TEKHELET, "employer_name": "חברת תכלת", "start_date": "2018-10-01", "position_title": "מחסנאית"}
    analysed(api, case_id, a_form(records=[GALIL, in_other_words]))

    form = form_of(api.user, case_id)
    assert row_path(form, RECORDS, employer_name="חברת תכלת") == path
    assert row_path(form, RECORDS, end_date="2025-06-30", position_title="מחסנאית") == path
    assert len(form["form_7801"]["employment_history"]["employment_records"]) == 2


def test_a_row_in_which_a_person_set_something_stays_when_an_analysis_drops_it(api):
    case_id, first = an_analysed_case(api)
    path = row_path(form_of(api.user, case_id), RECORDS, employer_name=TEKHELET["employer_name"])
    changed(api.user, case_id, changes=[{"field": f"{path}.end_date", "value": "2025-06-30"}])

    analysed(api, case_id, a_form(records=[]))

    form = form_of(api.user, case_id)
    assert [row["employer_name"] for row in form["form_7801"]["employment_history"]["employment_records"]] == [
        TEKHELET["employer_name"]
    ]
    assert form["fields"][f"{path}.end_date"]["source"] == "person"
    employer = form["fields"][f"{path}.employer_name"]
    assert (employer["source"], employer["job_id"], employer["analysis_field"]) == ("analysis", first, None)


def test_twins_are_told_apart_by_what_else_they_say_not_by_their_order(api):
    twins = [{**GALIL, "position_title": "נהג"}, {**GALIL, "position_title": "מחסנאי"}]
    case_id, _ = an_analysed_case(api, a_form(records=twins))
    form = form_of(api.user, case_id)
    driver, keeper = (row_path(form, RECORDS, position_title=title) for title in ("נהג", "מחסנאי"))

    analysed(api, case_id, a_form(records=list(reversed(twins))))

    form = form_of(api.user, case_id)
    assert driver != keeper
    assert (row_path(form, RECORDS, position_title="נהג"), row_path(form, RECORDS, position_title="מחסנאי")) == (
        driver,
        keeper,
    )


def test_what_persons_did_to_a_twin_stays_with_it_when_another_comes_and_it_goes(api):
    first, other = ({**DR_LEVI, "physician_id": number} for number in ("20200", "10100"))
    case_id, _ = an_analysed_case(api, a_form(physicians=[first]))
    path = row_path(form_of(api.user, case_id), PHYSICIANS, physician_id="20200")
    changed(api.user, case_id, changes=[{"field": f"{path}.clinic_name", "value": "מרפאת הגליל"}])

    analysed(api, case_id, a_form(physicians=[other, {**first, "last_visit_date": "2026-06-01"}]))

    form = form_of(api.user, case_id)
    assert row_path(form, PHYSICIANS, physician_id="20200", clinic_name="מרפאת הגליל") == path
    removed = row_path(form, PHYSICIANS, physician_id="10100", clinic_name="")
    assert removed != path
    changed(api.user, case_id, remove=[removed])
    analysed(api, case_id, a_form(physicians=[other]))
    [row] = form_of(api.user, case_id)["form_7801"]["disability_info"]["treating_physicians"]
    assert (row["physician_id"], row["clinic_name"]) == ("20200", "מרפאת הגליל")


@pytest.mark.parametrize("found", [["10100"], ["10100", "30300"]])
def test_a_twin_that_an_analysis_drops_takes_no_others_place(api, found):
    doctors = {number: {**DR_LEVI, "physician_id": number} for number in ("10100", "20200", "30300")}
    case_id, _ = an_analysed_case(api, a_form(physicians=[doctors["10100"], doctors["20200"]]))
    path = row_path(form_of(api.user, case_id), PHYSICIANS, physician_id="20200")
    changed(api.user, case_id, changes=[{"field": f"{path}.clinic_name", "value": "מרפאת הגליל"}])

    analysed(api, case_id, a_form(physicians=[doctors[number] for number in found]))

    form = form_of(api.user, case_id)
    rows = form["form_7801"]["disability_info"]["treating_physicians"]
    assert row_path(form, PHYSICIANS, physician_id="20200", clinic_name="מרפאת הגליל") == path
    assert sorted(row["physician_id"] for row in rows if not row["clinic_name"]) == found
    assert len({row["row_id"] for row in rows}) == len(rows)


def test_an_added_twin_is_recognised_whatever_the_analysis_says_of_the_first(api):
    first, other = ({**DR_LEVI, "physician_id": number} for number in ("20200", "10100"))
    case_id, _ = an_analysed_case(api, a_form(physicians=[first]))
    changed(api.user, case_id, add=[{"list": PHYSICIANS, "item": other}])
    added = row_path(form_of(api.user, case_id), PHYSICIANS, physician_id="10100")

    for found in ([first], [other, first], [first, other]):
        analysed(api, case_id, a_form(physicians=found))

        form = form_of(api.user, case_id)
        assert row_path(form, PHYSICIANS, physician_id="10100") == added
        assert [field["conflict"] for field in form["fields"].values() if field["conflict"]] == []
        assert len(form["form_7801"]["disability_info"]["treating_physicians"]) == 2


def test_an_added_item_has_a_row_of_its_own_and_is_recognised_in_a_later_analysis(api):
    case_id, _ = an_analysed_case(api)

    form = changed(
        api.user, case_id, add=[{"list": PHYSICIANS, "item": {"name": 'ד"ר כץ', "last_visit_date": "1.6.2026"}}]
    )
    [path] = form["added"]

    assert row_path(form, PHYSICIANS, name='ד"ר כץ', last_visit_date="2026-06-01") == path
    assert form["fields"][f"{path}.name"]["source"] == "person"
    later = {"name": 'ד"ר כץ', "specialty": "נוירולוגיה", "last_visit_date": "2026-06-02"}
    analysed(api, case_id, a_form(physicians=[later, DR_LEVI]))
    form = form_of(api.user, case_id)
    assert row_path(form, PHYSICIANS, name='ד"ר כץ', specialty="נוירולוגיה", last_visit_date="2026-06-01") == path
    assert form["fields"][f"{path}.last_visit_date"]["conflict"]["value"] == "2026-06-02"


def test_a_second_job_at_an_employer_does_not_take_the_place_of_the_first(api):
    case_id, _ = an_analysed_case(api)
    form = changed(api.user, case_id, add=[{"list": RECORDS, "item": {**TEKHELET, "position_title": "מנהלת"}}])

    analysed(api, case_id)

    rows = form_of(api.user, case_id)["form_7801"]["employment_history"]["employment_records"]
    assert sorted(row["position_title"] for row in rows) == ["", "", "מנהלת"]
    assert form["added"] == [f"{RECORDS}[{row['row_id']}]" for row in rows if row["position_title"]]


def test_a_removed_row_stays_away_and_a_later_analysis_that_finds_it_is_a_conflict(api):
    case_id, _ = an_analysed_case(api)
    path = row_path(form_of(api.user, case_id), RECORDS, employer_name=GALIL["employer_name"])
    form = changed(api.user, case_id, remove=[path])
    assert form["fields"][path]["conflict"] is None

    later = analysed(api, case_id)

    form = form_of(api.user, case_id)
    assert len(form["form_7801"]["employment_history"]["employment_records"]) == 1
    assert form["fields"][path]["value"] is None
    assert form["fields"][path]["conflict"]["job_id"] == later
    assert form["fields"][path]["conflict"]["value"]["employer_name"] == GALIL["employer_name"]
    assert changed(api.user, case_id, remove=[path])["fields"][path]["conflict"] is None
    form = changed(api.user, case_id, revert=[path])
    assert row_path(form, RECORDS, employer_name=GALIL["employer_name"]) == path
    assert path not in form["fields"]


def test_undoing_a_removal_brings_back_what_was_set_in_the_row(api):
    case_id, _ = an_analysed_case(api)
    path = row_path(form_of(api.user, case_id), RECORDS, employer_name=GALIL["employer_name"])
    changed(api.user, case_id, changes=[{"field": f"{path}.position_title", "value": "נהג"}])
    changed(api.user, case_id, remove=[path])

    form = changed(api.user, case_id, revert=[path])

    assert row_path(form, RECORDS, position_title="נהג") == path
    form = changed(api.user, case_id, revert=[path])
    assert row_path(form, RECORDS, position_title="", employer_name=GALIL["employer_name"]) == path


def test_an_added_row_that_is_removed_is_gone(api):
    case_id, _ = an_analysed_case(api)
    [path] = changed(api.user, case_id, add=[{"list": STAYS, "item": {"hospital_name": "רמב״ם"}}])["added"]

    form = changed(api.user, case_id, remove=[path])

    assert form["form_7801"]["disability_info"]["hospitalizations"] == []
    assert not [field for field in form["fields"] if field.startswith(path)]


def test_a_form_is_filled_by_hand_before_any_analysis(api):
    case_id = api.user.new_case()

    form = changed(api.user, case_id, changes=set_to(full_name="רות כהן"), add=[{"list": RECORDS, "item": TEKHELET}])

    assert form["form_7801"]["personal_info"]["full_name"] == "רות כהן"
    assert form["fields"]["personal_info.city"]["job_id"] is None
    assert form_of(api.user, case_id)["form_7801"] == form["form_7801"]
