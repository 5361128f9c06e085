"""What a log line holds, and what it must not; a worker's memory, with that of the children that open files."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr

import pytest

from chalicelib import telemetry

A_WORKER = """
import json, sys
from pathlib import Path
from chalicelib import telemetry
from chalicelib.adapters.decoder_process import ChildLimits, lines_of_child

large = bytearray(b"x" * 200_000_000)
del large
alone = telemetry.memory_percent(1000)
content = Path("tests/data/sample_case/doc1_orthopaedic_report.he.pdf").read_bytes()
task = {"task": "picture", "pages": [1], "longest": 1600}
limits = ChildLimits(seconds_a_line=60, ends_at=float("inf"))
list(lines_of_child("chalicelib.adapters.pdfium.child", task, content, limits=limits))
print(json.dumps([alone, telemetry.memory_percent(1000), telemetry.memory_percent(500)]))
"""


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    logger = logging.getLogger("casework")
    before = (logger.handlers[:], logger.level, logger.propagate)
    stream = io.StringIO()
    with redirect_stderr(stream):
        telemetry.configure("INFO")
    yield stream
    logger.handlers[:], logger.level, logger.propagate = before[0], before[1], before[2]


def test_a_line_is_one_json_object_with_its_facts(lines: io.StringIO) -> None:
    telemetry.info("job_created", job_id="j-1", attempt=1)

    line = json.loads(lines.getvalue())
    assert (line["level"], line["event"], line["job_id"], line["attempt"]) == ("INFO", "job_created", "j-1", 1)


def test_a_defect_tells_where_it_happened_and_not_what_the_error_quotes(lines: io.StringIO) -> None:
    try:
        int("תמר 000000422")
    except ValueError as exc:
        telemetry.defect("attempt_crashed", exc, job_id="j-1")

    line = json.loads(lines.getvalue())
    assert line["error"] == "ValueError"
    assert any("test_telemetry.py" in frame for frame in line["frames"])
    assert "000000422" not in lines.getvalue()
    assert line["Defects"] == 1
    assert line["_aws"]["CloudWatchMetrics"] == [
        {"Namespace": "Casework", "Dimensions": [["stage"]], "Metrics": [{"Name": "Defects", "Unit": "Count"}]}
    ]


def test_a_measured_line_is_cloudwatchs_embedded_metric_format(lines: io.StringIO) -> None:
    with redirect_stderr(lines):
        telemetry.configure("INFO", stage="staging")
    failed = telemetry.Metric(name="JobsFailed", value=1, unit="Count", per=("code",))
    took = telemetry.Metric(name="JobSeconds", value=4.5, unit="Seconds")

    telemetry.measured("attempt_ended", [failed, took], job_type="call_analysis", code="internal")

    line = json.loads(lines.getvalue())
    assert line["_aws"]["CloudWatchMetrics"] == [
        {
            "Namespace": "Casework",
            "Dimensions": [["stage", "code"]],
            "Metrics": [{"Name": "JobsFailed", "Unit": "Count"}],
        },
        {
            "Namespace": "Casework",
            "Dimensions": [["stage", "job_type"]],
            "Metrics": [{"Name": "JobSeconds", "Unit": "Seconds"}],
        },
    ]
    assert line["_aws"]["Timestamp"] > 1_700_000_000_000  # milliseconds
    assert (line["stage"], line["code"], line["job_type"]) == ("staging", "internal", "call_analysis")
    assert (line["JobsFailed"], line["JobSeconds"]) == (1, 4.5)


def test_what_is_counted_is_counted_at_any_log_level(lines: io.StringIO) -> None:
    with redirect_stderr(lines):
        telemetry.configure("ERROR", stage="prod")
    started = telemetry.Metric(name="AttemptsStarted", value=1, unit="Count")

    telemetry.measured("attempt_started", [started], job_type="call_analysis")
    telemetry.measured("cancel_accepted", [])
    telemetry.info("rescue_ran")
    telemetry.warning("message_not_sent")

    line = json.loads(lines.getvalue())  # the only one
    assert (line["level"], line["event"], line["AttemptsStarted"]) == ("INFO", "attempt_started", 1)
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"] == [{"Name": "AttemptsStarted", "Unit": "Count"}]


def test_a_line_that_measures_nothing_has_no_metrics(lines: io.StringIO) -> None:
    telemetry.measured("cancel_accepted", [], job_id="j-1")

    assert "_aws" not in json.loads(lines.getvalue())


def test_a_childs_memory_is_counted_without_what_its_parent_had() -> None:
    done = subprocess.run([sys.executable, "-c", A_WORKER], check=True, capture_output=True, text=True)

    alone, together, of_half = json.loads(done.stdout)
    assert 20 < alone < 40  # percent of 1,000 MB: the 200 and Python itself
    assert 2 < together - alone < 15  # the child alone; with its parent's 200 MB it would be more than 20
    assert abs(of_half - 2 * together) < 0.2


def test_a_process_that_has_ended_has_no_memory() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()

    assert telemetry.high_water_mb(ended.pid) == 0.0
