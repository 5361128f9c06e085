"""How much chaos? What one run starts and breaks. The same seed breaks the same things, at moments that vary."""

from __future__ import annotations

import msgspec


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """One run. For `mischief_seconds` things go wrong; then the system has `drain_seconds` to bring all to an end.

    Workers run one job at a time each, so that a kill interrupts at most one call. `fault_rate` is the share of
    provider calls that fail, `answer_seconds` what an answer takes, `…_every_seconds` the mean time between two acts.
    `freezes` workers are stopped for `freeze_seconds`, until others have taken their jobs over (a lease and a tick of
    the timer), and go on after that as zombies.
    """

    jobs: int = 100
    mischief_seconds: float = 60.0
    drain_seconds: float = 150.0
    seed: int = 1
    normal_workers: int = 7
    high_workers: int = 2
    high_share: float = 0.1
    answer_seconds: float = 0.6
    fault_rate: float = 0.2
    kill_every_seconds: float = 3.0
    message_every_seconds: float = 0.7
    api_restarts: int = 2
    freezes: int = 2
    freeze_seconds: float = 110.0
    rescue_every_seconds: int = 60
