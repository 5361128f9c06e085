"""Who learns how Casework is?"""

from __future__ import annotations

import pytest

from chalicelib import __version__
from chalicelib.errors import StorageUnavailable


def good():
    pass


def bad():
    raise StorageUnavailable("It does not answer.")


def test_a_plain_look_needs_no_token_and_touches_nothing(api):
    answer = api.nobody.get("/health")

    assert (answer.status, answer.json) == (200, {"status": "ok", "version": __version__})
    assert api.jobs.calls == api.cases.calls == []


def test_a_plain_look_does_not_mind_a_bad_token(api):
    assert api.nobody.get("/health", Authorization="Bearer nonsense").status == 200


def test_a_deep_look_is_for_admins(api):
    assert (api.nobody.get("/health?deep=1").status, api.user.get("/health?deep=1").status) == (401, 403)


def test_a_deep_look_names_what_it_asked(api):
    api.system.health_checks = {"table": good, "queue": good, "bucket": good}

    answer = api.admin.get("/health?deep=1")

    assert answer.status == 200
    assert answer.json["status"] == "ok"
    assert answer.json["checks"] == {"table": "ok", "queue": "ok", "bucket": "ok"}


def test_a_part_that_does_not_answer_makes_it_degraded(api):
    api.system.health_checks = {"table": good, "queue": bad, "bucket": good}

    answer = api.admin.get("/health?deep=1")

    assert answer.status == 503
    assert answer.json["status"] == "degraded"
    assert answer.json["checks"] == {"table": "ok", "queue": "unavailable", "bucket": "ok"}
    assert "Retry-After" in answer.headers


@pytest.mark.parametrize("deep", ["2", "yes", ""])
def test_another_depth_is_a_422(api, deep):
    assert api.nobody.get(f"/health?deep={deep}").pointers == ["query:deep"]


def test_a_monitor_may_ask_with_head(api):
    answer = api.nobody.send("HEAD", "/health")

    assert (answer.status, answer.text) == (200, "")
    assert answer.headers["Content-Type"] == "application/json"


def test_head_is_no_operation_of_its_own_in_the_description(api):
    assert set(api.nobody.get("/openapi.json").json["paths"]["/health"]) == {"get"}
