"""What Casework logs while a block runs, as parsed lines."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from typing import Any

from chalicelib import telemetry

Lines = Callable[[], Sequence[Mapping[str, Any]]]


@contextmanager
def logged_lines() -> Iterator[Lines]:
    """A function that gives every line that was logged since the block began."""
    logger = logging.getLogger("casework")
    before = (logger.handlers[:], logger.level, logger.propagate)
    stream = io.StringIO()
    with redirect_stderr(stream):
        telemetry.configure("INFO", stage="test")
    try:
        yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    finally:
        logger.handlers[:], logger.level, logger.propagate = before[0], before[1], before[2]
