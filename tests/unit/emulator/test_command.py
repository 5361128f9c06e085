"""`python -m emulator`: serves until told to stop, says plainly when it cannot start."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def _started(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "emulator", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline()


def test_it_serves_on_loopback_until_it_is_told_to_stop() -> None:
    with _started("--port", "0", CASEWORK_EMULATOR_SECONDS="2.5") as process:
        said = _first_line(process)
        url = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert url
        pace = httpx2.get(f"{url.group()}/__emulator/pace", timeout=10).json()
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=10)

    assert pace == {"seconds": 2.5, "later_seconds": 20.0}
    assert code == 0


def test_a_taken_port_is_a_clear_message_and_an_error() -> None:
    with _started("--port", "0") as first:
        port = re.search(r":(\d+),", _first_line(first))
        assert port
        with _started("--port", port.group(1)) as second:
            _, said = second.communicate(timeout=20)

    assert second.returncode == 1
    assert f"Port {port.group(1)} on 127.0.0.1 is taken" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "environment"), [(["--seconds", "-1"], {}), ([], {"CASEWORK_EMULATOR_SECONDS": "soon"})]
)
def test_a_pace_that_is_no_time_is_refused(arguments: list[str], environment: dict[str, str]) -> None:
    with _started("--port", "0", *arguments, **environment) as process:
        _, said = process.communicate(timeout=20)

    assert process.returncode == 2
    assert "second" in said
