"""An operator who may not do something, or names nothing, is told so in one message and never by a traceback."""

from __future__ import annotations

import sys
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from infra.ops.__main__ import main
from infra.ops.dlq import show_dead_letters
from infra.ops.inspect import inspect_job
from infra.ops.redrive import redrive_dead_letters
from infra.ops.stage import LOGICAL_NAMES
from infra.problem import Problem
from tests.unit.infra.ops.test_commands import printed
from tests.unit.infra.ops.test_stage import cloudformation, summaries

JOB = "11111111-1111-4111-8111-111111111111"


@pytest.mark.parametrize(
    ("command", "operation"),
    [
        (["status"], "query"),
        (["inspect", "--job", JOB], "get_item"),
        (["cost", "--models"], "query"),
    ],
)
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDeniedException", "User: you is not authorized to perform: dynamodb:Query"),
        ("ResourceNotFoundException", "Requested resource not found"),
    ],
)
def test_what_aws_refuses_is_said_with_the_operation_and_what_chooses_the_account(
    command: list[str], operation: str, code: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: dict[str, Any] = {"region_name": "eu-west-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"}
    clients = {"cloudformation": cloudformation(), "dynamodb": boto3.client("dynamodb", **keys)}
    monkeypatch.setattr(sys, "argv", ["ops", *command, "--stage", "prod"])

    with Stubber(clients["cloudformation"]) as stack, Stubber(clients["dynamodb"]) as table:
        stack.add_response("list_stack_resources", {"StackResourceSummaries": summaries(LOGICAL_NAMES)})
        table.add_client_error(operation, code, said)
        with pytest.raises(SystemExit) as ended:
            main(clients.__getitem__)

    message = str(ended.value)
    assert message.startswith("AWS refuses: ")
    assert (code in message, said in message) == (True, True)
    assert message.endswith("AWS_PROFILE and AWS_REGION choose the account.")


def test_a_job_must_be_named(ops) -> None:
    with pytest.raises(Problem, match="JOB=id"):
        inspect_job("", store=ops.stage.jobs, tracebacks=[])


class NoRecords:
    """A jobs table that the operator may not read."""

    def get(self, job_id: str) -> Any:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not you"}}, "GetItem")


def test_who_may_not_read_jobs_still_sees_and_moves_dead_letters(ops) -> None:
    body = f'{{"v":1,"job_id":"{JOB}"}}'
    ops.bury(ops.high, body)
    ops.stage.jobs = NoRecords()

    listed = printed(show_dead_letters, ops)
    moved = printed(redrive_dead_letters, ops)

    assert [("cannot be read" in text, JOB in text) for text in (listed, moved)] == [(True, True)] * 2
    assert ops.bodies(ops.high.queue_url) == [body]


def test_a_dead_letter_that_names_no_job_does_not_hide_the_others(ops) -> None:
    ops.bury(ops.high, '{"v":1,"job_id":""}')
    ops.bury(ops.high, "not ours")

    assert ops.printed(show_dead_letters).count("not a Casework message") == 2
