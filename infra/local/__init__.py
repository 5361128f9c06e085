"""The complete system on one machine: AWS and the model providers emulated, workers, timer and API as processes."""

from __future__ import annotations


def attach() -> None:
    """Let `chalice local` in this process bring up the system behind the API; this call starts nothing.

    Called by app.py in stage dev, under every Chalice command: only when `chalice local` begins to serve, the tables,
    queues, workers and providers are started, unless they are up already.
    """
    from infra.local.chalice_local import attach_to_chalice

    attach_to_chalice()
