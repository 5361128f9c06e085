"""What a log line holds, and what it must not."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import redirect_stderr

import pytest

from chalicelib import telemetry


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
