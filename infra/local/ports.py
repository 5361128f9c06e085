"""Free ports on loopback, for a local system next to the usual one."""

from __future__ import annotations

import socket
from contextlib import ExitStack

from infra.local.environment import HOST, Ports


def new_ports() -> Ports:
    """Free ports for a whole local system."""
    names = Ports.__struct_fields__
    return Ports(**dict(zip(names, free_ports(len(names)), strict=True)))


def free_ports(count: int) -> list[int]:
    """Different ports on which nothing listens now."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]
