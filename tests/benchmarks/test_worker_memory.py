"""A worker's memory is one number wherever it counts, and a child at its limit leaves the worker enough."""

from __future__ import annotations

import json

import pytest

from benchmarks.cost.functions import function_mb
from benchmarks.cost.one_job import WORKER_GB
from benchmarks.heic_photo import heic_photo
from benchmarks.measure import ALARM_MB
from chalicelib.adapters.decoder_process import (
    CHILD_MEMORY_BYTES,
    KEPT_MB,
    MIB,
    WORKER_MEMORY_MB,
    ChildLimits,
    child_memory_bytes,
)
from chalicelib.adapters.pictures.reader import PictureReader
from chalicelib.settings import function_memory_mb
from infra.deploy.template import merge_template
from infra.local.environment import ROOT
from infra.local.invocation import LambdaContext

WAITING_MB = 150
"""What a worker takes while a child reads for it: `python -m benchmarks memory` shows less with every file."""


@pytest.mark.parametrize("stage", ["staging", "prod"])
def test_both_workers_are_deployed_with_the_memory_that_everything_counts_with(stage: str) -> None:
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())["lambda_functions"]

    assert {config[name]["lambda_memory_size"] for name in ("work_high", "work_normal")} == {WORKER_MEMORY_MB}
    assert int(LambdaContext.memory_limit_in_mb) == WORKER_MEMORY_MB
    assert WORKER_GB * 1024 == WORKER_MEMORY_MB
    alarm = merge_template(stage)["Resources"]["WorkerMemoryAlarm"]["Properties"]
    assert WORKER_MEMORY_MB * alarm["Threshold"] / 100 == ALARM_MB


def test_a_child_that_takes_all_it_may_have_leaves_the_worker_what_it_needs() -> None:
    assert CHILD_MEMORY_BYTES == child_memory_bytes(WORKER_MEMORY_MB) == (WORKER_MEMORY_MB - KEPT_MB) * MIB
    assert ChildLimits(seconds_a_line=1, ends_at=1).memory_bytes == CHILD_MEMORY_BYTES
    assert CHILD_MEMORY_BYTES / MIB + WAITING_MB <= ALARM_MB


def test_the_api_which_opens_files_too_has_at_least_the_memory_of_a_worker() -> None:
    assert function_mb("api") >= WORKER_MEMORY_MB


def test_a_function_that_is_given_more_memory_gives_its_children_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", raising=False)
    assert function_memory_mb() is None

    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024")
    assert child_memory_bytes(function_memory_mb() or 0) == (1024 - KEPT_MB) * MIB


def test_an_iphones_photo_is_read_tile_by_tile() -> None:
    picture = PictureReader().pictures(heic_photo(2048, 1536), [1], longest=1000)[1]

    assert (picture.width, picture.height) == (1000, 750)
