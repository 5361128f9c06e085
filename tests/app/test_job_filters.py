"""Does a list of jobs show those of one error, and of one user, to those who may see them?"""

from __future__ import annotations

import pytest

from chalicelib.errors import BudgetExceeded, ProviderUnavailable
from tests.app.test_lists import pages


@pytest.fixture
def jobs(api):
    """By name: jobs of two users; two failed of different causes, one done."""
    made = {}
    for name, caller in (("quota", api.user), ("budget", api.user), ("done", api.user), ("theirs", api.other)):
        made[name] = caller.new_job()
        api.clock.advance(seconds=1)
    api.fail(made["quota"], ProviderUnavailable("It did not answer."))
    api.fail(made["budget"], BudgetExceeded("Too dear."))
    api.fail(made["theirs"], BudgetExceeded("Too dear."))
    api.complete(made["done"])
    return made


def test_jobs_of_one_error_are_listed(api, jobs):
    assert pages(api.user, "/jobs?error_code=budget_exceeded") == [[jobs["budget"]]]
    assert pages(api.admin, "/jobs?error_code=budget_exceeded&limit=1") == [[jobs["theirs"]], [jobs["budget"]]]
    assert pages(api.user, "/jobs?error_code=internal") == [[]]
    assert pages(api.user, "/jobs?error_code=budget_exceeded&status=completed") == [[]]


def test_an_admin_lists_the_jobs_of_one_user(api, jobs):
    assert pages(api.admin, "/jobs?user_id=user-2") == [[jobs["theirs"]]]
    assert pages(api.admin, "/jobs?user_id=user-1&limit=2") == [[jobs["done"], jobs["budget"]], [jobs["quota"]]]
    assert pages(api.admin, "/jobs?user_id=user-1&error_code=budget_exceeded") == [[jobs["budget"]]]
    assert pages(api.admin, "/jobs?user_id=nobody") == [[]]


def test_a_user_may_name_themselves_and_nobody_else(api, jobs):
    assert pages(api.user, "/jobs?user_id=user-1&error_code=budget_exceeded") == [[jobs["budget"]]]
    answer = api.user.get("/jobs?user_id=user-2")
    assert (answer.status, answer.code) == (403, "forbidden")
    assert api.user.get("/jobs?user_id=user-1&scope=all").status == 403


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("error_code=", "query:error_code"),
        ("error_code=out_of_luck", "query:error_code"),
        ("user_id=", "query:user_id"),
        (f"user_id={'u' * 256}", "query:user_id"),
        ("user_id=user-1&scope=mine", "query:user_id"),
    ],
)
def test_a_bad_filter_is_refused_at_its_place(api, query, pointer):
    answer = api.admin.get(f"/jobs?{query}")

    assert (answer.status, answer.pointers) == (422, [pointer])


def test_a_cursor_belongs_to_its_filters(api, jobs):
    cursor = api.admin.get("/jobs?user_id=user-1&limit=1").json["next_cursor"]

    assert api.admin.get(f"/jobs?user_id=user-1&cursor={cursor}").status == 200
    for other in ("user_id=user-2&", "error_code=internal&", "error_code=budget_exceeded&user_id=user-1&", ""):
        assert api.admin.get(f"/jobs?{other}cursor={cursor}").pointers == ["query:cursor"]
