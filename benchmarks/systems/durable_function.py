"""AWS Lambda durable functions: a job as their SDK writes it, five reports of progress, three model calls, a result.

It runs inside MiniStack with its SDK in its own zip; it writes what each invocation did to the file BENCH_LOG. A report
is a step, because an execution's history is all that AWS shows of it while it runs. A model call either holds the
function (`in_step`) or suspends it until somebody calls back (`callback`).
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import boto3
from aws_durable_execution_sdk_python import DurableContext, durable_execution
from aws_durable_execution_sdk_python.config import Duration, WaitForCallbackConfig

ANSWER = {"text": "x" * 2000}
HOUR = Duration.from_hours(1)
REPORTS = ("reading", "asking 1 of 3", "asking 2 of 3", "asking 3 of 3", "checking")

_client = boto3.client("lambda")
_calls: list[int] = []
_client.meta.events.register("before-call.lambda", lambda params, **_: _calls.append(len(params["body"])))


@durable_execution(boto3_client=_client)
def _job(event: dict[str, Any], context: DurableContext) -> dict[str, Any]:
    answers = []
    for number, report in enumerate(REPORTS):
        context.step(lambda _, text=report: text, name=f"progress-{number}")
        if report.startswith("asking"):
            answers.append(_answer(event, context, number))
    return {"rows": len(answers), "text": answers[-1]["text"]}


def _answer(event: dict[str, Any], context: DurableContext, number: int) -> dict[str, Any]:
    if event["how"] == "in_step":
        answer: dict[str, Any] = context.step(lambda _: _asked(event["seconds"]), name=f"model-{number}")
        return answer
    result = context.wait_for_callback(
        lambda callback, _: _log({"callback": callback, "at": time.time()}),
        name=f"model-{number}",
        config=WaitForCallbackConfig(timeout=HOUR, heartbeat_timeout=HOUR),  # MiniStack reads the SDK's 0 as "at once"
    )
    called_back: dict[str, Any] = json.loads(result)
    return called_back


def _asked(seconds: float) -> dict[str, Any]:
    time.sleep(seconds)
    return ANSWER


def handler(event: dict[str, Any], context: Any) -> Any:
    """One invocation of the function, logged."""
    _calls.clear()
    try:
        return _job(event, context)
    finally:
        _log({"calls": len(_calls), "bytes": sum(_calls)})


def _log(line: dict[str, Any]) -> None:
    with Path(os.environ["BENCH_LOG"]).open("a") as log:
        log.write(json.dumps(line) + "\n")
