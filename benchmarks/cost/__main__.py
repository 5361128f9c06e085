"""python -m benchmarks.cost [--write]: measures one job on emulated tables and prints the bill of a million."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence

from benchmarks.cost.functions import function_mb
from benchmarks.cost.live import billed_for_following, following_by_polls, following_live, measure_following
from benchmarks.cost.mix import assumed_tokens, bills, bills_table, break_even_seconds, measure_jobs
from benchmarks.cost.one_job import Assumptions
from benchmarks.cost.table import idle_month, markdown, million_jobs, read_prices, with_jobs_month
from benchmarks.processes import Aws, metered_aws
from infra.local.environment import ROOT
from infra.problem import Problem

WORKER_MB = function_mb("work_normal")
PAGE = ROOT / "docs" / "deploy.md"
_MEASURED = re.compile(r"(?<=<!-- costs -->\n).*?(?=<!-- /costs -->)", re.DOTALL)


def costs(aws: Aws, assumed: Assumptions) -> str:
    """The part of the page that is measured and computed."""
    prices, jobs = read_prices(), measure_jobs(aws, assumed)
    followed = measure_following(aws, assumed, jobs.one_call)
    by_polls, by_socket = following_by_polls(assumed, prices), following_live(followed, assumed, prices)
    polls = markdown(by_polls, heading=("following a million jobs by polls", "each job"))
    live = markdown(by_socket, heading=("following a million jobs live", "each job"))
    parked = markdown(million_jobs(jobs.one_call, assumed, prices), heading=("a million jobs, parked", "each job"))
    idle = markdown(idle_month(prices), heading=("a month without jobs", "each month"))
    counted = "of which requests, messages, minutes and their functions: by polls {:.0f}, live {:.0f} US$".format(
        *(billed_for_following(one) for one in (by_polls, by_socket))
    )
    said = (
        f"Prices of {prices['date']}, {prices['region']}. A job's model takes {assumed.seconds} s, and it is polled"
        f" {assumed.polls} times; streamed to a worker it writes its progress {assumed.progress_writes} times."
    )
    busy = with_jobs_month(prices)
    metrics = f"In a month with jobs in every hour, {busy.amount} metrics add {busy.usd:.2f} US$, however many jobs."
    table = bills_table(bills(aws, jobs, assumed, prices), prices)
    mix = (
        f"{table}\n\n{assumed_tokens(prices, assumed)} No price list of il-central-1 was at hand: its column is a range"
        " of what AWS asks in other young regions, not a price."
    )
    seconds = break_even_seconds(aws, jobs, assumed, prices)
    even = (
        f"Parking a job and waking it costs as much as {seconds:.1f} s of a worker of {WORKER_MB} MB that follows its"
        " call: a call that ends sooner is followed (`PARK_AFTER_SECONDS`)."
    )
    return "\n\n".join((said, mix, even, parked, polls, live, counted, idle, metrics))


def with_costs(page: str, computed: str) -> str:
    """The page with its computed part replaced. Raises: Problem when the page has no place for it."""
    if not _MEASURED.search(page):
        raise Problem("The page has no <!-- costs --> and <!-- /costs -->, each on a line of its own.")
    return _MEASURED.sub(lambda _: f"{computed}\n", page, count=1)


def main(arguments: Sequence[str]) -> None:
    """Measure and print; with --write, write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/deploy.md, too")
    wanted = parser.parse_args(arguments)
    assumed = Assumptions()
    with metered_aws() as aws:
        computed = costs(aws, assumed)
    print(computed)
    if wanted.write:
        PAGE.write_text(with_costs(PAGE.read_text(encoding="utf-8"), computed), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
