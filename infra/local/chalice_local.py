"""Plain `chalice local` as a complete system: what is behind the API starts when it begins to serve.

The top process is the one the developer started: with autoreload it is the reloader, the parent of the process that
serves. The system behind the API lives as long as the top process: tables survive a reload, nothing is left behind.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import NoReturn

from infra.local import autoreload, emulated_webhooks, gateway, lifeline, system
from infra.local.environment import HOST, ROOT, Ports, local_environment, read_ports
from infra.local.patches.chalice_server import change_chalices_server
from infra.local.patches.chalice_watcher import silence_chalices_watcher
from infra.problem import Problem


def attach_to_chalice() -> None:
    """Change what `chalice local` does: binding its port, serving, watching for changes. Once per process."""
    reloader = "CHALICE_WORKER" in os.environ
    top_pid = os.getppid() if reloader else os.getpid()

    def port_is_taken(host: str, port: int) -> NoReturn:
        _give_up(
            f"Port {port} on {host} is taken. Stop what listens there, or take another: chalice local --port N"
            " (with `make dev`: set CASEWORK_API_PORT).",
            top_pid=top_pid,
        )

    def before_serving(port: int) -> None:
        try:
            _bring_up(top_pid)
        except Problem as problem:
            _give_up(str(problem), top_pid=top_pid)
        emulated_webhooks.send_to(f"http://{HOST}:{port}/openai/webhook", environment=os.environ)
        if reloader:
            autoreload.start_watching(ROOT)

    change_chalices_server(gateway.RequestHandler, port_is_taken=port_is_taken, before_serving=before_serving)
    silence_chalices_watcher()


def _bring_up(top_pid: int) -> None:
    """Have a system behind the API, and this process's environment made for it. Raises: Problem."""
    ports = read_ports(os.environ)
    environment = local_environment(os.environ, ports=ports)
    if os.environ.get("CASEWORK_BEHIND_API") != "up":  # the supervisor of `make dev` says so: the system is its own
        supervisor_pid = _find(ports) or _start(environment, top_pid=top_pid)
        lifeline.watch(
            supervisor_pid,
            on_end=lambda: _give_up("The system behind the API has ended; start again.", top_pid=top_pid),
        )
        if top_pid != os.getpid():
            lifeline.watch(top_pid, on_end=lambda: os._exit(0))
    for name in set(os.environ) - set(environment):
        del os.environ[name]
    os.environ.update(environment)


def _find(ports: Ports) -> int | None:
    """The supervisor of a system of this project that is up already, e.g. since before a reload."""
    identity = system.identify(ports)
    if identity is not None and identity.root == str(ROOT):
        return identity.supervisor_pid
    return None


def _start(environment: dict[str, str], *, top_pid: int) -> int:
    ready, to_be_written = os.pipe()
    supervisor = subprocess.Popen(
        [
            *(sys.executable, "-m", "infra.local", "--behind-api"),
            *([] if "CHALICE_WORKER" in os.environ else ["--no-reload"]),
            *("--lifeline", str(top_pid), "--ready-fd", str(to_be_written)),
        ],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=[to_be_written],
    )
    os.close(to_be_written)
    with open(ready, encoding="utf-8") as lines:  # noqa: PTH123  # a descriptor, not a path
        if not lines.readline():
            raise Problem("The system behind the API did not start; its log above says why.")
    return supervisor.pid


def _give_up(message: str, *, top_pid: int) -> NoReturn:
    """Say why and end the top process too: the reloader would wait for ever for a change that helps."""
    print(message, file=sys.stderr, flush=True)
    if top_pid != os.getpid():
        os.kill(top_pid, signal.SIGTERM)
    os._exit(1)
