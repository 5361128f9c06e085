"""Who is let in, and with which role? Every kind of token that is refused, and the few that are not."""

from __future__ import annotations

import base64
import json
import warnings
from typing import Any

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.auth import Principal, TokenVerifier, roles, token_verifier
from chalicelib.errors import Unauthorized
from chalicelib.jwks import KeySet
from chalicelib.settings import read_settings
from tests.fakes.clock import FakeClock
from tests.unit.auth.conftest import NOW, SECRET, Issuer, Keys, claims, public_entry, token

SECONDS = int(NOW.timestamp())
ENVIRONMENT = {
    "JOBS_TABLE": "jobs",
    "CASES_TABLE": "cases",
    "BUCKET": "bucket",
    "HIGH_QUEUE_URL": "http://127.0.0.1/high",
    "NORMAL_QUEUE_URL": "http://127.0.0.1/normal",
}


def verifier(clock: FakeClock, **options: Any) -> TokenVerifier:
    return TokenVerifier(**{"clock": clock, "secret": SECRET, "keys": None, **options})


def issuer_verifier(clock: FakeClock, issuer: Issuer, **options: Any) -> TokenVerifier:
    return TokenVerifier(clock=clock, secret=None, keys=KeySet(issuer.url, clock=clock), **options)


def unsigned(payload: dict[str, Any], header: dict[str, Any], signature: str = "") -> str:
    def encoded(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{encoded(header)}.{encoded(payload)}.{signature}"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_good_token_names_the_caller_whatever_the_case_of_the_scheme(clock, scheme):
    caller = verifier(clock).principal(f"{scheme} {token(claims())}")

    assert caller == Principal(user_id="user-1", is_admin=False)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        f"Basic {token(claims())}",
        token(claims()),
        f"Bearer {token(claims())} {token(claims())}",
        "Bearer abc",
        "Bearer a.b",
        "Bearer a.b.c.d",
        "Bearer ..",
        "Bearer אבג.דהו.זחט",
        "Bearer a\x00.b.c",
        f"Bearer {token(claims())}x",
    ],
)
def test_what_is_no_bearer_token_is_refused(clock, header):
    with pytest.raises(Unauthorized):
        verifier(clock).principal(header)


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 5},
        {"sub": ["user-1"]},
        {"exp": None},
        {"exp": str(SECONDS + 3600)},
        {"exp": True},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": [SECONDS]},
        {"exp": SECONDS - 60},  # 60 s late: the leeway is over
        {"nbf": SECONDS + 61},
        {"nbf": "soon"},
    ],
)
def test_a_token_with_unfit_claims_is_refused(clock, changes):
    with pytest.raises(Unauthorized):
        verifier(clock).principal(f"Bearer {token(claims(**changes))}")


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": "x"},
        {"sub": "x" * 255},
        {"exp": SECONDS - 59},  # 59 s late: within the leeway
        {"exp": SECONDS + 0.5},
        {"exp": 10**400, "nbf": -(10**400)},
        {"nbf": SECONDS + 60},
        {"aud": "another"},  # no audience is configured, so any will do
        {"iat": SECONDS - 10},
    ],
)
def test_a_token_at_the_edge_of_the_rules_is_accepted(clock, changes):
    caller = verifier(clock).principal(f"Bearer {token(claims(**changes))}")

    assert caller.user_id == changes.get("sub", "user-1")


def test_a_token_signed_with_another_secret_is_refused(clock):
    forged = token(claims(), "another-secret-that-is-long-enough-too")

    with pytest.raises(Unauthorized):
        verifier(clock).principal(f"Bearer {forged}")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS257"])
def test_an_unsigned_token_is_refused(clock, algorithm):
    with pytest.raises(Unauthorized):
        verifier(clock).principal(f"Bearer {unsigned(claims(), {'alg': algorithm, 'typ': 'JWT'}, 'eA')}")


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_of_the_same_secret_is_refused(clock, algorithm):
    with warnings.catch_warnings(action="ignore"):  # the secret is short for these
        other = token(claims(), algorithm=algorithm)

    with pytest.raises(Unauthorized):
        verifier(clock).principal(f"Bearer {other}")


def test_a_critical_header_that_nobody_understands_is_refused(clock):
    critical = jwt.PyJWS().encode(json.dumps(claims()).encode(), SECRET, headers={"crit": ["x"], "x": 1})

    with pytest.raises(Unauthorized):
        verifier(clock).principal(f"Bearer {critical}")


def test_a_payload_that_is_no_object_is_refused(clock):
    no_utf_8 = b'{"sub": "Andr\xe9", "exp": 4102444800}'
    for payload in (b"[]", b"null", b"nonsense", b"\xff", no_utf_8, b'{"sub": "user-1", "exp": NaN}', b"[" * 50_000):
        signed = jwt.PyJWS().encode(payload, SECRET)

        with pytest.raises(Unauthorized):
            verifier(clock).principal(f"Bearer {signed}")


def test_a_token_signed_with_a_public_key_as_secret_is_refused(clock, issuer, keys):
    issuer.publish(public_entry(keys.rsa, "k1"))
    pem = keys.rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "JWT", "kid": "k1"}
    signing_input = unsigned(claims(), header).rstrip(".")
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(signing_input.encode(), pem)
    confused = f"{signing_input}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    for candidate in (issuer_verifier(clock, issuer), verifier(clock, keys=KeySet(issuer.url, clock=clock))):
        with pytest.raises(Unauthorized):
            candidate.principal(f"Bearer {confused}")


