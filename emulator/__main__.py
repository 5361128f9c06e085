"""Starts the emulator: `python -m emulator --port 7802 [--seconds 4]`, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence

from emulator.server import Emulator, PortTaken

DEFAULT_PORT = 7802
DEFAULT_SECONDS = 4.0
SECONDS_VARIABLE = "CASEWORK_EMULATOR_SECONDS"


def main(arguments: Sequence[str], *, environ: Mapping[str, str]) -> int:
    """Serves until a signal; 0 then, 1 when the port is taken, 2 when the arguments cannot be used."""
    wanted = _parsed(arguments, environ)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        emulator = Emulator(port=wanted.port, seconds=wanted.seconds)
    except PortTaken as exc:
        print(f"The model provider's emulator cannot start: {exc} Choose another with --port.", file=sys.stderr)
        return 1
    with emulator:
        print(f"Emulating OpenAI and Anthropic on {emulator.url}, {wanted.seconds:g} s an answer", flush=True)
        stop.wait()
    return 0


def _parsed(arguments: Sequence[str], environ: Mapping[str, str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"on 127.0.0.1; default {DEFAULT_PORT}, 0: any")
    parser.add_argument(
        "--seconds",
        type=float,
        default=None,
        help=f"how long an answer takes; default {SECONDS_VARIABLE}, else {DEFAULT_SECONDS:g}",
    )
    wanted = parser.parse_args(arguments)
    if wanted.seconds is None:
        try:
            wanted.seconds = float(environ.get(SECONDS_VARIABLE, "").strip() or DEFAULT_SECONDS)
        except ValueError:
            parser.error(f"{SECONDS_VARIABLE} must be a number of seconds, not {environ[SECONDS_VARIABLE]!r}")
    if wanted.seconds < 0:
        parser.error("an answer cannot take less than 0 seconds")
    return wanted


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], environ=os.environ))
