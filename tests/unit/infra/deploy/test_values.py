"""What an operator mistypes is named before a package is made, and not by a stage that answers nothing."""

from __future__ import annotations

import argparse
from typing import Any

import pytest
from rich.console import Console

from infra.deploy.__main__ import up
from infra.deploy.template import STAGES
from infra.deploy.values import refuse_unusable, watched_minutes
from infra.problem import Problem

GIVEN = {"JwksUrl": "https://keys.example/jwks.json", "JwtIssuer": "https://issuer.example", "JwtAudience": "casework"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CaseRetentionDays", "5"),
        ("JobRetentionDays", "8.5"),
        ("MaxOpenJobs", "2.5"),
        ("OpenAiEffort", "hihg"),
        ("AnthropicEffort", "none"),
        ("CorsAllowOrigin", "https://app.example/"),
        ("CorsAllowHeaders", "X-Trace:1"),
    ],
)
def test_a_value_that_only_the_functions_refuse_stops_a_deploy(name: str, value: str) -> None:
    with pytest.raises(Problem, match=rf"answer nothing:\n  {name} must be .*{value}"):
        refuse_unusable("prod", parameters={**GIVEN, name: value})


def test_all_of_them_are_named_at_once_by_their_parameters() -> None:
    with pytest.raises(Problem) as problem:
        refuse_unusable("prod", parameters={"WebhookLoopback": "true", "MaxOpenJobs": "x"})

    begins = [line.split()[0] for line in str(problem.value).splitlines()[1:]]
    assert sorted(begins) == ["JwksUrl", "JwtAudience", "JwtIssuer", "MaxOpenJobs", "WebhookLoopback"]


@pytest.mark.parametrize("stage", STAGES)
def test_what_every_parameter_is_by_default_is_taken(stage: str) -> None:
    refuse_unusable(stage, parameters={**GIVEN, "CaseRetentionDays": "365", "AParameterOfAnEarlierRelease": "1"})


@pytest.mark.parametrize("text", ["10m", "-1", "1.5", "181", "ten"])
def test_a_watch_that_is_no_number_of_minutes_is_refused(text: str) -> None:
    with pytest.raises(Problem, match="WATCH is a whole number of minutes"):
        watched_minutes(text, default=10)


def test_a_watch_is_a_number_of_minutes_or_the_default() -> None:
    assert [watched_minutes(text, default=10) for text in ("", " ", "0", "180")] == [10, 10, 0, 180]


class NoStack:
    """A stage that is not there yet. `client` fails: nothing of the account is asked for."""

    name = "casework-staging"

    def parameters(self) -> dict[str, str]:
        return {}

    def client(self, service: str) -> Any:
        raise AssertionError(f"{service} was asked")


@pytest.mark.parametrize(
    ("wrong", "words"), [({"watch": "10m"}, "WATCH"), ({"parameters": "OpenAiEffort=hihg"}, "OpenAiEffort must be")]
)
def test_a_deploy_ends_before_anything_is_asked_or_made(wrong: dict[str, str], words: str) -> None:
    given = argparse.Namespace(stage="staging", **{"parameters": "", "watch": "", **wrong})
    stack: Any = NoStack()

    with pytest.raises(Problem, match=words):
        up(given, stack, Console(quiet=True))
