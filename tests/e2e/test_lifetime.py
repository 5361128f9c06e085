"""The local system lives and dies with the process that was started: no orphans, no lost tables, no silent hangs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from clients.demo.sample import create_case
from infra.local.environment import Ports
from infra.local.ports import new_ports
from tests.e2e.local_system import (
    CHALICE,
    WITHIN_SECONDS,
    chalice_local,
    clean_environment,
    copy_project,
    make_dev,
    wait_until,
    wait_until_gone,
)

pytestmark = pytest.mark.e2e

UP = "Casework is up"


def run(project: Path, command: list[str], ports: Ports) -> subprocess.CompletedProcess[str]:
    """A command that must end by itself."""
    return subprocess.run(
        command,
        cwd=project,
        env=clean_environment(ports, project.parent),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=WITHIN_SECONDS,
    )


def test_ctrl_c_leaves_no_process_of_chalice_local_behind(project):
    """Of other signals: tests/unit/infra/local/test_program.py; SIGKILL: the test of an autoreload below."""
    with chalice_local(project) as running:
        family = running.family()
        assert len(family) >= 8  # reloader, API, supervisor, and at least AWS, models, two lanes, the timer

        running.process.send_signal(signal.SIGINT)
        running.process.wait(timeout=WITHIN_SECONDS)

        wait_until_gone(family)


def test_make_dev_survives_a_killed_child_and_leaves_nothing_behind_when_killed_itself(project):
    with make_dev(project) as running:
        running.wait_until_said(UP)
        running.wait_until_said("polls casework-HighQueue")

        os.kill(running.worker("high"), signal.SIGKILL)

        running.wait_until_said("high ended (killed by SIGKILL); starting it again.")
        running.wait_until_said("polls casework-HighQueue", times=2)
        family = running.family()
        running.process.kill()
        wait_until_gone(family)


def test_ctrl_c_ends_make_dev_with_a_word(project):
    with make_dev(project) as running:
        running.wait_until_said(UP)
        family = running.family()

        running.process.send_signal(signal.SIGINT)

        assert running.process.wait(timeout=WITHIN_SECONDS) == 0
        running.wait_until_said("Everything has ended.")
        wait_until_gone(family)


def test_a_second_system_on_the_same_ports_is_refused_with_the_way_out(project, local):
    second = run(project, [sys.executable, "-m", "infra.local"], local.ports)

    assert second.returncode == 1
    assert f"Port {local.ports.aws} on 127.0.0.1 is taken: a local Casework of {project} is up already" in second.stdout
    assert "CASEWORK_AWS_PORT" in second.stdout


@pytest.mark.parametrize(("taken", "setting"), [("aws", "CASEWORK_AWS_PORT"), ("api", "chalice local --port")])
def test_a_taken_port_ends_chalice_local_with_a_message(project, taken, setting):
    ports = new_ports()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", getattr(ports, taken)))
        listener.listen()

        ended = run(project, [CHALICE, "local", "--port", str(ports.api)], ports)

    assert ended.returncode != 0
    assert f"Port {getattr(ports, taken)} on 127.0.0.1 is taken" in ended.stdout
    assert setting in ended.stdout


def test_tables_survive_an_autoreload(tmp_path):
    project = copy_project(tmp_path / "casework")
    with chalice_local(project) as running:
        case_id = create_case(running.client())

        os.utime(project / "app.py")

        running.wait_until_said("app.py changed; restarting the local dev server.")
        running.wait_until_said("Serving on", times=2)
        assert running.client().cases.get(case_id)["id"] == case_id
        family = running.family()
        running.process.kill()
        wait_until_gone(family)
        wait_until(lambda: not _listens(running.ports.aws), lambda: "the stack outlived its reloader")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
