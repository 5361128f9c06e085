"""Any order of starts, deliveries, crashes, cancels, clock jumps and rescues leaves the engine's promises standing."""

from __future__ import annotations

from typing import Any

from tests.fakes.engine import Engine
from tests.fakes.engine_drive import drive, machine
from tests.fakes.engine_machine import complete
from tests.fakes.jobs import CASE_ID

EXAMPLES = 200
STEPS_PER_EXAMPLE = 40

MUST_HAPPEN = {
    *("claim", "claim lost", "step", "refused"),
    *("running to completed", "running to failed", "running to cancelled", "running to pending"),
    *("CancelSeen", "LeaseLost", "OutOfTime", "DeadlineExceeded"),
    *("sent_again", "worker_lost", "deadline_exceeded"),
}


def test_any_order_of_events_leaves_the_promises_standing() -> None:
    drive(
        lambda number: machine(
            new_engine=lambda: Engine(complete), completed_in_case=in_case, left_behind=left_behind, number=number
        ),
        until=MUST_HAPPEN,
        examples=EXAMPLES,
        steps=STEPS_PER_EXAMPLE,
    )


def in_case(engine: Engine) -> Any:
    """What the fake case holds of the analysis."""
    return engine.cases.bodies[CASE_ID].get("final_document_analysis")


def left_behind(engine: Engine) -> list[str]:
    """Locks and counters of the fake store that something still holds."""
    counters = [user for user, count in engine.store.open_job_counts.items() if count]
    return [*engine.store.lock_holders, *counters]
