"""What is in a list, in which order, and how does one get to its end?"""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def job_ids(api):
    """Five jobs of one user, oldest first, a second apart."""
    made = []
    for _ in range(5):
        made.append(api.user.new_job())
        api.clock.advance(seconds=1)
    return made


def pages(caller, path, *, member="jobs"):
    """The ids on each page, by following next_cursor."""
    separator = "&" if "?" in path else "?"
    found, cursor = [], None
    while True:
        page = caller.get(path if cursor is None else f"{path}{separator}cursor={cursor}").json
        found.append([item.get("job_id") or item["id"] for item in page[member]])
        assert page["count"] == len(page[member])
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def test_jobs_are_listed_newest_first_without_their_results(api, job_ids):
    api.complete(job_ids[2], b'{"secret": 1}')

    answer = api.user.get("/jobs")

    listed = answer.json
    assert [job["job_id"] for job in listed["jobs"]] == job_ids[::-1]
    assert (listed["count"], listed["next_cursor"]) == (5, None)
    assert [job["result"] for job in listed["jobs"]] == [None] * 5
    assert "Link" not in answer.headers
    assert listed["jobs"][2]["status"] == "completed"
    assert set(listed["jobs"][0]) == set(api.user.get(f"/jobs/{job_ids[0]}").json) - {"steps"}


def test_pages_are_full_and_lead_to_the_end(api, job_ids):
    assert pages(api.user, "/jobs?limit=2") == [[job_ids[4], job_ids[3]], [job_ids[2], job_ids[1]], [job_ids[0]]]


def test_the_next_page_is_linked_through_the_stage(api, job_ids):
    first = api.user.send("GET", "/jobs?limit=2&status=pending", prefix="/api")

    link = re.fullmatch(r'<(/api/jobs\?\S+)>; rel="next"', first.headers["Link"])
    assert link is not None
    second = api.user.send("GET", link[1].removeprefix("/api"), prefix="/api")
    assert [job["job_id"] for job in second.json["jobs"]] == [job_ids[2], job_ids[1]]


def test_a_cursor_does_not_depend_on_the_size_of_the_page(api, job_ids):
    cursor = api.user.get("/jobs?limit=2").json["next_cursor"]

    rest = api.user.get(f"/jobs?limit=100&cursor={cursor}").json

    assert [job["job_id"] for job in rest["jobs"]] == [job_ids[2], job_ids[1], job_ids[0]]


def test_a_job_that_was_added_meanwhile_does_not_disturb_the_pages(api, job_ids):
    cursor = api.user.get("/jobs?limit=2").json["next_cursor"]
    api.user.new_job()

    rest = api.user.get(f"/jobs?cursor={cursor}").json

    assert [job["job_id"] for job in rest["jobs"]] == [job_ids[2], job_ids[1], job_ids[0]]


def test_filters_are_applied_together_and_the_page_is_filled(api, job_ids):
    api.complete(job_ids[0])
    api.complete(job_ids[1])
    api.fail(job_ids[2])
    case_id = api.job(job_ids[1]).case_id

    assert pages(api.user, "/jobs?status=completed&limit=1") == [[job_ids[1]], [job_ids[0]]]
    assert pages(api.user, f"/jobs?case_id={case_id}") == [[job_ids[1]]]
    assert pages(api.user, f"/jobs?case_id={case_id}&status=failed") == [[]]
    assert pages(api.user, "/jobs?job_type=document_analysis_form7801&status=failed") == [[job_ids[2]]]
    assert pages(api.user, "/jobs?job_type=call_analysis") == [[]]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("status=done", "query:status"),
        ("status=", "query:status"),
        ("status=null", "query:status"),
        ("status=pending&status=failed", "query:status"),
        ("job_type=unknown", "query:job_type"),
        ("job_type=", "query:job_type"),
        ("case_id=", "query:case_id"),
        ("case_id=a%2Fb", "query:case_id"),
        ("limit=0", "query:limit"),
        ("limit=101", "query:limit"),
        ("limit=x", "query:limit"),
        ("limit=", "query:limit"),
        ("limit=-1", "query:limit"),
        ("scope=everything", "query:scope"),
        ("cursor=", "query:cursor"),
        ("cursor=nonsense", "query:cursor"),
        ("cursor=W10", "query:cursor"),
        ("cursor=WyIyMDI2LTA2LTEwVDA5OjAwOjAwWiIsIv8iLCJ4Il0", "query:cursor"),  # one letter changed: no UTF-8
    ],
)
def test_a_bad_value_is_a_422_that_points_at_it(api, query, pointer):
    answer = api.user.get(f"/jobs?{query}")

    assert (answer.status, answer.pointers) == (422, [pointer])


@pytest.mark.parametrize("limit", [1, 100])
def test_a_page_may_hold_one_to_a_hundred(api, limit):
    assert api.user.get(f"/jobs?limit={limit}").status == 200


