"""The local system ends when it is told to, and ignores what its starter ignores."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from infra.local.__main__ import stop_on_signals

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """The handlers of this process are its own again afterwards."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_each_signal_stops_the_system(number):
    stop = threading.Event()
    signal.signal(number, signal.SIG_DFL)  # whatever the starter of the tests ignores
    stop_on_signals(stop)

    os.kill(os.getpid(), number)

    assert stop.is_set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_what_the_starter_ignores_stops_nothing(number):
    stop = threading.Event()
    signal.signal(number, signal.SIG_IGN)  # as nohup and `&` do
    stop_on_signals(stop)

    os.kill(os.getpid(), number)

    assert not stop.is_set()
