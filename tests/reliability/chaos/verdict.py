"""Whether every promise was kept: the evidence of a run, its figures, a sentence for each broken promise, the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chalicelib.analyses.kit.reading import SNAPSHOT
from chalicelib.jobs.model import Job, Status
from emulator.faults import BACKGROUND_KINDS, STATUSES
from tests.reliability.chaos.system import Kill

RECOVERY_SECONDS = 120.0
NEVER_BEGUN = frozenset(
    {*STATUSES, "drop", "html", "hang", "stream_error", "rate_limited_stream", "too_many_in_flight"}
)
"""Faults by which a call is refused before anything is begun for it."""
EXPECTED_CODES = frozenset({"worker_lost"})
"""How a job may fail that nobody interfered with: no trouble that passes fails one, and the rest are our defects."""
CALL_REPLACED = "its call was replaced"
TAKEN_UP = frozenset({"started", "completed", "failed", "cancelled"})
REPAIRED = TAKEN_UP | {"retrying"}


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """A job that was accepted."""

    job_id: str
    job_type: str
    case_id: str


class CaseEnd(msgspec.Struct, frozen=True, kw_only=True):
    """What a job gave back for its case, and what its case holds; None: nothing. Each case had one job."""

    has_result: bool
    analysis: Any
    in_case: Any


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the verdict rests on. `jobs` holds all records there are, by job id.

    `calls` are the entries of the emulator's log. `left_behind` names locks that are held and counters that are not
    zero. `dead_letters` counts messages. `counts` is what the mischief did; `calls_replaced` are the jobs whose call it
    replaced.
    """

    wanted: int
    started: tuple[Started, ...]
    jobs: Mapping[str, Job]
    ends: Mapping[str, CaseEnd]
    calls: tuple[Mapping[str, Any], ...]
    kills: tuple[Kill, ...]
    counts: Mapping[str, int]
    left_behind: tuple[str, ...]
    dead_letters: int
    problems: tuple[str, ...] = ()
    calls_replaced: frozenset[str] = frozenset()


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What the table shows. `repeats_of_checkpointed_calls` are steps stored twice; `repeats_of_calls_in_flight` calls
    that were answered, or broken off by the client, and whose step was not stored by the worker that made them.
    `worst_recovery_seconds` is from a kill to the moment from which its job can be taken up again, or is ended;
    `longest_wait_seconds` to its being taken up, by a worker that is free. None when no job was interrupted.
    """

    wanted: int
    submitted: int
    completed: int
    cancelled: int
    failed: Mapping[str, int]
    attempts: int
    kills: int
    kills_at_work: int
    counts: Mapping[str, int]
    calls: int
    calls_failed: int
    steps: int
    repeats_of_checkpointed_calls: int
    repeats_of_calls_in_flight: int
    repeats_in_background: int
    webhooks_disturbed: Mapping[str, int]
    lost_jobs: int
    jobs_made_twice: int
    disagreements: int
    left_behind: int
    dead_letters: int
    worst_recovery_seconds: float | None
    longest_wait_seconds: float | None
    problems: tuple[str, ...]


def figures(evidence: Evidence) -> Figures:
    """What happened, counted."""
    started = {one.job_id for one in evidence.started}
    mine = [job for job in evidence.jobs.values() if job.job_id in started]
    steps = [name for job in mine for name in _steps(job)]
    distinct = sum(len(set(_steps(job))) for job in mine)
    paid = [call for call in evidence.calls if call["outcome"] != "failed"]
    in_background = {call["metadata"]["job"] for call in evidence.calls if call["metadata"]}
    streamed = [name for job in mine if job.job_id not in in_background for name in _steps(job) if _is_call(name)]
    interrupted = [kill for kill in evidence.kills if _interrupted(kill, evidence.jobs)]
    return Figures(
        wanted=evidence.wanted,
        submitted=len(evidence.started),
        completed=sum(job.status is Status.COMPLETED for job in mine),
        cancelled=sum(job.status is Status.CANCELLED for job in mine),
        failed=Counter(_reason(job, evidence) for job in mine if job.status is Status.FAILED),
        attempts=sum(job.attempt for job in mine),
        kills=len(evidence.kills),
        kills_at_work=len(interrupted),
        counts=evidence.counts,
        calls=len(evidence.calls),
        calls_failed=len(evidence.calls) - len(paid),
        steps=len(steps),
        repeats_of_checkpointed_calls=len(steps) - distinct,
        repeats_of_calls_in_flight=sum(not call["metadata"] for call in paid) - len(streamed),
        repeats_in_background=_repeats_in_background(evidence.calls),
        webhooks_disturbed=Counter(call["fault"] for call in evidence.calls if call["fault"] in BACKGROUND_KINDS),
        lost_jobs=sum(job_id not in evidence.jobs or evidence.jobs[job_id].is_open for job_id in started),
        jobs_made_twice=len(set(evidence.jobs) - started) + len(evidence.started) - len(started),
        disagreements=sum(_disagrees(job, evidence) for job in mine),
        left_behind=len(evidence.left_behind),
        dead_letters=evidence.dead_letters,
        worst_recovery_seconds=max((_seconds(kill, evidence, until=REPAIRED) for kill in interrupted), default=None),
        longest_wait_seconds=max((_seconds(kill, evidence, until=TAKEN_UP) for kill in interrupted), default=None),
        problems=evidence.problems,
    )


def broken_promises(found: Figures) -> list[str]:
    """A sentence for each promise that was not kept, and for chaos that proves nothing; empty: all is well."""
    unexpected = {code: count for code, count in found.failed.items() if code not in (*EXPECTED_CODES, CALL_REPLACED)}
    recovery = found.worst_recovery_seconds
    checks = [
        (found.submitted != found.wanted, f"only {found.submitted} of {found.wanted} jobs were accepted"),
        (found.lost_jobs, f"{found.lost_jobs} accepted jobs are lost: gone, or not brought to an end"),
        (found.jobs_made_twice, f"{found.jobs_made_twice} jobs exist that no client was told of"),
        (found.cancelled, f"{found.cancelled} jobs were cancelled, and nobody asked for it"),
        (unexpected, f"jobs failed as none should: {unexpected}"),
        (
            found.repeats_of_checkpointed_calls,
            f"{found.repeats_of_checkpointed_calls} calls whose answer was stored were made again",
        ),
        (
            found.repeats_of_calls_in_flight > found.kills,
            f"{found.repeats_of_calls_in_flight} calls were made again after {found.kills} kills",
        ),
        (found.repeats_in_background, f"{found.repeats_in_background} calls in the background were made again"),
        (found.repeats_of_calls_in_flight < 0, "more steps are stored than calls were answered"),
        (found.disagreements, f"{found.disagreements} cases do not hold what their job says"),
        (found.left_behind, f"{found.left_behind} locks or counters are left behind"),
        (found.dead_letters, f"{found.dead_letters} messages are in the dead-letter queues"),
        (
            recovery is not None and recovery > RECOVERY_SECONDS,
            f"a job could not be taken up for {recovery or 0:.0f} s after its worker died, more than"
            f" {RECOVERY_SECONDS:.0f}",
        ),
        (not found.completed, "nothing was completed: this proves nothing"),
        (not found.kills_at_work, "no worker was killed at work: this proves nothing"),
        (not found.calls_failed, "no provider call failed: this proves nothing"),
        (found.problems, f"the mischief itself broke: {'; '.join(found.problems)}"),
    ]
    return [sentence for is_broken, sentence in checks if is_broken]


def show(console: Console, found: Figures, *, broken: Sequence[str], seconds: float) -> None:
    """Print the figures, and below them every promise that was broken."""
    table = Table(title=f"Chaos, {seconds:.0f} s", title_justify="left")
    table.add_column("what")
    table.add_column("figure", justify="right")
    table.add_column("allowed", justify="right")
    for what, figure, allowed in _rows(found):
        table.add_row(what, figure, allowed)
    console.print(table)
    for sentence in broken:
        console.print(f"[red]Broken:[/red] {escape(sentence)}.", highlight=False)
    if not broken:
        console.print("Every promise was kept.")


def _steps(job: Job) -> list[str]:
    return [event.message for event in job.timeline if event.type == "step"]


def _repeats_in_background(calls: Sequence[Mapping[str, Any]]) -> int:
    """Questions of one job that were begun more than once: each costs again."""
    begun = [call for call in calls if call["metadata"] and call["fault"] not in NEVER_BEGUN]
    return len(begun) - len({(call["metadata"]["job"], call["metadata"]["question"]) for call in begun})


def _is_call(step: str) -> bool:
    """Whether the step stores a model's answer, and not what was read of the case."""
    return step != SNAPSHOT and not step.startswith("text-")


