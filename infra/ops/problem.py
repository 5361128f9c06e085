"""Why can a command not do what it was asked? One sentence for the operator, and what to do about it."""

from __future__ import annotations


class OpsProblem(Exception):
    """The command ends with exit code 1 and this message."""
