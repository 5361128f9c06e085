"""The control surface: what was asked is counted, faults come when they were ordered, bad orders are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
import openai
import pytest

Control = Callable[..., Any]


def _openai(client: openai.OpenAI, text: str = "x") -> Any:
    return client.responses.create(model="gpt-6-luna", input=text)


def _anthropic(client: anthropic.Anthropic) -> Any:
    return client.messages.create(model="claude-haiku-5-5", max_tokens=100, messages=[{"role": "user", "content": "x"}])


def test_the_log_tells_who_asked_what(openai_client: openai.OpenAI, control: Control) -> None:
    _openai(openai_client)

    (entry,) = control("GET", "log")["requests"]

    assert entry["at"] > 1_700_000_000
    assert len(entry["body_sha256"]) == 64
    assert {name: entry[name] for name in ("provider", "path", "model", "stream", "fault", "outcome")} == {
        "provider": "openai",
        "path": "/v1/responses",
        "model": "gpt-6-luna",
        "stream": False,
        "fault": None,
        "outcome": "answered",
    }
    assert "body" not in entry


def test_the_same_question_asked_again_has_the_same_fingerprint(openai_client: openai.OpenAI, control: Control) -> None:
    for text in ("one", "two", "one"):
        _openai(openai_client, text)

    first, second, third = (entry["body_sha256"] for entry in control("GET", "log")["requests"])

    assert first == third != second


def test_bodies_are_given_when_asked_for(openai_client: openai.OpenAI, control: Control) -> None:
    _openai(openai_client, "the question")

    (entry,) = control("GET", "log?bodies=1")["requests"]

    assert entry["body"]["input"] == "the question"


def test_counting_tokens_is_no_call_to_a_model(anthropic_client: anthropic.Anthropic, control: Control) -> None:
    control("POST", "faults", {"kind": "server_error"})

    anthropic_client.messages.count_tokens(model="m", messages=[{"role": "user", "content": "x"}])

    assert control("GET", "log")["count"] == 0
    assert len(control("GET", "faults")["queue"]) == 1


def test_a_failed_call_is_logged_with_its_fault(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "server_error"})

    with pytest.raises(openai.InternalServerError):
        _openai(openai_client)

    (entry,) = control("GET", "log")["requests"]
    assert (entry["fault"], entry["outcome"]) == ("server_error", "failed")


def test_a_client_that_leaves_is_seen(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "hang"})

    with pytest.raises(openai.APITimeoutError):
        openai_client.with_options(timeout=0.1).responses.create(model="gpt-6-luna", input="x")

    (entry,) = control("GET", "log")["requests"]
    assert entry["fault"] == "hang"
    assert entry["outcome"] != "answered"


def test_faults_come_in_order_to_the_calls_they_fit(
    openai_client: openai.OpenAI, anthropic_client: anthropic.Anthropic, control: Control
) -> None:
    control("POST", "faults", [{"kind": "overloaded", "provider": "anthropic"}, {"kind": "server_error"}])

    with pytest.raises(openai.InternalServerError) as first:
        _openai(openai_client)
    with pytest.raises(anthropic.InternalServerError) as second:
        _anthropic(anthropic_client)

    assert (first.value.status_code, second.value.status_code) == (500, 529)
    assert control("GET", "faults") == {"queue": [], "random": None}


def test_a_fault_may_wait_and_may_come_more_than_once(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "server_error", "after": 2, "times": 2})

    outcomes = []
    for _ in range(5):
        try:
            outcomes.append(_openai(openai_client).status)
        except openai.InternalServerError:
            outcomes.append("failed")

    assert outcomes == ["completed", "completed", "failed", "failed", "completed"]


def test_random_faults_come_at_their_rate_and_repeat_with_their_seed(
    openai_client: openai.OpenAI, control: Control
) -> None:
    def outcomes() -> list[str]:
        control("DELETE", "faults")
        control("POST", "faults", {"rate": 0.3, "seed": 7, "kinds": ["server_error", "overloaded"]})
        seen = []
        for number in range(60):
            try:
                seen.append(_openai(openai_client, f"question {number}").status)
            except openai.InternalServerError as exc:
                seen.append(str(exc.status_code))
        return seen

    first = outcomes()
    control("DELETE", "")
    second = outcomes()

    assert 10 <= len([outcome for outcome in first if outcome != "completed"]) <= 26  # 18 expected, ± 2 deviations
    assert first == second


def test_a_question_that_failed_by_chance_may_succeed_when_asked_again(
    openai_client: openai.OpenAI, control: Control
) -> None:
    control("POST", "faults", {"rate": 0.5, "seed": 1, "kinds": ["server_error"]})

    seen = set()
    for _ in range(20):
        try:
            seen.add(_openai(openai_client).status)
        except openai.InternalServerError:
            seen.add("failed")

    assert seen == {"completed", "failed"}


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("faults", {"kind": "earthquake"}, "no such fault"),
        ("faults", {"kind": "drop", "colour": "red"}, "colour"),
        ("faults", {"rate": 0.1, "kinds": ["earthquake"]}, "no such fault"),
        ("plant", {"kinds": ["roses"]}, "cannot plant roses"),
        ("pace", {"seconds": -1}, "seconds"),
    ],
)
def test_an_order_that_cannot_be_understood_is_refused_with_the_reason(
    control_client: httpx2.Client, name: str, body: Any, words: str
) -> None:
    answer = control_client.post(f"/__emulator/{name}", json=body)

    assert answer.status_code == 422
    assert words in answer.json()["error"]


def test_everything_is_forgotten_at_once(openai_client: openai.OpenAI, control: Control) -> None:
    _openai(openai_client)
    control("POST", "faults", {"kind": "server_error"})
    control("POST", "plant", {"kinds": ["bad_ids"]})

    control("DELETE", "")

    assert control("GET", "log")["count"] == 0
    assert control("GET", "faults")["queue"] == []
    assert control("GET", "plant") == {"kinds": [], "planted": []}


def test_it_says_that_it_is_there_and_what_can_be_told(control: Control, control_client: httpx2.Client) -> None:
    assert control("GET", "health") == {"status": "ok"}
    assert "GET|POST|DELETE /__emulator/faults" in control("GET", "")
    assert control_client.get("/__emulator/nothing").status_code == 404
    assert control_client.put("/__emulator/log").status_code == 405


def test_the_pace_is_the_time_of_a_whole_answer() -> None:
    from threading import Event

    from emulator.pace import Pace

    class RecordingEvent(Event):
        def __init__(self) -> None:
            super().__init__()
            self.waited: list[float] = []

        def wait(self, timeout: float | None = None) -> bool:
            self.waited.append(timeout or 0)
            return False

    event = RecordingEvent()

    sent = list(Pace(4.0, event).flow(["a", "b", "c", "d"]))

    assert sent == ["a", "b", "c", "d"]
    assert event.waited == pytest.approx([0.8, 0.8, 0.8, 0.8, 0.8])  # a fifth first, then the rest in equal parts


def test_an_unknown_route_is_the_providers_own_not_found(control_client: httpx2.Client) -> None:
    answer = control_client.get("/v1/nothing", headers={"authorization": "Bearer k"})

    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_a_body_that_is_no_json_is_a_400(control_client: httpx2.Client) -> None:
    answer = control_client.post("/v1/responses", content=b"{", headers={"authorization": "Bearer k"})

    assert answer.status_code == 400
