"""When is the issuer asked for its keys, and what follows when it does not answer?"""

from __future__ import annotations

import json
import threading

import pytest

from chalicelib.errors import Unavailable
from chalicelib.jwks import FetchFailed, KeySet, fetch_within, parse_keys
from tests.unit.auth.conftest import public_entry


@pytest.fixture
def key_set(issuer, clock) -> KeySet:
    return KeySet(issuer.url, clock=clock)


def test_the_keys_are_fetched_once_and_kept_for_five_minutes(key_set, issuer, clock, keys):
    issuer.publish(public_entry(keys.rsa, "k1"))

    first = key_set.find("k1")
    clock.advance(seconds=299)
    second = key_set.find("k1")
    asked_while_fresh = issuer.requests
    clock.advance(seconds=1)
    key_set.find("k1")

    assert first is not None
    assert first.algorithm == "RS256"
    assert second is first
    assert asked_while_fresh == 1
    assert issuer.requests == 2


def test_an_unknown_key_is_looked_for_again_only_30_seconds_after_the_last_fetch(key_set, issuer, clock, keys):
    issuer.publish(public_entry(keys.rsa, "k1"))
    key_set.find("k1")
    issuer.publish(public_entry(keys.rsa, "k1"), public_entry(keys.ec, "k2"))

    clock.advance(seconds=29)
    too_soon = key_set.find("k2")
    asked_too_soon = issuer.requests
    clock.advance(seconds=1)
    found = key_set.find("k2")

    assert too_soon is None
    assert asked_too_soon == 1
    assert found is not None
    assert found.algorithm == "ES256"
    assert issuer.requests == 2


def test_a_key_that_never_existed_costs_one_fetch_in_30_seconds(key_set, issuer, clock, keys):
    issuer.publish(public_entry(keys.rsa, "k1"))
    key_set.find("k1")
    clock.advance(seconds=30)

    missing = [key_set.find(f"made-up-{number}") for number in range(20)]

    assert missing == [None] * 20
    assert issuer.requests == 2


def test_a_key_that_was_withdrawn_is_gone_after_five_minutes(key_set, issuer, clock, keys):
    issuer.publish(public_entry(keys.rsa, "k1"))
    key_set.find("k1")
    issuer.publish(public_entry(keys.ec, "k2"))

    clock.advance(seconds=300)

    assert key_set.find("k1") is None


def test_a_token_without_a_key_id_gets_the_only_key_and_none_of_several(key_set, issuer, clock, keys):
    issuer.publish(public_entry(keys.rsa, "k1"))
    only = key_set.find(None)
    issuer.publish(public_entry(keys.rsa, "k1"), public_entry(keys.ec, "k2"))
    clock.advance(seconds=300)

    assert only is not None
    assert key_set.find(None) is None


@pytest.mark.parametrize("status", [404, 500])
def test_without_any_keys_nothing_can_be_said_about_a_token(key_set, issuer, status):
    issuer.status = status

    with pytest.raises(Unavailable):
        key_set.find("k1")


def test_an_issuer_that_just_failed_is_not_asked_again_at_once(key_set, issuer, clock, keys):
    issuer.status = 500
    for _ in range(5):
        with pytest.raises(Unavailable):
            key_set.find("k1")
    asked_while_down = issuer.requests
    issuer.status = 200
    issuer.publish(public_entry(keys.rsa, "k1"))

    clock.advance(seconds=5)

    assert key_set.find("k1") is not None
    assert asked_while_down == 1


def test_known_keys_are_used_for_an_hour_while_the_issuer_is_down(key_set, issuer, clock, keys):
    issuer.publish(public_entry(keys.rsa, "k1"))
    key_set.find("k1")
    issuer.status = 500

    clock.advance(seconds=59 * 60)
    still_known = key_set.find("k1")
    clock.advance(seconds=60)

    assert still_known is not None
    with pytest.raises(Unavailable):
        key_set.find("k1")


def test_an_unknown_key_while_the_issuer_is_down_is_not_the_callers_fault(key_set, issuer, clock, keys):
    issuer.publish(public_entry(keys.rsa, "k1"))
    key_set.find("k1")
    issuer.status = 500

    clock.advance(seconds=30)

    with pytest.raises(Unavailable):
        key_set.find("k2")


def test_threads_that_need_the_keys_together_wait_for_one_fetch(key_set, issuer, keys):
    issuer.publish(public_entry(keys.rsa, "k1"))
    issuer.hold.clear()
    found = []
    threads = [threading.Thread(target=lambda: found.append(key_set.find("k1"))) for _ in range(8)]

    for thread in threads:
        thread.start()
    issuer.hold.set()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert None not in found
    assert issuer.requests == 1


def test_an_issuer_that_does_not_answer_is_given_up(issuer):
    issuer.hold.clear()  # until the test is over: who waits for an answer waits for ever

    with pytest.raises(FetchFailed):
        fetch_within(0.2)(issuer.url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/jwks", "http://[broken/jwks", "nonsense"])
def test_an_issuer_that_cannot_be_reached_is_a_failed_fetch(url):
    with pytest.raises(FetchFailed):
        fetch_within(2)(url)


def test_a_document_without_an_end_is_not_read_to_its_end(issuer):
    issuer.document = b" " * (1024 * 1024 + 1)

    with pytest.raises(FetchFailed):
        fetch_within(2)(issuer.url)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{}",
        b'{"keys": 5}',
        b'{"keys": []}',
        b'{"keys": [5]}',
        b'{"keys": [{"kid": "\xe9"}]}',
        b"[" * 50_000,
    ],
)
def test_what_is_no_key_set_is_a_failed_fetch(document):
    with pytest.raises(FetchFailed):
        parse_keys(document)


def test_keys_that_must_not_verify_a_token_are_passed_over(keys):
    good = public_entry(keys.ec, "good")
    unfit = [
        {**public_entry(keys.rsa, "a"), "use": "enc"},
        {**public_entry(keys.rsa, "b"), "alg": "RS512"},
        {**public_entry(keys.rsa, "c"), "d": "AQAB"},
        {**public_entry(keys.rsa, "d"), "n": 5},
        {**public_entry(keys.rsa, "e"), "e": "!"},
        {"kty": "RSA", "kid": "f"},
        public_entry(keys.short_rsa, "g"),
        public_entry(keys.p384, "h"),
        {**public_entry(keys.ec, "i"), "x": ""},
        {**public_entry(keys.ec, "j"), "crv": 5},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "k"},
        {"kty": ["RSA"], "kid": "l"},
        {"kid": "m"},
    ]

    usable = parse_keys(json.dumps({"keys": [*unfit, good]}).encode())

    assert {kid for kid in usable if kid is not None} == {"good"}