def test_the_algorithm_follows_from_the_key_and_not_from_the_token(clock, issuer, keys):
    issuer.publish(public_entry(keys.rsa, "r"), public_entry(keys.ec, "e"))
    check = issuer_verifier(clock, issuer)

    assert check.principal(f"Bearer {token(claims(), keys.rsa, algorithm='RS256', kid='r')}").user_id == "user-1"
    assert check.principal(f"Bearer {token(claims(), keys.ec, algorithm='ES256', kid='e')}").user_id == "user-1"
    for crossed in (
        token(claims(), keys.rsa, algorithm="RS256", kid="e"),
        token(claims(), keys.ec, algorithm="ES256", kid="r"),
        token(claims(), keys.rsa, algorithm="RS512", kid="r"),
        token(claims(), keys.rsa, algorithm="PS256", kid="r"),
    ):
        with pytest.raises(Unauthorized):
            check.principal(f"Bearer {crossed}")


def test_a_token_of_another_key_is_refused(clock, issuer, keys):
    issuer.publish(public_entry(keys.rsa, "k1"))
    forged = token(claims(), keys.other_rsa, algorithm="RS256", kid="k1")

    with pytest.raises(Unauthorized):
        issuer_verifier(clock, issuer).principal(f"Bearer {forged}")


def test_a_shared_secret_token_is_refused_where_only_the_issuer_signs(clock, issuer, keys):
    issuer.publish(public_entry(keys.rsa, "k1"))

    with pytest.raises(Unauthorized):
        issuer_verifier(clock, issuer).principal(f"Bearer {token(claims())}")


@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_the_shared_secret_counts_in_stage_dev_only(clock, stage):
    settings = read_settings({**ENVIRONMENT, "JWT_SECRET": SECRET})
    deployed = msgspec.structs.replace(settings, stage=stage)

    assert token_verifier(settings, clock=clock).principal(f"Bearer {token(claims())}").user_id == "user-1"
    with pytest.raises(Unauthorized):
        token_verifier(deployed, clock=clock).principal(f"Bearer {token(claims())}")


@pytest.mark.parametrize(
    ("configured", "members", "accepted"),
    [
        ({"audience": "casework"}, {"aud": "casework"}, True),
        ({"audience": "casework"}, {"aud": ["other", "casework"]}, True),
        ({"audience": "casework"}, {"aud": "other"}, False),
        ({"audience": "casework"}, {"aud": None}, False),
        ({"audience": "casework"}, {"aud": [5]}, False),
        ({"issuer": "https://login"}, {"iss": "https://login"}, True),
        ({"issuer": "https://login"}, {"iss": "https://login/"}, False),
        ({"issuer": "https://login"}, {"iss": None}, False),
        # Without an audience a token may name the application as its client, as Cognito's access tokens do.
        ({"audience": "casework"}, {"client_id": "casework", "token_use": "access"}, True),
        ({"audience": "casework"}, {"client_id": "another"}, False),
        ({"audience": "casework"}, {"aud": "another", "client_id": "casework"}, False),  # it says for whom it is
        ({"audience": "casework"}, {"aud": ["casework", "another"], "client_id": "another"}, True),
        ({"audience": "casework"}, {}, False),
    ],
)
def test_audience_and_issuer_must_be_the_configured_ones(clock, configured, members, accepted):
    bearer = f"Bearer {token(claims(**members))}"
    check = verifier(clock, **configured)

    if accepted:
        assert check.principal(bearer).user_id == "user-1"
    else:
        with pytest.raises(Unauthorized):
            check.principal(bearer)


@pytest.mark.parametrize(
    ("claim", "found", "is_admin"),
    [
        ("role", {"role": "admin"}, True),
        ("role", {"role": ["user", "admin"]}, True),
        ("role", {"role": "user"}, False),
        ("role", {"role": "administrator"}, False),
        ("role", {"role": {"admin": True}}, False),
        ("role", {}, False),
        ("app_metadata.role", {"app_metadata": {"role": "admin"}}, True),
        ("app_metadata.role", {"app_metadata": {"role": "user"}, "role": "admin"}, False),
        ("app_metadata.role", {"app_metadata": "admin"}, False),
        ("cognito:groups", {"cognito:groups": ["admin", "staff"]}, True),
        ("cognito:groups", {"cognito:groups": ["staff"]}, False),
        ("https://casework.example/role", {"https://casework.example/role": "admin"}, True),
    ],
)
def test_the_role_comes_from_the_configured_claim(clock, claim, found, is_admin):
    caller = verifier(clock, role_claim=claim).principal(f"Bearer {token(claims(**found))}")

    assert caller.is_admin is is_admin


def test_roles_are_texts_and_nothing_else():
    assert roles({"role": ["admin", 5, None]}, claim="role") == {"admin"}


def test_a_token_made_with_the_usual_library_call_is_accepted(clock, keys: Keys):
    usual = jwt.encode({"sub": "user-1", "exp": SECONDS + 60, "role": "admin"}, SECRET, algorithm="HS256")

    assert verifier(clock).principal(f"Bearer {usual}") == Principal(user_id="user-1", is_admin=True)
