"""What is configured for a stage? The parameters and tags of its file in infra/deploy/stages, which is in git."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from infra.problem import Problem

DIRECTORY = Path(__file__).resolve().parent / "stages"


class StageFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file. What `parameters` does not name keeps the value that the stack has."""

    parameters: Mapping[str, str] = msgspec.field(default_factory=dict)
    tags: Mapping[str, str] = msgspec.field(default_factory=dict)


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter whose value would change; None: the stack does not have it yet."""

    name: str
    now: str | None
    after: str


def read_stage_file(stage: str, *, directory: Path = DIRECTORY) -> StageFile:
    """The stage's file; an empty one when there is none. Raises: Problem."""
    path = directory / f"{stage}.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=StageFile)
    except FileNotFoundError:
        return StageFile()
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise Problem(f"{path} cannot be used: {exc}. Every value is a text in quotes, numbers too.") from exc


def tags_of(stage: str, file: StageFile) -> Mapping[str, str]:
    """The tags of every resource: what the stage's file says, with `app` and `stage`, by which costs are split."""
    return {**file.tags, "app": "casework", "stage": stage}


def differences(now: Mapping[str, str], after: Mapping[str, str]) -> Sequence[Difference]:
    """What the given values would change of those that the stack has, by name."""
    return [
        Difference(name=name, now=now.get(name), after=value)
        for name, value in sorted(after.items())
        if now.get(name) != value
    ]
