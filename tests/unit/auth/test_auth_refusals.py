"""For whom a token was issued, and which check refused one: the log knows, the caller does not."""

from __future__ import annotations

import pytest

from chalicelib.errors import Unauthorized
from tests.unit.auth.conftest import Keys, claims, token
from tests.unit.auth.test_auth import SECONDS, SECRET, unsigned, verifier


@pytest.mark.parametrize(
    ("bearer", "failed"),
    [
        (None, "no_token"),
        ("Basic dXNlcg==", "no_bearer_token"),
        (f"Bearer {token(claims(), SECRET + 'x')}", "signature"),
        (f"Bearer {token(claims(), Keys.__name__ * 16, algorithm='HS512')}", "key"),
        (f"Bearer {unsigned(claims(), {'alg': 'none'})}x", "format"),
        (f"Bearer {token(claims(exp=SECONDS - 61))}", "exp"),
        (f"Bearer {token(claims(exp='soon'))}", "exp"),
        (f"Bearer {token(claims(nbf=SECONDS + 61))}", "nbf"),
        (f"Bearer {token(claims(iss='https://another', aud='casework'))}", "iss"),
        (f"Bearer {token(claims(iss='https://issuer', aud='another'))}", "aud"),
        (f"Bearer {token(claims(iss='https://issuer', aud='casework', sub=''))}", "sub"),
    ],
)
def test_a_refusal_knows_which_check_failed_and_does_not_say_it(clock, bearer, failed):
    check = verifier(clock, issuer="https://issuer", audience="casework")

    with pytest.raises(Unauthorized) as refused:
        check.principal(bearer)

    assert refused.value.failed_check == failed
    assert failed not in refused.value.detail.split()
