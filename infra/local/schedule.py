"""What does the timer of a scheduled function do? It invokes the function at every interval.

python -m infra.local.schedule --handler app.rescue --every 60
"""

from __future__ import annotations

import argparse
import threading
import time
import traceback
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from infra.local.invocation import Handler, LambdaContext, load_handler, scheduled_event


def run(
    handler: Handler,
    *,
    name: str,
    every_seconds: float,
    timeout_seconds: float,
    wait: Callable[[float], Any],
    monotonic: Callable[[], float],
    say: Callable[[str], None],
) -> None:
    """Invoke `handler` every `every_seconds` until `wait` (seconds to the next time) returns something true.

    A call that takes longer than the interval is followed by the next one at once, never by a burst of the missed ones.
    """
    due = monotonic() + every_seconds
    while not wait(max(0.0, due - monotonic())):
        due = max(due, monotonic()) + every_seconds
        context = LambdaContext(name, request_id=str(uuid.uuid4()), timeout_seconds=timeout_seconds)
        event = scheduled_event(name, event_id=str(uuid.uuid4()), at=datetime.now(UTC))
        try:
            handler(event, context)
        except Exception:  # noqa: BLE001  # as Lambda does: a failing call does not stop the schedule
            say(f"{name} failed:")
            say(traceback.format_exc().rstrip())


def main() -> None:
    """Run one scheduled function until the process is ended."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.schedule", description="A timer and its function.")
    parser.add_argument("--handler", required=True, help="module.function, e.g. app.rescue")
    parser.add_argument("--every", type=float, default=60, help="seconds between two calls")
    parser.add_argument("--timeout", type=float, default=60, help="seconds a call may take")
    arguments = parser.parse_args()
    name = arguments.handler.rpartition(".")[2]
    print(f"calls {name} every {arguments.every:g} s", flush=True)
    run(
        load_handler(arguments.handler),
        name=name,
        every_seconds=arguments.every,
        timeout_seconds=arguments.timeout,
        wait=threading.Event().wait,
        monotonic=time.monotonic,
        say=lambda line: print(line, flush=True),
    )


if __name__ == "__main__":
    main()
