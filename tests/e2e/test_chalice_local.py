"""Plain `chalice local` is a complete system: a case goes in, its analyses run as jobs, the results come out."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chalicelib.analyses import catalogue
from clients.demo.conversation import conversation
from clients.demo.sample import compare, create_case
from clients.python.casework import Client, Job
from tests.e2e.local_system import WITHIN_SECONDS, Running, clean_environment

pytestmark = pytest.mark.e2e


FORM_7801 = "document_analysis_form7801"


def polled(client: Client, job_id: str) -> list[Job]:
    """The job as it was seen at each poll, until it is done."""
    seen = [client.jobs.get(job_id)]
    deadline = time.monotonic() + WITHIN_SECONDS
    while not seen[-1]["done"] and time.monotonic() < deadline:
        time.sleep(0.1)
        seen.append(client.jobs.get(job_id))
    return seen


@contextmanager
def answers_within(local: Running, *, seconds: int) -> Iterator[None]:
    """Let the providers take as long as that for an answer, then as long as before."""
    before = local.models().call("GET", "/__emulator/pace")
    local.models().call("POST", "/__emulator/pace", {"seconds": seconds})
    yield
    local.models().call("POST", "/__emulator/pace", before)


def files(project: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in project.rglob("*") if path.is_file()}


def test_a_form_7801_job_goes_from_pending_over_rising_progress_to_completed(local):
    client = local.client()
    case_id = create_case(client)

    with answers_within(local, seconds=4):
        started = client.start(FORM_7801, case_id)
        seen = polled(client, started["job_id"])

    statuses = list(dict.fromkeys(job["status"] for job in seen))
    progress = list(dict.fromkeys(job["progress"] for job in seen))
    assert started["status"] == "accepted"
    assert statuses in (["pending", "running", "completed"], ["running", "completed"])  # a worker may be quicker
    assert progress == sorted(progress)
    assert len(progress) >= 4
    assert (seen[-1]["progress"], seen[-1]["progress_message"]) == (100, "Completed")


def test_the_form_holds_what_the_sample_documents_say(local):
    client = local.client()
    case_id = create_case(client)

    job = polled(client, client.start(FORM_7801, case_id)["job_id"])[-1]

    comparisons = compare(job["result"]["analysis"]["form_7801"])
    wrong = [row for row in comparisons if not row.matches]
    assert len(wrong) <= 0.1 * len(comparisons), wrong
    assert client.cases.get(case_id)["final_document_analysis"] == job["result"]["analysis"]


def test_all_three_analyses_complete_side_by_side_and_write_to_the_case(local):
    client = local.client()
    case_id = create_case(client)

    started = {job_type: client.start(job_type, case_id) for job_type in catalogue()}
    done = {name: polled(client, answer["job_id"])[-1] for name, answer in started.items()}

    assert {name: (job["status"], job["error"]) for name, job in done.items()} == dict.fromkeys(
        catalogue(), ("completed", None)
    )
    case = client.cases.get(case_id)
    assert case["form_7801_analysis"] == done["document_analysis_agent"]["result"]["analysis"]
    assert json.loads(case["call_summary"]) == done["call_analysis"]["result"]["analysis"]
    assert case["analysis_status"] == "completed"


def test_the_conversation_that_the_demo_prints_runs_as_it_stands(local):
    script = conversation(f"http://127.0.0.1:{local.ports.api}").replace(
        "make -s token USER=demo", "python -m infra.local.token --user demo"
    )

    told = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=local.project,
        env=clean_environment(local.ports, local.project.parent),
        capture_output=True,
        text=True,
        timeout=WITHIN_SECONDS,
    )

    assert told.returncode == 0, told.stderr
    assert '"status":"completed"' in told.stderr


def test_nothing_is_written_inside_the_project_while_it_runs(local):
    client = local.client()
    case_id = create_case(client)
    before = files(local.project)
    polled(client, client.start(FORM_7801, case_id)["job_id"])

    assert files(local.project) == before
    assert "restarting the local dev server" not in local.said()


def test_an_unknown_path_is_the_apps_404(local: Running):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"http://127.0.0.1:{local.ports.api}/nowhere")

    with caught.value as answer:
        assert answer.code == 404
        assert json.loads(answer.read())["code"] == "not_found"
