"""Does the list of cases say what is left to do, and find the cases that a person looks for?"""

from __future__ import annotations

import pytest

from chalicelib.adapters.dynamodb import case_lists
from chalicelib.errors import ProviderUnavailable
from tests.app.forms import PERSON, RECORDS, a_form, an_analysed_case, analysed, changed, form_of, set_to

NOTHING = {"blocking": 0, "check": 0, "unconfirmed": 0, "conflicts": 0, "open_jobs": 0}
ISSUES = [
    {"field": "call", "code": "prompt_injection_suspected", "message": "…", "weight": "blocking", "params": {}},
    {"field": "personal_info.city", "code": "evidence_missing", "message": "…", "weight": "check", "params": {}},
    {"field": f"{RECORDS}[0].end_date", "code": "noted", "message": "…", "weight": "info", "params": {}},
]


def listed(caller, query=""):
    """The cases of a list, by id."""
    answer = caller.get(f"/cases{query}")
    assert answer.status == 200, answer.text
    return {case["id"]: case for case in answer.json["cases"]}


def attention(api, case_id):
    return listed(api.user)[case_id]["attention"]


def test_a_new_case_has_nothing_to_do(api):
    case_id = api.user.new_case()

    case = listed(api.user)[case_id]

    assert (case["attention"], case["claimant"]) == (NOTHING, "")
    assert list(listed(api.user, "?needs_me=true")) == []


def test_an_analysis_brings_its_issues_and_five_sections_to_confirm(api):
    case_id, _ = an_analysed_case(api, a_form(person={**PERSON, "id_number": "123456789"}), issues=ISSUES)

    case = listed(api.user)[case_id]

    # The injection and the wrong identity number; the missing evidence.
    assert case["attention"] == {**NOTHING, "blocking": 2, "check": 1, "unconfirmed": 5}
    assert case["claimant"] == "רות כהן"


def test_what_a_person_does_counts_at_once(api):
    case_id, _ = an_analysed_case(api, a_form(person={**PERSON, "id_number": "123456789"}), issues=ISSUES)

    changed(api.user, case_id, changes=set_to(id_number="18", city="עכו"), confirm=["bank_details"])
    assert attention(api, case_id) == {**NOTHING, "blocking": 1, "unconfirmed": 4}
    changed(api.user, case_id, confirm=list(form_of(api.user, case_id)["sections"]))
    assert attention(api, case_id) == NOTHING


def test_an_issue_in_a_confirmed_section_was_looked_at(api):
    case_id, _ = an_analysed_case(api, a_form(person={**PERSON, "id_number": "123456789"}))

    changed(api.user, case_id, confirm=["personal_info"])

    assert attention(api, case_id) == {**NOTHING, "unconfirmed": 4}
    assert [issue["code"] for issue in form_of(api.user, case_id)["issues"]] == ["id_number_invalid"]


def test_a_later_analysis_brings_its_conflicts(api):
    case_id, _ = an_analysed_case(api)
    changed(api.user, case_id, changes=set_to(city="עכו"), confirm=["employment_history"])

    analysed(api, case_id, a_form(records=[{"employer_name": "מאפיית לחם", "start_date": "2020-01-01"}]))

    assert attention(api, case_id) == {**NOTHING, "unconfirmed": 4, "conflicts": 2}


def test_open_jobs_are_counted_until_they_end_in_any_way(api):
    case_id = api.user.new_case()
    api.user.new_document(case_id)
    jobs = [api.user.new_job(case_id, {"dedupe": "none"}) for _ in range(4)]
    assert attention(api, case_id)["open_jobs"] == 4

    api.complete(jobs[0])
    api.fail(jobs[1], ProviderUnavailable("It did not answer."))
    api.user.post(f"/jobs/{jobs[2]}/cancel")

    assert attention(api, case_id) == {**NOTHING, "open_jobs": 1}


def test_a_job_that_an_older_worker_ended_is_taken_out_by_the_next_look_at_the_case(api):
    case_id = api.user.new_case()
    api.user.new_document(case_id)
    still_open = api.user.new_job(case_id, {"dedupe": "none"})
    ended = api.user.new_job(case_id, {"dedupe": "none"})
    api.complete(ended)
    api.cases.change(case_id, open_jobs=frozenset({still_open, ended, "00000000-0000-4000-8000-000000000000"}))
    assert attention(api, case_id)["open_jobs"] == 3

    api.cases.fail("close_jobs")
    assert api.user.get(f"/cases/{case_id}").status == 200
    assert api.user.get(f"/cases/{case_id}").status == 200

    assert attention(api, case_id)["open_jobs"] == 1


