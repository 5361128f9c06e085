"""How is a module run so that it ends with its parent?

    python -m infra.local.child PARENT_PID MODULE [ARGUMENTS…]        as `python -m MODULE [ARGUMENTS…]`

The process leads a session of its own (its starter sees to that); when the parent is gone, the whole session goes.
"""

from __future__ import annotations

import os
import runpy
import sys

from infra.local import lifeline


def main() -> None:
    """Tie this process to its parent, then become the module."""
    parent, module, *arguments = sys.argv[1:]
    lifeline.watch(int(parent), on_end=lifeline.end_group)
    if os.getppid() != int(parent):  # it ended before the watch began, and its number may belong to another process
        lifeline.end_group()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