def test_a_cursor_is_good_for_its_own_list_only(api, job_ids):
    cursor = api.user.get("/jobs?limit=2").json["next_cursor"]
    api.caller("user-3").new_job()

    answers = [
        api.other.get(f"/jobs?cursor={cursor}"),
        api.admin.get(f"/jobs?cursor={cursor}"),
        api.user.get(f"/jobs?status=pending&cursor={cursor}"),
        api.user.get(f"/jobs?case_id={api.job(job_ids[0]).case_id}&cursor={cursor}"),
        api.user.get(f"/cases?cursor={cursor}"),
    ]

    assert [(answer.status, answer.pointers) for answer in answers] == [(422, ["query:cursor"])] * 5


def test_a_user_sees_jobs_of_their_cases_and_those_they_started(api, job_ids):
    of_other = api.other.new_job()
    case_id = api.job(job_ids[0]).case_id
    by_admin = api.admin.new_job(case_id, {"dedupe": "none"})

    assert pages(api.user, "/jobs") == [[by_admin, *job_ids[::-1]]]
    assert pages(api.user, "/jobs?scope=mine") == [[by_admin, *job_ids[::-1]]]
    assert pages(api.other, "/jobs") == [[of_other]]


def test_an_admin_sees_all_unless_they_ask_for_theirs(api, job_ids):
    api.clock.advance(seconds=1)
    of_other = api.other.new_job()
    api.clock.advance(seconds=1)
    by_admin = api.admin.new_job(api.job(job_ids[0]).case_id, {"dedupe": "none"})

    everything = [by_admin, of_other, *job_ids[::-1]]
    assert pages(api.admin, "/jobs") == [everything]
    assert pages(api.admin, "/jobs?scope=all&limit=3") == [everything[:3], everything[3:6], everything[6:]]
    assert pages(api.admin, "/jobs?scope=mine") == [[by_admin]]


@pytest.mark.parametrize("path", ["/jobs?scope=all", "/cases?scope=all"])
def test_a_user_may_not_ask_for_all(api, path):
    answer = api.user.get(path)

    assert (answer.status, answer.code) == (403, "forbidden")


def test_what_has_expired_is_not_listed(api, job_ids):
    api.clock.advance(seconds=30 * 24 * 3600 - 3)  # 30 days and 2 s after the first: three are gone

    assert pages(api.user, "/jobs") == [job_ids[:2:-1]]


def test_cases_are_listed_newest_first_without_what_is_heavy(api):
    made = []
    for number in range(3):
        made.append(api.user.new_case(title=f"case {number}", metadata={"n": number}))
        api.clock.advance(seconds=1)
    api.other.new_case()
    api.user.put(f"/cases/{made[0]}/call", {"id": "call-1", "transcript": "User: א"})

    document_id = api.user.new_document(made[0], metadata={"document_summary": "s"})

    listed = api.user.get("/cases").json

    assert [case["id"] for case in listed["cases"]] == made[::-1]
    assert [case["documents"] for case in listed["cases"][:2]] == [[], []]
    documents = listed["cases"][2].pop("documents")
    assert documents == api.user.get(f"/cases/{made[0]}/documents").json["documents"]
    assert [document["id"] for document in documents] == [document_id]
    assert listed["cases"][2] == {
        "id": made[0],
        "user_id": "user-1",
        "title": "case 0",
        "description": "",
        "status": "open",
        "metadata": {"n": 0},
        "created_at": "2026-06-10T09:00:00.000000Z",
        "updated_at": "2026-06-10T09:00:03.000000Z",
        "claimant": "",
        "attention": {"blocking": 0, "check": 0, "unconfirmed": 0, "conflicts": 0, "open_jobs": 0},
        "form_7801_analysis_timestamp": None,
        "analysis_status": None,
    }
    assert pages(api.user, "/cases?limit=2", member="cases") == [[made[2], made[1]], [made[0]]]


def test_an_admin_lists_all_cases_or_their_own(api):
    of_user = api.user.new_case()
    api.clock.advance(seconds=1)
    of_admin = api.admin.new_case()

    assert pages(api.admin, "/cases", member="cases") == [[of_admin, of_user]]
    assert pages(api.admin, "/cases?scope=all&limit=1", member="cases") == [[of_admin], [of_user]]
    assert pages(api.admin, "/cases?scope=mine", member="cases") == [[of_admin]]


def test_a_cursor_of_cases_is_good_for_its_own_list_only(api):
    for _ in range(3):
        api.user.new_case()
    cursor = api.user.get("/cases?limit=1").json["next_cursor"]

    answers = [api.other.get(f"/cases?cursor={cursor}"), api.user.get(f"/jobs?cursor={cursor}")]

    assert [(answer.status, answer.pointers) for answer in answers] == [(422, ["query:cursor"])] * 2
