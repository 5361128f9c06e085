"""The supervisor says what ended, and ends itself when the system cannot be kept up."""

from __future__ import annotations

import io
import json
import os
import threading
from typing import Any

import msgspec
import pytest

from infra.local import system
from infra.local.environment import Ports
from infra.local.log import Log
from infra.local.ports import new_ports
from infra.local.program import Program
from infra.local.supervisor import Supervisor
from infra.problem import Problem


def aws(ports: Ports) -> Program:
    identity = json.dumps(msgspec.to_builtins(system.own_identity()))
    return Program(
        name="aws", module="infra.local.moto_server", arguments=("--port", str(ports.aws), "--identity", identity)
    )


def ending(name: str, **options: Any) -> Program:
    """A program that ends as soon as it is started."""
    return Program(name=name, module="timeit", arguments=("-n", "1", "-r", "1", "pass"), **options)


def supervise(programs: list[Program], ports: Ports, *, stop: threading.Event, **options: Any) -> str:
    """Run the programs until `stop` or a problem; the log."""
    stream = io.StringIO()
    supervisor = Supervisor(programs, environment=os.environ, log=Log(stream, coloured=False), stop=stop, **options)
    try:
        supervisor.run(ports=ports, on_ready=lambda: None)
    except Problem as problem:
        stream.write(f"problem: {problem}\n")
    return stream.getvalue()


@pytest.fixture
def ports() -> Ports:
    return new_ports()


def test_a_system_whose_first_process_fails_does_not_come_up(ports):
    log = supervise([ending("aws")], ports, stop=threading.Event())

    assert "problem: aws did not start (exit code 0); its log is above." in log


def test_a_process_that_keeps_failing_ends_the_system(ports):
    log = supervise([aws(ports), ending("model-like")], ports, stop=threading.Event(), restart=lambda ends: None)

    assert "problem: model-like keeps failing (exit code 0)" in log


def test_a_process_made_of_the_sources_waits_for_them_to_change(ports):
    stop = threading.Event()

    def give_up(ends: Any) -> None:
        threading.Timer(0.5, stop.set).start()

    log = supervise([aws(ports), ending("high", follows_sources=True)], ports, stop=stop, restart=give_up)

    assert "high keeps failing (exit code 0); it starts again when app.py or chalicelib changes." in log
    assert "problem" not in log


def test_a_process_that_ends_is_started_again(ports):
    stop = threading.Event()
    ends_seen = []

    def twice(ends: Any) -> float:
        ends_seen.append(len(ends))
        if len(ends) == 2:
            stop.set()
        return 0.0

    log = supervise([aws(ports), ending("high")], ports, stop=stop, restart=twice)

    assert ends_seen == [1, 2]
    assert "high ended (exit code 0); starting it again." in log
