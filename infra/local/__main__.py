"""How is the local system started? In the foreground, by `make dev`: one log, Ctrl-C ends everything.

python -m infra.local                                  the whole system
python -m infra.local --behind-api --lifeline PID …    all but the API, for `chalice local`; ends with process PID
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading

import msgspec

from infra.local import lifeline, system
from infra.local.environment import HOST, Ports, emulated_providers, local_environment, read_ports
from infra.local.log import open_log
from infra.local.supervisor import Supervisor
from infra.problem import Problem


def main() -> None:
    """Run the local system until it is stopped; exit code 1: it could not start."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description="Casework on this machine.")
    parser.add_argument(
        "--behind-api", action="store_true", help="everything but the API, which another process serves"
    )
    parser.add_argument("--no-reload", action="store_true", help="do not restart when a source changes")
    parser.add_argument("--lifeline", type=int, metavar="PID", help="end when this process has ended")
    parser.add_argument("--ready-fd", type=int, metavar="FD", help="write a line to this descriptor once all is up")
    arguments = parser.parse_args()
    try:
        _run(arguments)
    except Problem as problem:
        open_log().alarm("local")(str(problem))
        sys.exit(1)


def stop_on_signals(stop: threading.Event) -> None:
    """Let Ctrl-C, SIGTERM and the end of the terminal set the event, but for what the starter ignores (nohup, `&`)."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: stop.set())


def _run(arguments: argparse.Namespace) -> None:
    ports = read_ports(os.environ)
    environment = local_environment(os.environ, ports=ports)
    programs = system.programs(environment, ports=ports, identity=system.own_identity())
    if not arguments.behind_api:
        programs.append(system.api_program(ports))
    if arguments.no_reload:
        programs = [msgspec.structs.replace(program, follows_sources=False) for program in programs]
    system.refuse_taken_ports(ports, tuple(p.name for p in programs if p.name in ("aws", "model", "socket", "api")))

    stop = threading.Event()
    stop_on_signals(stop)
    if arguments.lifeline is not None:
        lifeline.watch(arguments.lifeline, on_end=stop.set)

    log = open_log()
    say = log.voice("local")

    def ready() -> None:
        if arguments.ready_fd is not None:
            os.write(arguments.ready_fd, b"ready\n")
            os.close(arguments.ready_fd)
        else:
            for line in _welcome(environment, ports):
                say(line)

    Supervisor(programs, environment=environment, log=log, stop=stop).run(ports=ports, on_ready=ready)
    if arguments.lifeline is None:
        say("Everything has ended.")


def _welcome(environment: dict[str, str], ports: Ports) -> list[str]:
    emulated = emulated_providers(environment, ports=ports)
    providers = ", ".join(f"{name}: {'emulated' if name in emulated else 'real'}" for name in ("openai", "anthropic"))
    return [
        f"Casework is up: http://{HOST}:{ports.api} ({providers}). Ctrl-C ends everything.",
        f"Live updates: ws://{HOST}:{ports.socket}/api, with a ticket of POST /streams.",
        f"A token: make token USER=you. First question: curl http://{HOST}:{ports.api}/health",
    ]


if __name__ == "__main__":
    main()
