"""The one error of the commands in infra, of the demo and of chaos: something cannot be done, and why."""

from __future__ import annotations


class Problem(Exception):
    """A command ends with exit code 1 and this message: what is wrong, and what to do about it."""
