"""Which processes are the local system, and is one there already?"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

import msgspec

from infra.local.environment import HOST, PORT_VARIABLES, ROOT, Ports, emulated_providers, positive_number
from infra.local.program import Program
from infra.problem import Problem

IDENTITY_PATH = "/casework"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What the AWS port of a running local system says of it: whose it is. `root` is its project directory."""

    root: str
    supervisor_pid: int


def programs(environment: Mapping[str, str], *, ports: Ports, identity: Identity) -> list[Program]:
    """The processes behind the API, in the order in which they start. Raises: Problem."""
    concurrency = str(positive_number(environment, "CASEWORK_CONCURRENCY", default=5))
    function_seconds = str(positive_number(environment, "CASEWORK_FUNCTION_SECONDS", default=300))
    rescue_seconds = str(positive_number(environment, "CASEWORK_RESCUE_SECONDS", default=60))
    found = [
        Program(
            name="aws",
            module="infra.local.moto_server",
            arguments=("--port", str(ports.aws), "--identity", json.dumps(msgspec.to_builtins(identity))),
        )
    ]
    if emulated_providers(environment, ports=ports):
        found.append(Program(name="model", module="emulator", arguments=("--port", str(ports.model))))
    for lane in ("high", "normal"):
        found.append(
            Program(
                name=lane,
                module="infra.local.event_source",
                arguments=(
                    *("--queue-url", environment[f"{lane.upper()}_QUEUE_URL"], "--handler", f"app.work_{lane}"),
                    *("--concurrency", concurrency, "--timeout", function_seconds),
                ),
                follows_sources=True,
            )
        )
    found += [
        Program(
            name="deliveries",
            module="infra.local.event_source",
            arguments=(
                *("--queue-url", environment["DELIVERIES_QUEUE_URL"], "--handler", "app.deliver"),
                *("--concurrency", "5", "--timeout", "30"),
            ),
            follows_sources=True,
        ),
        Program(
            name="stream",
            module="infra.local.stream_source",
            arguments=(
                *("--endpoint-url", environment["AWS_ENDPOINT_URL"], "--table", environment["JOBS_TABLE"]),
                *("--handler", "app.publish"),
            ),
            follows_sources=True,
        ),
        Program(
            name="socket", module="infra.local.sockets", arguments=("--port", str(ports.socket)), follows_sources=True
        ),
    ]
    found.append(
        Program(
            name="timer",
            module="infra.local.schedule",
            arguments=("--handler", "app.rescue", "--every", rescue_seconds),
            follows_sources=True,
        )
    )
    return found


def api_program(ports: Ports) -> Program:
    """The API as `chalice local` serves it."""
    return Program(
        name="api", module="infra.local.api_server", arguments=("--port", str(ports.api)), follows_sources=True
    )


def identify(ports: Ports) -> Identity | None:
    """Who answers at the AWS port: a local system that is ready, or None."""
    try:
        with _open(f"http://{HOST}:{ports.aws}{IDENTITY_PATH}", timeout_seconds=2) as answer:
            return msgspec.json.decode(answer.read(), type=Identity)
    except (OSError, ValueError, msgspec.DecodeError):
        return None


def answers(url: str) -> bool:
    """Whether something speaks HTTP at the URL, whatever it says."""
    try:
        with _open(url, timeout_seconds=2):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False


def refuse_taken_ports(ports: Ports, names: tuple[str, ...]) -> None:
    """Raises: Problem naming the first of the ports (by their names in Ports) that is taken, and its variable."""
    for name in names:
        port = getattr(ports, name)
        if is_taken(port):
            raise Problem(taken_message(name, port, identify(ports)))


def is_taken(port: int) -> bool:
    """Whether something listens on the port on this machine's loopback address, or on all addresses."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def taken_message(name: str, port: int, identity: Identity | None) -> str:
    """Why the local system cannot have the port, and the two ways out."""
    variable = PORT_VARIABLES[name]
    if identity is not None:
        return (
            f"Port {port} on {HOST} is taken: a local Casework of {identity.root} is up already (process"
            f" {identity.supervisor_pid}). Stop that one, or set {variable} (and the other ports:"
            f" {', '.join(v for v in PORT_VARIABLES.values() if v != variable)}) for a second one."
        )
    return f"Port {port} on {HOST} is taken. Stop what listens there, or set {variable} to a free port."


def own_identity() -> Identity:
    """The identity of a system that this process supervises."""
    return Identity(root=str(ROOT), supervisor_pid=os.getpid())


def _open(url: str, *, timeout_seconds: float) -> contextlib.AbstractContextManager[Any]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy has no business on loopback
    answer: contextlib.AbstractContextManager[Any] = opener.open(url, timeout=timeout_seconds)
    return answer
