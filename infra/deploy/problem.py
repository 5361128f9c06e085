"""Why can something not be packaged or deployed? One message for the operator, and what to do about it."""

from __future__ import annotations


class DeployProblem(Exception):
    """The command ends with exit code 1 and this message."""
