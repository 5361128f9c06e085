"""python -m benchmarks.cost: measures one job on emulated tables, and writes the tables of docs/deploy.md."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from benchmarks.cost.one_job import Assumptions, OneJob, measure
from benchmarks.cost.table import idle_month, markdown, million_jobs, read_prices
from infra.deploy.problem import DeployProblem
from infra.local.environment import ROOT
from infra.local.resources import create_resources

PAGE = ROOT / "docs" / "deploy.md"
_MEASURED = re.compile(r"(?<=<!-- costs -->\n).*?(?=<!-- /costs -->)", re.DOTALL)


def costs(job: OneJob, assumed: Assumptions) -> str:
    """The part of the page that is computed."""
    prices = read_prices()
    jobs = markdown(million_jobs(job, assumed, prices), heading=("a million jobs", "each job"))
    idle = markdown(idle_month(prices), heading=("a month without jobs", "each month"))
    said = (
        f"Prices of {prices['date']}, {prices['region']}. A job runs {assumed.seconds} s, writes its progress"
        f" {assumed.progress_writes} times and is polled {assumed.polls} times."
    )
    return f"{said}\n\n{jobs}\n\n{idle}"


def with_costs(page: str, computed: str) -> str:
    """The page with its computed part replaced. Raises: DeployProblem when the page has no place for it."""
    if not _MEASURED.search(page):
        raise DeployProblem("The page has no <!-- costs --> and <!-- /costs -->, each on a line of its own.")
    return _MEASURED.sub(lambda _: f"{computed}\n", page, count=1)


def main() -> None:
    """Measure, and write the page."""
    server = subprocess.Popen(
        [sys.executable, "-m", "infra.local.child", str(os.getpid()), "infra.local.moto_server"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    if server.stdout is None:
        raise AssertionError("its output was asked for")
    try:
        resources = create_resources(json.loads(server.stdout.readline())["endpoint_url"], prefix="million")
        assumed = Assumptions()
        computed = costs(measure(resources, assumed), assumed)
    finally:
        server.kill()
        server.wait()
    write(PAGE, computed)
    print(computed)


def write(page: Path, computed: str) -> None:
    """Put the computed part into the page."""
    page.write_text(with_costs(page.read_text(encoding="utf-8"), computed), encoding="utf-8")


if __name__ == "__main__":
    main()
