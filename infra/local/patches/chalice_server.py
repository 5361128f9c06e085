"""Chalice's development server, with another request handler and something done before it serves.

Chalice 1.34 has no hook for either, and ends with a traceback when its port is taken. Not reported.
"""

from __future__ import annotations

import errno
import functools
import io
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from chalice.local import LocalDevServer


def change_chalices_server(
    handler: Any, *, port_is_taken: Callable[[str, int], NoReturn], before_serving: Callable[[int], None]
) -> None:
    """From now on requests are `handler`'s; the two functions are called when they say. Once per process."""
    if getattr(LocalDevServer.serve_forever, "is_changed", False):
        return
    bind, serve = LocalDevServer.__init__, LocalDevServer.serve_forever

    @functools.wraps(bind)
    def __init__(self: LocalDevServer, app_object: Any, config: Any, host: str, port: int, **options: Any) -> None:  # noqa: N807
        try:
            bind(self, app_object, config, host, port, **{"handler_cls": handler, **options})
        except OSError as exc:
            if exc.errno != errno.EADDRINUSE:
                raise
            port_is_taken(host, port)

    @functools.wraps(serve)
    def serve_forever(self: LocalDevServer) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(line_buffering=True)  # what Chalice says is to be read in time, in a pipe too
        before_serving(self.port)
        serve(self)

    serve_forever.is_changed = True  # type: ignore[attr-defined]  # a mark
    LocalDevServer.__init__, LocalDevServer.serve_forever = __init__, serve_forever
