"""What does a Prefer header ask for, and how is the waiting done?"""

from __future__ import annotations

import time

import pytest

from chalicelib.api.prefer import LONGEST_HEADER, applied, held, wait_seconds
from chalicelib.errors import Unavailable


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("wait=10", 10),
        ("WAIT=10", 10),
        (" wait = 10 ", 10),
        ('wait="10"', 10),
        ("wait=010", 10),
        ("respond-async, wait=5", 5),
        ("wait=5; strict, respond-async", 5),
        ("wait=5,wait=9", 5),
        ("wait=20", 20),
        ("wait=21", 20),
        ("wait=1000", 20),
        ("wait=" + "9" * 1000, 20),
        ("wait=" + "0" * 1000 + "7", 7),
        ("handling=lenient;wait=5, wait=3", 3),
        ('note="one, two", wait=5', 5),
        ('note="one, wait=5, two"', 0),
        ('note="an \\" in quotes, wait=5"', 0),
        (None, 0),
        ("", 0),
        ("wait", 0),
        ("wait=", 0),
        ("wait=0", 0),
        ("wait=-5", 0),
        ("wait=+5", 0),
        ("wait=5.5", 0),
        ("wait=5s", 0),
        ("wait=٥", 0),
        ('wait="5', 0),
        ("await=5", 0),
        ("wait:5", 0),
        ("return=minimal", 0),
        ("wait=5" + " " * (LONGEST_HEADER - 6), 5),
        ("wait=5" + " " * (LONGEST_HEADER - 5), 0),  # longer than any that is meant
    ],
)
def test_the_seconds_a_client_prefers_to_wait(header, seconds):
    assert wait_seconds(header) == seconds


@pytest.mark.parametrize("header", ["wait=" + "0" * 16_000 + "x", '"' + '\\"' * 16_000, "wait=" + " " * 16_000 + "x"])
@pytest.mark.parametrize("length", [LONGEST_HEADER, None])
def test_a_long_header_is_read_in_no_time(header, length):
    began = time.process_time()

    assert wait_seconds(header[:length]) == 0
    assert time.process_time() - began < 1


def test_waiting_ends_as_soon_as_there_is_something_to_tell(clock):
    values = iter([1, 2, 3])
    slept = []

    value = held(
        0,
        read=lambda: next(values),
        until=lambda value: value == 2,
        seconds=20,
        clock=clock,
        sleep=lambda seconds: (slept.append(seconds), clock.advance(seconds=seconds)),
    )

    assert value == 2
    assert slept == [0.5, 0.5]


def test_waiting_ends_when_the_time_is_up_and_looks_at_most_25_times(clock):
    slept, looks = [], []

    value = held(
        "same",
        read=lambda: looks.append(1) or "same",
        until=lambda value: False,
        seconds=20,
        clock=clock,
        sleep=lambda seconds: (slept.append(seconds), clock.advance(seconds=seconds)),
    )

    assert value == "same"
    assert sum(slept) == 20
    assert len(looks) == 25  # 10 × 0.5 s and 15 × 1 s


def test_a_look_that_fails_is_one_without_news(clock):
    looks = iter([Unavailable("It does not answer."), "later", Unavailable("It does not answer.")])

    def read():
        found = next(looks, "latest")
        if isinstance(found, Unavailable):
            raise found
        return found

    def waited(seconds):
        return held("now", read=read, until=lambda _: False, seconds=seconds, clock=clock, sleep=sleep)

    def sleep(seconds):
        clock.advance(seconds=seconds)

    assert waited(0.5) == "now"
    assert waited(1.0) == "later"


def test_what_is_settled_already_is_not_waited_for(clock):
    def never(*_):
        raise AssertionError

    assert held("now", read=never, until=lambda _: True, seconds=20, clock=clock, sleep=never) == "now"


def test_the_answer_says_what_was_applied():
    assert applied(20) == {"Preference-Applied": "wait=20"}
