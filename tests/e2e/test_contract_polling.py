"""Does polling hold on the running system: under load, for frontends written long ago, and while others wait?"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib.analyses import catalogue
from infra.local.resources import resource_names
from tests.e2e.asking import WAIT_SECONDS, Asker
from tests.e2e.local_system import Running, wait_until

pytestmark = pytest.mark.e2e

USERS, JOBS_EACH = 5, 10
LOAD_WITHIN_SECONDS = 240  # on a busy machine; a fraction of it on an idle one

# An analysis that takes 60 s, asked about every 2 s, on a clock that runs twenty times as fast.
SCALE = 20
OLD_ANALYSIS_SECONDS = 60
OLD_POLL_SECONDS = 2
OLD_FIELDS = (
    *("job_id", "job_type", "status", "progress", "progress_message", "result", "error", "metadata"),
    *("created_at", "started_at", "completed_at"),
)
OLD_START_FIELDS = ("job_id", "message", "poll_url")

OPEN_SECONDS = 8
"""How long a job stays open that much is asked about meanwhile, on a busy machine too."""

POLLS = 30
A_POLL_AT_MOST_SECONDS = 2.0


ROUTES = {job_type: analysis.route for job_type, analysis in catalogue().items()}


@contextmanager
def answers_within(local: Running, seconds: float) -> Iterator[None]:
    """Let the providers take as long as that for an answer, then as long as before."""
    before = local.models().call("GET", "/__emulator/pace")
    local.models().call("POST", "/__emulator/pace", {"seconds": seconds})
    try:
        yield
    finally:
        local.models().call("POST", "/__emulator/pace", before)


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [running.result() for running in [pool.submit(call) for call in calls]]


def followed(user: Asker, job_id: str) -> dict[str, Any]:
    """The job once it is done, asked about as often as its hints say."""
    deadline = time.monotonic() + 2 * WAIT_SECONDS
    while not (job := user.get(f"/jobs/{job_id}").json)["done"]:
        assert time.monotonic() < deadline, job
        time.sleep(min(job["retry_after_ms"] / 1000, 1))
    return dict(job)


def messages_left(local: Running) -> dict[str, int]:
    """How many messages each queue still holds, on their way, in work or given up."""
    resources = resource_names(f"http://127.0.0.1:{local.ports.aws}")
    names = ("high_queue_url", "normal_queue_url", "high_dead_letter_queue_url", "normal_dead_letter_queue_url")
    wanted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = {}
    for name in names:
        asked = resources.client("sqs").get_queue_attributes(QueueUrl=getattr(resources, name), AttributeNames=wanted)
        found[name] = sum(int(value) for value in asked["Attributes"].values())
    return found


def test_five_users_with_ten_jobs_each_lose_nothing_and_every_job_is_done(local: Running) -> None:
    users = [Asker(local, f"load-{number}") for number in range(USERS)]
    routes = [*ROUTES.values()]
    began = time.monotonic()

    def run_all(user: Asker) -> list[dict[str, Any]]:
        paths = [routes[n % len(routes)].format(case_id=user.new_case()) for n in range(JOBS_EACH)]
        started = [user.post(path) for path in paths]
        assert [answer.status for answer in started] == [202] * JOBS_EACH
        return [followed(user, answer.json["job_id"]) for answer in started]

    done = at_once([lambda user=user: run_all(user) for user in users])

    took = time.monotonic() - began
    every = [job for jobs in done for job in jobs]
    assert Counter(job["status"] for job in every) == {"completed": USERS * JOBS_EACH}
    assert all(job["result"]["case_id"] == job["metadata"]["case_id"] for job in every)
    assert all(job["attempt"] == 1 for job in every)
    for user, jobs in zip(users, done, strict=True):
        listed = user.get("/jobs?limit=100&status=completed").json
        assert {job["job_id"] for job in listed["jobs"]} == {job["job_id"] for job in jobs}
    wait_until(lambda: not any(messages_left(local).values()), lambda: f"left in the queues: {messages_left(local)}")
    assert took < LOAD_WITHIN_SECONDS


@pytest.mark.parametrize("job_type", ROUTES)
def test_the_old_frontends_loop_works_unchanged(local: Running, job_type: str) -> None:
    user = Asker(local, f"old-{job_type}")
    case_id = user.new_case()
    seen: list[dict[str, Any]] = []

    with answers_within(local, OLD_ANALYSIS_SECONDS / SCALE):
        started = {name: user.post(ROUTES[job_type].format(case_id=case_id)).json[name] for name in OLD_START_FIELDS}
        deadline = time.monotonic() + WAIT_SECONDS
        while not seen or seen[-1]["status"] not in ("completed", "failed"):
            assert time.monotonic() < deadline
            time.sleep(OLD_POLL_SECONDS / SCALE)
            answer = user.get(started["poll_url"])
            assert answer.status == 200
            seen.append({name: answer.json[name] for name in OLD_FIELDS})

    last = seen[-1]
    progress = [job["progress"] for job in seen]
    assert (last["status"], last["progress"], last["progress_message"]) == ("completed", 100, "Completed")
    assert {"pending", "running"} >= {job["status"] for job in seen[:-1]} >= {"running"}
    assert progress == sorted(progress)
    assert last["result"]["case_id"] == case_id
    assert last["error"] is None
    assert last["completed_at"].startswith(last["created_at"][:4])
    assert last["metadata"]["case_id"] == case_id
    assert started["job_id"] in started["message"]


def test_twenty_posts_at_once_are_one_job_one_message_and_one_analysis(local: Running) -> None:
    user = Asker(local, "eager")
    path = ROUTES["call_analysis"].format(case_id=user.new_case())
    asked_before = local.models().call("GET", "/__emulator/log")["count"]

    with answers_within(local, OPEN_SECONDS):
        answers = at_once([lambda: user.post(path)] * 20)
        (job_id,) = {answer.json["job_id"] for answer in answers}
        followed(user, job_id)

    assert [answer.status for answer in answers] == [202] * 20
    assert sorted(answer.json["deduplicated"] for answer in answers) == [False, *[True] * 19]
    assert user.get("/jobs").json["count"] == 1
    wait_until(lambda: not any(messages_left(local).values()), lambda: f"left in the queues: {messages_left(local)}")
    assert local.models().call("GET", "/__emulator/log")["count"] == asked_before + 1
