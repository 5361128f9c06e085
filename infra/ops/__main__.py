"""The operator's commands, one module each.

python -m infra.ops dlq --stage prod [--json]
python -m infra.ops redrive --stage prod [--dry-run] [--lane high] [--job ID] [--json]
python -m infra.ops status --stage prod [--json]
python -m infra.ops inspect --stage prod --job ID [--json]
python -m infra.ops cost --stage prod [--since 7d] [--json]
python -m infra.ops run --stage prod --case ID --analysis TYPE [--json]
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from infra.ops.cost import show_cost
from infra.ops.dlq import show_dead_letters
from infra.ops.inspect import show_job
from infra.ops.redrive import redrive_dead_letters
from infra.ops.run import run_analysis
from infra.ops.stage import CHOOSE_ACCOUNT, LOCAL_STAGE, Clients, find_stage
from infra.ops.status import show_status
from infra.problem import Problem

PIPED_COLUMNS = 160


def main(clients: Clients | None = None) -> None:
    """Run one command; exit code 1 with one message when it cannot be done. `clients` are those of a deployed stage."""
    arguments = _parser().parse_args()
    try:
        stage = find_stage(arguments.stage, environ=os.environ, clients=clients)
        arguments.command(stage, arguments, console=_console(), now=datetime.now(UTC))
    except Problem as problem:
        sys.exit(str(problem))
    except (BotoCoreError, ClientError) as exc:  # what no repetition mends: a permission, a table that is not there
        sys.exit(f"AWS refuses: {exc} {CHOOSE_ACCOUNT}")


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else PIPED_COLUMNS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.ops", description="Inspect a running Casework, and repair it."
    )
    asked = parser.add_subparsers(required=True, metavar="COMMAND")

    dlq = asked.add_parser("dlq", help="list the dead letters: age, job, receive count, reason")
    dlq.set_defaults(command=show_dead_letters)

    redrive = asked.add_parser("redrive", help="move dead letters back into their lane")
    redrive.add_argument("--dry-run", action="store_true", help="show what would be moved, and move nothing")
    redrive.add_argument("--lane", choices=("high", "normal"), help="only dead letters of this lane")
    redrive.add_argument("--job", metavar="ID", help="only dead letters of this job")
    redrive.set_defaults(command=redrive_dead_letters)

    status = asked.add_parser("status", help="open jobs by lane, status and age; the queues; what failed lately")
    status.add_argument("--ids", action="store_true", help="read the failed jobs of a day and name them")
    status.set_defaults(command=show_status)

    inspect = asked.add_parser("inspect", help="one job: record, timeline, usage, errors")
    inspect.add_argument("--job", metavar="ID", required=True)
    inspect.set_defaults(command=show_job)

    cost = asked.add_parser("cost", help="what the model providers cost, by analysis and model")
    cost.add_argument("--since", default="7d", help="a span (7d, 24h, 30m) or a date (2026-06-01); default 7d")
    cost.add_argument("--models", action="store_true", help="read every job, and split by model")
    cost.set_defaults(command=show_cost)

    run = asked.add_parser("run", help="start an analysis of a case and follow it")
    run.add_argument("--case", metavar="ID", required=True)
    run.add_argument("--analysis", metavar="TYPE", required=True, help="a job type, or a word of it: form7801")
    run.set_defaults(command=run_analysis)

    for command in (dlq, redrive, status, inspect, cost, run):
        command.add_argument("--stage", default=LOCAL_STAGE, help="dev (this machine, the default) or a deployed stage")
        command.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    return parser


if __name__ == "__main__":
    main()
