"""`make demo` shows the whole system at work and leaves nothing behind."""

from __future__ import annotations

import sys

import pytest

from infra.local.ports import new_ports
from tests.e2e.local_system import WITHIN_SECONDS, Running, clean_environment, wait_until_gone

pytestmark = pytest.mark.e2e


def demo(project) -> Running:
    ports = new_ports()
    environment = clean_environment(ports, project.parent, PYTHONUNBUFFERED="1")
    return Running([sys.executable, "-m", "clients.demo"], project=project, environment=environment, ports=ports)


def test_the_demo_completes_all_analyses_and_finds_the_labelled_fields(project):
    running = demo(project)
    running.wait_until_said("The sample case is stored")
    family = running.family()

    code = running.process.wait(timeout=WITHIN_SECONDS)

    assert code == 0, running.said()
    assert "3 of 3 analyses completed." in running.said()
    assert "18 of the 18 values given exactly in expected.json are right" in running.said()
    assert "curl -sS" in running.said()
    wait_until_gone(family)


def test_a_killed_demo_takes_its_system_along(project):
    running = demo(project)
    running.wait_until_said("Casework is up")
    family = running.family()

    running.process.kill()
    running.process.wait()

    wait_until_gone(family)
