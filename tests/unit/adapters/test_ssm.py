"""A secret of Parameter Store: read seldom, and again soon enough that a rotated one is used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.ssm import FRESH_FOR, SecretUnreadable, SsmSecret
from chalicelib.errors import StorageUnavailable
from tests.fakes.clock import FakeClock
from tests.fakes.log_lines import Lines, logged_lines

NAME = "/casework-prod/openai-api-key"
FRESH_SECONDS = FRESH_FOR.total_seconds()


class FakeSsm:
    """Parameter Store with one parameter, `value`; None: it refuses. `reads` counts what was asked."""

    def __init__(self, value: str | None) -> None:
        self.value = value
        self.reads = 0

    def get_parameter(self, **request: Any) -> Any:
        assert request == {"Name": NAME, "WithDecryption": True}
        self.reads += 1
        if self.value is None:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": "too fast"}}, "GetParameter")
        return {"Parameter": {"Value": self.value}}


@pytest.fixture
def ssm() -> FakeSsm:
    return FakeSsm("old")


@pytest.fixture
def lines() -> Iterator[Lines]:
    with logged_lines() as found:
        yield found


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def secret(ssm: FakeSsm, clock: FakeClock) -> SsmSecret:
    return SsmSecret(NAME, client=lambda: ssm, clock=clock)


def test_a_secret_is_read_once_while_it_is_fresh(secret: SsmSecret, ssm: FakeSsm, clock: FakeClock) -> None:
    values = [secret.value() for _ in range(50)]
    clock.advance(seconds=FRESH_SECONDS - 1)
    values.append(secret.value())

    assert (set(values), ssm.reads) == ({"old"}, 1)


def test_a_rotated_secret_is_used_once_the_old_one_is_no_longer_fresh(
    secret: SsmSecret, ssm: FakeSsm, clock: FakeClock
) -> None:
    secret.value()
    ssm.value = "new"

    clock.advance(seconds=FRESH_SECONDS)

    assert [secret.value(), secret.value()] == ["new", "new"]
    assert ssm.reads == 2


def test_the_last_known_secret_holds_while_it_cannot_be_read_again(
    secret: SsmSecret, ssm: FakeSsm, clock: FakeClock
) -> None:
    secret.value()
    ssm.value = None
    clock.advance(seconds=FRESH_SECONDS)

    assert [secret.value(), secret.value()] == ["old", "old"]
    assert ssm.reads == 2  # the second call does not ask again

    ssm.value = "new"
    clock.advance(seconds=FRESH_SECONDS)
    assert secret.value() == "new"


def test_a_secret_that_was_never_read_is_asked_for_until_it_is_there(secret: SsmSecret, ssm: FakeSsm) -> None:
    ssm.value = None
    with pytest.raises(StorageUnavailable):
        secret.value()

    ssm.value = "old"

    assert secret.value() == "old"


class RefusingSsm:
    """Parameter Store that refuses every read with this code."""

    def __init__(self, code: str, *, status: int) -> None:
        self._answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}

    def get_parameter(self, **_: Any) -> Any:
        raise ClientError(self._answer, "GetParameter")


# The last is a code that nobody has seen yet: what SSM calls a wrong request is wrong whatever its name.
@pytest.mark.parametrize(
    "code",
    [
        "ParameterNotFound",
        "ParameterVersionNotFound",
        "AccessDeniedException",
        "InvalidKeyId",
        "ValidationException",
        "KMSInvalidStateException",
        "SomethingNewException",
    ],
)
def test_a_secret_that_is_not_there_or_not_ours_is_a_defect_with_its_name_and_code(
    clock: FakeClock, lines: Lines, code: str
) -> None:
    secret = SsmSecret(NAME, client=lambda: RefusingSsm(code, status=400), clock=clock)

    with pytest.raises(SecretUnreadable):
        secret.value()

    (line,) = lines()
    assert (line["event"], line["level"]) == ("secret_not_read", "ERROR")
    assert (line["parameter"], line["code"], line["Defects"]) == (NAME, code, 1)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 400),
        ("ExpiredTokenException", 400),
        ("InternalServerError", 500),
        ("ServiceUnavailable", 503),
    ],
)
def test_a_trouble_of_parameter_store_that_passes_is_no_defect(
    clock: FakeClock, lines: Lines, code: str, status: int
) -> None:
    secret = SsmSecret(NAME, client=lambda: RefusingSsm(code, status=status), clock=clock)

    with pytest.raises(StorageUnavailable) as caught:
        secret.value()

    assert not isinstance(caught.value, SecretUnreadable)
    assert [line for line in lines() if line["level"] == "ERROR"] == []