def _reason(job: Job, evidence: Evidence) -> str:
    code = job.error.code if job.error else "?"
    return CALL_REPLACED if code == "input_invalid" and job.job_id in evidence.calls_replaced else code


def _disagrees(job: Job, evidence: Evidence) -> bool:
    """Whether the case holds something else than this job's result, or holds something though the job has none."""
    end = evidence.ends[job.job_id]
    if (job.status is Status.COMPLETED) != end.has_result:
        return True
    if end.in_case is None and job.job_id in evidence.calls_replaced:
        return False  # the analysis went with the call that it is about
    return bool(end.analysis != end.in_case)


def _interrupted(kill: Kill, jobs: Mapping[str, Job]) -> bool:
    job = jobs.get(kill.job_id) if kill.job_id else None
    return job is not None and _after(kill, job, until=TAKEN_UP) is not None


def _seconds(kill: Kill, evidence: Evidence, *, until: frozenset[str]) -> float:
    seconds = _after(kill, evidence.jobs[kill.job_id or ""], until=until)
    assert seconds is not None  # only kills that interrupted are asked about
    return seconds


def _after(kill: Kill, job: Job, *, until: frozenset[str]) -> float | None:
    """Seconds from the kill to the job's next event of these; None when it had ended before, or is still open."""
    for event in job.timeline:
        if event.type in until and event.at.timestamp() > kill.at:
            return event.at.timestamp() - kill.at
    return None


