"""What an operator reads: tables and JSON of the dead letters, and a plain sentence when there are none."""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console

from infra.local.environment import ROOT
from infra.ops.dlq import show_dead_letters
from infra.ops.redrive import redrive_dead_letters
from tests.fakes.jobs import JOB_ID

BODY = f'{{"v":1,"job_id":"{JOB_ID}"}}'


def asked(**options: Any) -> argparse.Namespace:
    return argparse.Namespace(**{"json": False, "dry_run": False, "lane": None, "job": None, **options})


def printed(command: Any, ops: Any, **options: Any) -> str:
    out = io.StringIO()
    command(ops.stage, asked(**options), console=Console(file=out, width=160), now=datetime.now(UTC) + timedelta(90))
    return out.getvalue()


def test_the_table_names_the_job_and_its_reason(ops):
    ops.store()
    ops.bury(ops.high, BODY)

    table = printed(show_dead_letters, ops)

    assert JOB_ID in table
    assert "never claimed" in table
    assert "90 days" in table
    assert "make redrive STAGE=dev" in table


def test_json_has_what_the_table_has(ops):
    message_id = ops.bury(ops.normal, BODY)

    report = json.loads(printed(show_dead_letters, ops, json=True))

    (row,) = report["messages"]
    assert report["stage"] == "dev"
    assert 90 * 86400 <= row.pop("age_seconds") < 90 * 86400 + 60
    assert row == {
        "lane": "normal",
        "job_id": JOB_ID,
        "receive_count": 1,
        "reason": "no such job: deleted or expired",
        "message_id": message_id,
    }


def test_listing_leaves_the_letters_where_they_are(ops):
    ops.bury(ops.high, BODY)

    printed(show_dead_letters, ops)

    assert ops.bodies(ops.high.dead_letter_queue_url) == [BODY]


def test_empty_queues_are_said_to_be_empty(ops):
    assert printed(show_dead_letters, ops).strip() == "The dead-letter queues of dev are empty."
    assert printed(redrive_dead_letters, ops).strip() == "There is nothing to move in the dead-letter queues of dev."
    assert json.loads(printed(show_dead_letters, ops, json=True))["messages"] == []


def test_a_dry_run_shows_and_moves_nothing(ops):
    ops.bury(ops.high, BODY)

    table = printed(redrive_dead_letters, ops, dry_run=True)

    assert "Would be moved" in table
    assert ops.bodies(ops.high.queue_url) == []
    assert ops.bodies(ops.high.dead_letter_queue_url) == [BODY]


def test_a_redrive_moves_both_lanes_each_to_its_own(ops):
    ops.bury(ops.high, BODY)
    ops.bury(ops.normal, "not ours")

    table = printed(redrive_dead_letters, ops)

    assert "Moved" in table
    assert "not a Casework message" in table
    assert ops.bodies(ops.high.queue_url) == [BODY]
    assert ops.bodies(ops.normal.queue_url) == ["not ours"]


def test_a_redrive_of_one_lane_or_one_job_leaves_the_others(ops):
    ops.bury(ops.high, BODY)
    ops.bury(ops.normal, BODY)

    nothing = printed(redrive_dead_letters, ops, lane="normal", job="another")
    report = json.loads(printed(redrive_dead_letters, ops, lane="normal", job=JOB_ID, json=True))

    assert "of the normal lane for job another" in nothing
    assert [row["lane"] for row in report["messages"]] == ["normal"]
    assert report["sent_twice"] == 0
    assert ops.bodies(ops.high.dead_letter_queue_url) == [BODY]


def test_the_command_line_says_in_one_sentence_why_it_cannot():
    environment = {**os.environ, "CASEWORK_AWS_PORT": "9"}  # discard: nobody listens there

    ended = subprocess.run(
        [sys.executable, "-m", "infra.ops", "dlq"], cwd=ROOT, env=environment, capture_output=True, text=True
    )

    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("No local system is up")
    assert len(ended.stderr.splitlines()) == 1
