"""How is the engine machine driven? On the engine of a test's choice, the same way every time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fakes.engine import Engine
from tests.fakes.engine_machine import EngineMachine

MOST_ROUNDS = 5


def machine(
    *,
    new_engine: Callable[[], Engine],
    completed_in_case: Callable[[Engine], Any],
    left_behind: Callable[[Engine], list[str]],
    number: int = 1,
) -> type[EngineMachine]:
    """The machine on the engine that `new_engine` makes. Machines of other numbers are driven in other orders.

    `completed_in_case` reads what its case holds now; `left_behind` names the locks that are held and the counters that
    are not zero.
    """
    attributes = {
        "new_engine": staticmethod(new_engine),
        "completed_in_case": staticmethod(completed_in_case),
        "left_behind": staticmethod(left_behind),
        "reached": Counter(),
    }
    return type(f"Machine{number}", (EngineMachine,), attributes)


def drive(
    new_machine: Callable[[int], type[EngineMachine]],
    *,
    until: Collection[str],
    examples: int,
    steps: int,
    phases: Collection[Phase] = tuple(Phase),
) -> None:
    """Drive machines, numbered from 1, until all these events have happened: one that gets nowhere proves nothing.

    Which examples are drawn depends on the modules that the process has loaded, so one round may miss an event.
    On a slow store leave out `Phase.shrink`: a failing example is then reported as it was found.
    """
    plan = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
        phases=phases,
    )
    reached: Counter[str] = Counter()
    for number in range(1, MOST_ROUNDS + 1):
        driven = new_machine(number)
        run_state_machine_as_test(driven, settings=plan)
        reached += driven.reached
        if set(reached) >= set(until):
            return
    raise AssertionError(f"never happened: {set(until) - set(reached)}; of {reached}")