def _rows(found: Figures) -> list[tuple[str, str, str]]:
    failed = sum(found.failed.values())
    recovery, wait = found.worst_recovery_seconds, found.longest_wait_seconds
    return [
        *((what, str(count), "") for what, count in sorted(found.counts.items())),
        ("jobs interrupted by these kills", str(found.kills_at_work), "> 0"),
        ("provider calls", str(found.calls), ""),
        ("  its webhook or its id lost, late or twice", str(sum(found.webhooks_disturbed.values())), ""),
        *((f"    {kind}", str(found.webhooks_disturbed.get(kind, 0)), "") for kind in BACKGROUND_KINDS),
        ("  failed by the provider", str(found.calls_failed), "> 0"),
        ("submitted", str(found.submitted), str(found.wanted)),
        ("completed", str(found.completed), "> 0"),
        ("failed for a trouble that passed", str(failed - found.failed.get(CALL_REPLACED, 0)), "0"),
        *((f"  {code}", str(count), "") for code, count in sorted(found.failed.items())),
        ("attempts", str(found.attempts), ""),
        ("steps stored", str(found.steps), ""),
        ("repeats of checkpointed calls", str(found.repeats_of_checkpointed_calls), "0"),
        ("repeats of calls in flight", str(found.repeats_of_calls_in_flight), f"≤ {found.kills}"),
        ("repeats of calls in the background", str(found.repeats_in_background), "0"),
        ("lost jobs", str(found.lost_jobs), "0"),
        ("jobs made twice", str(found.jobs_made_twice), "0"),
        ("case/job disagreements", str(found.disagreements), "0"),
        ("locks and counters left behind", str(found.left_behind), "0"),
        ("dead letters", str(found.dead_letters), "0"),
        ("worst recovery time", "–" if recovery is None else f"{recovery:.1f} s", f"≤ {RECOVERY_SECONDS:.0f} s"),
        ("  with the wait for a free worker", "–" if wait is None else f"{wait:.1f} s", ""),
    ]
