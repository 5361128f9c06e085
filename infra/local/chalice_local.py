"""How does plain `chalice local` become a complete system? What is behind the API starts when it begins to serve.

The top process is the one the developer started: with autoreload it is the reloader, the parent of the process that
serves. The system behind the API lives as long as the top process: tables survive a reload, nothing is left behind.
"""

from __future__ import annotations

import errno
import functools
import io
import os
import signal
import subprocess
import sys
from typing import Any, NoReturn

from chalice.local import LocalDevServer

from infra.local import autoreload, gateway, lifeline, system
from infra.local.environment import ROOT, Ports, local_environment, read_ports
from infra.problem import Problem


def attach_to_chalice() -> None:
    """Wrap what `chalice local` does: binding its port, serving, watching for changes. Once per process."""
    if getattr(LocalDevServer.serve_forever, "brings_up_the_system", False):
        return
    reloader = "CHALICE_WORKER" in os.environ
    _wrap_binding(top_pid=os.getppid() if reloader else os.getpid())
    _wrap_serving(top_pid=os.getppid() if reloader else os.getpid(), watches=reloader)
    autoreload.silence_chalices_watcher()


def _wrap_binding(*, top_pid: int) -> None:
    bind = LocalDevServer.__init__

    @functools.wraps(bind)
    def __init__(self: LocalDevServer, app_object: Any, config: Any, host: str, port: int, **options: Any) -> None:  # noqa: N807
        try:
            bind(self, app_object, config, host, port, **{"handler_cls": gateway.RequestHandler, **options})
        except OSError as exc:
            if exc.errno != errno.EADDRINUSE:
                raise
            _give_up(
                f"Port {port} on {host} is taken. Stop what listens there, or take another: chalice local --port N"
                " (with `make dev`: set CASEWORK_API_PORT).",
                top_pid=top_pid,
            )

    LocalDevServer.__init__ = __init__


def _wrap_serving(*, top_pid: int, watches: bool) -> None:
    serve = LocalDevServer.serve_forever

    @functools.wraps(serve)
    def serve_forever(self: LocalDevServer) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(line_buffering=True)  # what Chalice says is to be read in time, in a pipe too
        try:
            _bring_up(top_pid)
        except Problem as problem:
            _give_up(str(problem), top_pid=top_pid)
        if watches:
            autoreload.start_watching(ROOT)
        serve(self)

    serve_forever.brings_up_the_system = True  # type: ignore[attr-defined]
    LocalDevServer.serve_forever = serve_forever


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
            raise Problem("The system behind the API did not come up; its log above says why.")
    return supervisor.pid


def _give_up(message: str, *, top_pid: int) -> NoReturn:
    """Say why and end the top process too: the reloader would wait for ever for a change that helps."""
    print(message, file=sys.stderr, flush=True)
    if top_pid != os.getpid():
        os.kill(top_pid, signal.SIGTERM)
    os._exit(1)
