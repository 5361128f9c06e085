"""A job as an AWS Lambda durable function, run on the second emulator and counted, and its bill beside Casework's.

The SDK is the real one, and so are the calls that it makes; how long MiniStack takes for them says nothing about AWS,
so nothing is timed. A suspended call is answered by this process.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
import msgspec
from botocore.config import Config

from benchmarks.cost.functions import function_mb
from benchmarks.cost.one_job import WORKER_GB, Assumptions, OneJob
from benchmarks.cost.one_job import measure as measure_streamed
from benchmarks.cost.parked import measure_parked, worker_seconds
from benchmarks.cost.table import COLD_WORKERS, GB, MILLION, WORKER_INIT_GB_SECONDS, million_jobs, read_prices
from benchmarks.processes import PEERS_PYTHON, ROOT, Aws
from infra.local.ministack import running_ministack
from infra.local.resources import REGION

MINISTACK = ROOT / "build" / "ministack"
FUNCTION = ROOT / "benchmarks" / "systems" / "durable_function.py"
PACKED = (
    "aws_durable_execution_sdk_python",
    "boto3",
    "botocore",
    "dateutil",
    "jmespath",
    "s3transfer",
    "six.py",
    "urllib3",
)
SERVICES = ("lambda",)
"""The services whose descriptions botocore needs in the zip."""
MODEL_SECONDS = 1.0
ANSWER = json.dumps({"text": "x" * 2000})
DONE_WITHIN_SECONDS = 60
MODEL_CALLS, STATES = 3, 9
"""The same work in Step Functions: a state for each report and each call, and the start."""
HISTORY_MONTHS = 14 / 30
FRONT_DOOR = frozenset({"API Gateway", "API function", "data out"})
ROLE = "arn:aws:iam::123456789012:role/bench"


class Durable(msgspec.Struct, frozen=True, kw_only=True):
    """What one execution made AWS do. `operations` as AWS bills them: the execution, each step, each callback."""

    invocations: int
    operations: int
    checkpoint_calls: int
    checkpoint_bytes: int

    @property
    def seconds(self) -> float:
        """How long the function has the job besides the calls that it holds, by what Casework's bill assumes too."""
        creates = MODEL_CALLS if self.invocations > 1 else 0
        return worker_seconds(self.checkpoint_calls, creates, self.invocations)


def measure() -> Mapping[str, Durable]:
    """An execution whose model calls hold the function, and one whose calls suspend it."""
    with running_ministack(MINISTACK) as url, TemporaryDirectory(prefix="casework-durable-") as home:
        log = Path(home) / "log"
        client = _client(url)
        client.create_function(
            FunctionName="durable",
            Runtime="python3.11",
            Role=ROLE,
            Handler="durable_function.handler",
            Code={"ZipFile": _package()},
            Timeout=120,
            DurableConfig={"ExecutionTimeout": 3600, "RetentionPeriodInDays": 14},
            Environment={"Variables": {"BENCH_LOG": str(log), "PYTHONDONTWRITEBYTECODE": "1"}},
        )
        return {how: _run(client, how, log) for how in ("in_step", "callback")}


def compared(aws: Aws) -> str:
    """The bills of a million jobs as Markdown: three model calls of 20 s, five reports of progress, a result."""
    prices, executions = read_prices(), measure()
    alone = Assumptions(polls=1, preflights=0, progress_writes=5)
    held, parked = measure_streamed(aws, alone), measure_parked(aws, alone, calls=MODEL_CALLS)
    in_step, called_back = executions["in_step"], executions["callback"]
    waited = alone.seconds
    bills = {
        "Casework, a worker holds the calls": _casework(held, alone, prices),
        "Casework, parked while the model works": _casework(parked, alone, prices),
        "durable function, calls in its steps": _durable(in_step, waited, prices),
        "durable function, suspended until called back": _durable(called_back, 0, prices),
        "Step Functions (list price), a function holds each call": _step_functions(in_step, waited, prices),
        "Step Functions (list price), task tokens": _step_functions(called_back, 0, prices),
    }
    usd = [bill.usd for bill in bills.values()]
    names = ("Casework", "a durable function", "Step Functions")
    times = ", ".join(f"{name} {usd[2 * row] / usd[2 * row + 1]:.1f} ×" for row, name in enumerate(names))
    lines = [
        f"All functions below have {function_mb('work_normal')} MB. A function that holds the calls, relative to one"
        f" that does not: {times}.",
        "",
        "| a million jobs | billed, each job | function seconds, each job | US$ |",
        "|---|---|---:|---:|",
        *(f"| {name} | {bill.billed} | {bill.seconds:.1f} | {bill.usd:,.0f} |" for name, bill in bills.items()),
    ]
    return "\n".join(lines)


class _Bill(msgspec.Struct, frozen=True, kw_only=True):
    """What is billed for a job, in words; the function's seconds of a job; US$ for a million jobs."""

    billed: str
    seconds: float
    usd: float


