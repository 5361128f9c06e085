"""Responses in the background, with the real SDK: they grow ready, are cancelled, deleted, streamed again, expire."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import openai
import pytest

from emulator.in_flight import InFlight, Limits
from tests.unit.emulator.prompts import a_document

Control = Callable[..., Any]
PROMPT = a_document("ת.ז. 000000422\nאבחנה: סוכרת")
METADATA = {"job": "j1", "step": "extract", "fence": "3"}


@pytest.fixture
def later(control: Control) -> Iterator[Callable[[float], Any]]:
    """An answer takes 60 s; lets so many seconds pass."""
    control("POST", "pace", {"seconds": 60, "later_seconds": 7000})
    yield lambda seconds: control("POST", "clock", {"advance_seconds": seconds})
    control("POST", "pace", {"seconds": 0})


def _create(client: openai.OpenAI, **options: Any) -> Any:
    return client.responses.create(
        model="gpt-6-luna", input=PROMPT, background=True, metadata=METADATA, **{"store": True, **options}
    )


def test_it_is_queued_then_in_progress_then_completed(
    openai_client: openai.OpenAI, later: Callable[[float], Any]
) -> None:
    begun = _create(openai_client)
    seen = [openai_client.responses.retrieve(begun.id)]
    for seconds in (20, 45):
        later(seconds)
        seen.append(openai_client.responses.retrieve(begun.id))

    assert (begun.status, begun.background, begun.metadata, begun.usage) == ("queued", True, METADATA, None)
    assert [one.status for one in seen] == ["queued", "in_progress", "completed"]
    assert [bool(one.output_text) for one in seen] == [False, False, True]


def test_a_cancelled_one_keeps_the_usage_of_what_was_done(
    openai_client: openai.OpenAI, later: Callable[[float], Any]
) -> None:
    other, begun = _create(openai_client), _create(openai_client)
    later(30)

    cancelled = openai_client.responses.cancel(begun.id)
    later(60)
    again = openai_client.responses.cancel(begun.id)
    usage = openai_client.responses.retrieve(begun.id).usage
    whole = openai_client.responses.retrieve(other.id).usage

    assert (cancelled.status, again.status) == ("cancelled", "cancelled")
    assert whole
    assert usage
    assert usage.input_tokens == whole.input_tokens
    assert 0 < usage.output_tokens < whole.output_tokens


def test_only_the_background_can_be_cancelled_and_a_finished_one_stays_as_it_is(openai_client: openai.OpenAI) -> None:
    foreground = openai_client.responses.create(model="gpt-6-luna", input=PROMPT)

    with pytest.raises(openai.BadRequestError, match="synchronous"):
        openai_client.responses.cancel(foreground.id)
    assert openai_client.responses.cancel(_create(openai_client).id).status == "completed"


def test_a_deleted_one_is_gone(openai_client: openai.OpenAI) -> None:
    begun = _create(openai_client)

    openai_client.responses.delete(begun.id)

    with pytest.raises(openai.NotFoundError, match=begun.id):
        openai_client.responses.retrieve(begun.id)
    with pytest.raises(openai.NotFoundError):
        openai_client.responses.delete(begun.id)


@pytest.mark.parametrize(("store", "found"), [(True, True), (False, False), (None, False)])
def test_an_unstored_one_is_gone_ten_minutes_after_its_end(
    openai_client: openai.OpenAI, later: Callable[[float], Any], store: bool | None, found: bool
) -> None:
    begun = _create(openai_client, store=openai.omit if store is None else store)
    later(60 + 590)
    assert openai_client.responses.retrieve(begun.id).status == "completed"

    later(20)

    if found:
        assert openai_client.responses.retrieve(begun.id).status == "completed"
    else:
        with pytest.raises(openai.NotFoundError):
            openai_client.responses.retrieve(begun.id)


def test_a_stream_begins_queued_and_goes_on_after_any_event(openai_client: openai.OpenAI) -> None:
    with _create(openai_client, stream=True) as stream:
        events = list(stream)

    with openai_client.responses.retrieve(events[0].response.id, stream=True, starting_after=4) as stream:
        rest = list(stream)

    assert [event.type for event in events[:3]] == ["response.created", "response.queued", "response.in_progress"]
    assert events[0].response.status == "queued"
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.sequence_number for event in rest] == list(range(5, len(events)))
    assert rest[-1].type == "response.completed"


def test_a_follower_that_leaves_does_not_stop_it(openai_client: openai.OpenAI, later: Callable[[float], Any]) -> None:
    with _create(openai_client, stream=True) as stream:
        first = next(iter(stream))
    later(61)

    answered = openai_client.responses.retrieve(first.response.id)

    assert answered.status == "completed"
    assert "סוכרת" in answered.output_text


def test_a_stream_cannot_be_resumed_after_five_minutes_but_is_still_read(
    openai_client: openai.OpenAI, later: Callable[[float], Any]
) -> None:
    with _create(openai_client, stream=True) as stream:
        response_id = next(iter(stream)).response.id
    later(301)

    with pytest.raises(openai.BadRequestError, match="more than 5 minutes old"):
        openai_client.responses.retrieve(response_id, stream=True, starting_after=1)
    assert openai_client.responses.retrieve(response_id).status == "completed"


def test_only_what_was_created_as_a_stream_is_streamed_again(openai_client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="stream=true"):
        openai_client.responses.retrieve(_create(openai_client).id, stream=True)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"background_options": {"completion_window": "2h"}, "stream": True}, "streaming"),
        ({"background_options": {"completion_window": "2h"}, "service_tier": "priority"}, "standard"),
        ({"background_options": {"completion_window": "9h"}}, "Supported values"),
        ({"background_options": {"completion_window": "2h"}, "background": False}, "background"),
        ({"metadata": {"k" * 65: "v"}}, "too long"),
        ({"metadata": {"k": "v" * 513}}, "too long"),
        ({"metadata": {str(number): "v" for number in range(17)}}, "at most 16"),
    ],
)
def test_wrong_combinations_are_refused(openai_client: openai.OpenAI, options: dict[str, Any], problem: str) -> None:
    given: dict[str, Any] = {"model": "gpt-6-luna", "input": PROMPT, "background": True, **options}

    with pytest.raises(openai.BadRequestError, match=problem):
        openai_client.responses.create(**given)


def test_a_later_window_takes_longer(openai_client: openai.OpenAI, later: Callable[[float], Any]) -> None:
    begun = _create(openai_client, background_options={"completion_window": "2h"})

    later(3600)
    assert openai_client.responses.retrieve(begun.id).status == "in_progress"
    later(3500)
    assert openai_client.responses.retrieve(begun.id).status == "completed"


def test_the_background_can_be_out_while_the_foreground_works(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"kind": "unavailable", "background": True, "times": 9})

    with pytest.raises(openai.InternalServerError):
        _create(openai_client)
    assert openai_client.responses.create(model="gpt-6-luna", input=PROMPT).status == "completed"


def test_an_answer_to_a_creation_can_be_lost_and_its_response_is_found_by_its_metadata(
    openai_client: openai.OpenAI, control: Control
) -> None:
    control("POST", "faults", {"kind": "lost_create"})

    with pytest.raises(openai.APIConnectionError):
        _create(openai_client)

    (left,) = control("GET", "responses")["responses"]
    assert (left["metadata"], left["background"], left["stored"]) == (METADATA, True, True)
    assert openai_client.responses.retrieve(left["id"]).metadata == METADATA


def test_one_question_has_one_fingerprint_however_it_is_asked(openai_client: openai.OpenAI, control: Control) -> None:
    _create(openai_client)
    openai_client.responses.create(model="gpt-6-luna", input=PROMPT, store=False)

    entries = control("GET", "log")["requests"]

    assert len({entry["body_sha256"] for entry in entries}) == 1


def test_calls_at_once_are_counted_and_refused_past_a_limit(
    openai_client: openai.OpenAI, control: Control, later: Callable[[float], Any]
) -> None:
    control("POST", "limits", {"openai": 2})
    begun = [_create(openai_client) for _ in range(2)]

    with pytest.raises(openai.RateLimitError):
        _create(openai_client)
    openai_client.responses.cancel(begun[0].id)
    _create(openai_client)

    assert control("GET", "limits")["highest"] == {"openai": 2}
    later(61)
    assert _create(openai_client).status == "queued"


def test_a_call_in_the_background_counts_once_also_while_its_creation_is_streamed(
    openai_client: openai.OpenAI, control: Control, later: Callable[[float], Any]
) -> None:
    control("POST", "limits", {"openai": 2})

    with _create(openai_client, stream=True) as events:
        next(iter(events))
        second = _create(openai_client)

    assert second.status == "queued"
    assert control("GET", "limits")["highest"] == {"openai": 2}


def test_who_has_an_answer_may_ask_again_at_once(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "limits", {"openai": 1})

    for _ in range(20):
        with openai_client.responses.create(model="gpt-6-luna", input=PROMPT, stream=True) as events:
            next(event for event in events if event.type == "response.completed")

    assert control("GET", "limits")["highest"] == {"openai": 1}


def test_what_only_the_background_meets_has_a_share_of_its_own_and_takes_turns(
    openai_client: openai.OpenAI, control: Control
) -> None:
    kinds = ["server_error", "webhook_lost", "webhook_twice"]
    control("POST", "faults", {"rate": 0.0, "kinds": kinds, "background_rate": 1.0})

    for _ in range(4):
        _create(openai_client)
    openai_client.responses.create(model="gpt-6-luna", input=PROMPT)

    met = [call["fault"] for call in control("GET", "log")["requests"]]
    assert sorted(met[:4]) == ["webhook_lost", "webhook_lost", "webhook_twice", "webhook_twice"]
    assert met[4] is None


def test_faults_at_random_fit_the_calls_they_meet(openai_client: openai.OpenAI, control: Control) -> None:
    control("POST", "faults", {"rate": 1.0, "kinds": ["lost_create", "truncated_tool_call"]})

    assert openai_client.responses.create(model="gpt-6-luna", input=PROMPT).status == "completed"
    with pytest.raises(openai.APIConnectionError):
        _create(openai_client)


def test_a_call_that_goes_into_the_background_is_never_counted_twice() -> None:
    in_flight, there = InFlight(), list[str]()
    in_flight.limits = Limits(openai=2)
    admitted: list[bool] = []

    def another() -> None:
        with in_flight.call("openai", background=lambda: len(there)) as is_admitted:
            admitted.append(is_admitted)

    with ExitStack() as call:
        call.enter_context(in_flight.call("openai", background=lambda: len(there)))
        other = threading.Thread(target=another)
        with in_flight.held():
            there.append("the call")
            other.start()
            other.join(0.05)
            call.close()
        other.join()

    assert (admitted, in_flight.listed()["highest"]) == ([True], {"openai": 2})
