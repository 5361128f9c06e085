from __future__ import annotations

import pytest

from chalicelib.adapters.http_retry_after import retry_after_seconds, seconds_in_words


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3600"}, 3600.0),  # however long
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "200"}, 0.2),
        ({"retry-after-ms": "200", "retry-after": "9"}, 0.2),  # the finer one wins
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT", "date": "Wed, 21 Oct 2026 07:27:00 GMT"}, 60.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:26:00 GMT", "date": "Wed, 21 Oct 2026 07:27:00 GMT"}, 0.0),  # past
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),  # a date, and nothing to count it from
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": ""}, None),
        # limits per minute without a Retry-After: the last of the exhausted windows counts
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s"}, 360.0),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1s500ms"}, 1.5),
        ({"x-ratelimit-remaining-tokens": "12", "x-ratelimit-reset-tokens": "6m0s"}, None),  # not exhausted
        (
            {
                "anthropic-ratelimit-input-tokens-remaining": "0",
                "anthropic-ratelimit-input-tokens-reset": "2026-10-21T07:28:00Z",
                "date": "Wed, 21 Oct 2026 07:27:15 GMT",
            },
            45.0,
        ),
        ({}, None),
    ],
)
def test_the_wait_is_understood_however_it_is_written(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_seconds(headers) == seconds


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Rate limit reached for gpt-6-luna. Please try again in 2.5s. Visit our page.", 2.5),
        ("Please try again in 480ms.", 0.48),
        ("Please retry after 20 seconds.", 20.0),
        ("try again in 1 minute", 60.0),
        ("Limit 200, Used 200, Requested 1. Please try again in 7m12s. Visit our page.", 432.0),
        ("Please try again in 6m0s.", 360.0),
        ("Please try again in 1h12m3.5s.", 4323.5),
        ("Please try again in 1d2h.", 93_600.0),
        ("Please retry in 2 hours and 5 minutes.", 7500.0),
        ("Do not wait 3 men long.", None),
        ("Rate limit reached: 200000 tokens per min.", None),
        ("", None),
    ],
)
def test_a_wait_named_in_words_is_understood(message: str, seconds: float | None) -> None:
    assert seconds_in_words(message) == seconds