def _casework(job: OneJob, alone: Assumptions, prices: Mapping[str, Any]) -> _Bill:
    bill = million_jobs(job, alone, prices)
    usd = sum(position.usd for position in bill if position.what not in FRONT_DOOR)
    billed = f"{job.write_units} units written, {job.read_units:g} read, {job.queue_requests} messages"
    return _Bill(billed=billed, seconds=job.worker_seconds, usd=usd)


def _durable(one: Durable, waited: float, prices: Mapping[str, Any]) -> _Bill:
    per, each = prices["million"], prices["each"]
    written = one.checkpoint_bytes / GB * each["durable_gb_written"]
    kept = one.checkpoint_bytes / GB * each["durable_gb_month"] * HISTORY_MONTHS
    usd = one.operations * per["durable_operations"] + (written + kept) * MILLION
    usd += _functions(one, waited, one.invocations, prices)
    billed = f"{one.operations} operations, {one.checkpoint_bytes:,} bytes in {one.checkpoint_calls} calls"
    return _Bill(billed=billed, seconds=one.seconds + waited, usd=usd)


def _step_functions(one: Durable, waited: float, prices: Mapping[str, Any]) -> _Bill:
    usd = STATES * prices["million"]["state_transitions"] + _functions(one, waited, STATES - 1, prices)
    return _Bill(billed=f"{STATES} transitions", seconds=one.seconds + waited, usd=usd)


def _functions(one: Durable, waited: float, invocations: int, prices: Mapping[str, Any]) -> float:
    new = invocations * COLD_WORKERS * WORKER_INIT_GB_SECONDS
    seconds = (one.seconds + waited) * WORKER_GB + new
    requests = invocations * prices["million"]["lambda_requests"]
    return float(seconds * prices["each"]["lambda_arm_gb_second"] * MILLION + requests)


def _run(client: Any, how: str, log: Path) -> Durable:
    for _ in range(2):  # the first starts the process
        log.unlink(missing_ok=True)
        event = json.dumps({"how": how, "seconds": MODEL_SECONDS})
        execution = client.invoke(FunctionName="durable", Payload=event)["DurableExecutionArn"]
        _answer_calls(client, execution, log)
    events = _history(client, execution)
    invocations = [line for line in _lines(log) if "calls" in line]
    called_back = MODEL_CALLS * len(ANSWER) if how == "callback" else 0
    return Durable(
        invocations=len(invocations),
        operations=sum(event["EventType"] in BILLED for event in events),
        checkpoint_calls=sum(line["calls"] for line in invocations),
        checkpoint_bytes=sum(line["bytes"] for line in invocations) + called_back,
    )


BILLED = frozenset({"ExecutionStarted", "StepStarted", "CallbackStarted", "WaitStarted", "ContextStarted"})


def _answer_calls(client: Any, arn: str, log: Path) -> None:
    answered: set[str] = set()
    end = time.monotonic() + DONE_WITHIN_SECONDS
    while time.monotonic() < end:
        status = client.get_durable_execution(DurableExecutionArn=arn)["Status"]
        if status == "SUCCEEDED":
            return
        if status != "RUNNING":
            raise RuntimeError(f"the durable execution is {status}")
        for line in _lines(log):
            callback = line.get("callback")
            if callback and callback not in answered and time.time() > line["at"] + MODEL_SECONDS:
                answered.add(callback)
                client.send_durable_execution_callback_success(CallbackId=callback, Result=ANSWER.encode())
        time.sleep(0.05)
    raise RuntimeError(f"the durable execution has not ended within {DONE_WITHIN_SECONDS} seconds")


def _history(client: Any, arn: str) -> list[Mapping[str, Any]]:
    events: list[Mapping[str, Any]] = client.get_durable_execution_history(DurableExecutionArn=arn, MaxItems=1000)[
        "Events"
    ]
    return events


def _lines(log: Path) -> Iterator[dict[str, Any]]:
    for line in log.read_text().splitlines() if log.exists() else ():
        yield json.loads(line)


def _client(url: str) -> Any:
    client = boto3.client(
        "lambda",
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106  # MiniStack's own
        config=Config(read_timeout=120, retries={"total_max_attempts": 1}),
    )
    client.meta.events.register("before-call.lambda.CreateFunction", _enabled)
    return client


def _enabled(params: dict[str, Any], **_: Any) -> None:
    """MiniStack asks for a member that AWS's API does not have."""
    body = json.loads(params["body"])
    body["DurableConfig"]["Enabled"] = True
    params["body"] = json.dumps(body).encode()


def _package() -> bytes:
    (packages,) = PEERS_PYTHON.parent.parent.glob("lib/python*/site-packages")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(FUNCTION, FUNCTION.name)
        for name in PACKED:
            root = packages / name
            for path in [root] if root.is_file() else sorted(root.rglob("*")):
                parts = path.relative_to(packages).parts
                is_data = parts[:2] == ("botocore", "data") and len(parts) > 3
                if path.is_file() and "__pycache__" not in parts and (not is_data or parts[2] in SERVICES):
                    archive.write(path, "/".join(parts))
    return content.getvalue()