def test_a_count_that_was_not_stored_is_mended_by_the_next_look_at_the_form(api):
    case_id, _ = an_analysed_case(api)
    api.cases.change(case_id, attention={"blocking": 7}, claimant="")

    form_of(api.user, case_id)

    case = listed(api.user)[case_id]
    assert (case["attention"], case["claimant"]) == ({**NOTHING, "unconfirmed": 5}, "רות כהן")


def test_a_form_is_read_while_the_count_cannot_be_stored(api):
    case_id, _ = an_analysed_case(api)
    api.cases.change(case_id, attention={})
    api.cases.fail("note_form")

    assert form_of(api.user, case_id)["form_7801"]["personal_info"]["city"] == "חיפה"


def test_a_completed_analysis_is_stored_when_its_count_cannot_be_computed(api):
    case_id = api.user.new_case()
    api.user.new_document(case_id)
    api.cases.fail("read_form")

    analysed(api, case_id)

    assert attention(api, case_id) == NOTHING
    assert form_of(api.user, case_id)["form_7801"]["personal_info"]["city"] == "חיפה"
    assert attention(api, case_id)["unconfirmed"] == 5


def test_cases_that_need_a_person_are_filtered(api):
    api.user.new_case()
    waiting, _ = an_analysed_case(api)
    done, _ = an_analysed_case(api)
    changed(api.user, done, confirm=list(form_of(api.user, done)["sections"]))

    assert list(listed(api.user, "?needs_me=true")) == [waiting]
    assert len(listed(api.user, "?needs_me=false")) == 3


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("תביעה", ["title"]),
        ("כהן", ["claimant"]),
        ("כהן רות", ["claimant"]),
        ("רות תביעה", []),
        ("ירות", []),
        ("חולים", ["title"]),  # a word is found inside another
        ('ע"ש', ["title"]),  # geresh and gershayim in any way
        ("נֵצֶר", ["title"]),  # niqqud is no difference
        ("NEZER", ["title"]),
        ("%D7%9B%D7%94%D7%9F", ["claimant"]),
    ],
)
def test_cases_are_found_by_words_of_title_and_claimant(api, q, found):
    title = api.user.new_case(title="תביעה  בבית־החולים ע״ש נצר, Nezer")
    claimant, _ = an_analysed_case(api)
    names = {title: "title", claimant: "claimant"}

    assert [names[case_id] for case_id in listed(api.user, f"?q={q}")] == found
    assert list(listed(api.other, f"?q={q}")) == []


@pytest.mark.parametrize("query", ["q=", "q=א", "q=%20%20א%20", "q=%22%22--", f"q={'א' * 201}", "q=אב&q=גד"])
def test_a_question_without_two_letters_is_refused(api, query):
    answer = api.user.get(f"/cases?{query}")

    assert (answer.status, answer.pointers) == (422, ["query:q"])


def test_a_bad_needs_me_is_refused(api):
    assert api.user.get("/cases?needs_me=perhaps").pointers == ["query:needs_me"]


def test_the_cursor_of_a_filtered_list_is_good_for_that_list_only(api):
    for _ in range(3):
        api.user.new_case(title="תביעה")
    cursor = api.user.get("/cases?q=תביעה&limit=2").json["next_cursor"]

    assert len(api.user.get(f"/cases?q=תביעה&limit=2&cursor={cursor}").json["cases"]) == 1
    assert len(api.user.get(f"/cases?q=%20תביעה&limit=2&cursor={cursor}").json["cases"]) == 1
    for other in ("", "q=תבי&", "q=תביעה&needs_me=true&"):
        assert api.user.get(f"/cases?{other}cursor={cursor}").pointers == ["query:cursor"]


def test_a_filtered_page_may_end_early_and_still_lead_to_the_end(api, monkeypatch):
    monkeypatch.setattr("tests.fakes.case_store.SCANNED_CASES", 3)
    found = api.user.new_case(title="הישנה")
    for _ in range(7):
        api.clock.advance(seconds=1)
        api.user.new_case()

    seen, cursor, sizes = [], "", []
    while cursor is not None:
        page = api.user.get(f"/cases?q=הישנה{cursor and f'&cursor={cursor}'}").json
        seen += [case["id"] for case in page["cases"]]
        sizes.append(page["count"])
        cursor = page["next_cursor"]

    assert (seen, sizes) == ([found], [0, 0, 1])
    assert case_lists.SCANNED_CASES == 1000
