"""Which real answers are kept? One file for each case and question, written with RECORD=1, replayed without a key.

    evals/recordings/<model>/<case>.json    {"model", "recorded_on", "answers": {fingerprint of the question: answer}}

A question is known by its shape and all its parts, so a prompt that changes asks again. None exist today: they need a
key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chalicelib.analyses.kit.fingerprint import fingerprint
from chalicelib.analyses.kit.llm import Output, Part, StructuredModel, TextListener
from chalicelib.jobs.ports import AttemptContext

FOLDER = Path(__file__).parent / "recordings"


def recorded_models(folder: Path = FOLDER) -> tuple[str, ...]:
    """The models that answers are kept of."""
    return tuple(sorted(path.name for path in folder.glob("*") if any(path.glob("*.json"))))


def notice(folder: Path = FOLDER) -> str:
    """One line for the report: whose recorded answers can be replayed."""
    models = recorded_models(folder)
    return f"Recorded answers: {', '.join(models)}." if models else "Recorded answers of a real model: none exist."


class RecordingModel:
    """Asks a model, and keeps each answer in the case's file."""

    def __init__(self, model: StructuredModel, *, case: str, day: str, folder: Path = FOLDER) -> None:
        self._model = model
        self._file = folder / model.name / f"{case}.json"
        self._day = day
        self.name = model.name

    def parse(
        self,
        ctx: AttemptContext,
        *,
        instructions: str,
        parts: Sequence[Part],
        output: type[Output],
        max_output_tokens: int,
        on_text: TextListener | None = None,
    ) -> Output:
        """See StructuredModel.parse."""
        answer = self._model.parse(
            ctx,
            instructions=instructions,
            parts=parts,
            output=output,
            max_output_tokens=max_output_tokens,
            on_text=on_text,
        )
        kept = _read(self._file)
        key = fingerprint(instructions, output.__name__, list(parts))
        answers = {**kept.get("answers", {}), key: answer.model_dump(mode="json")}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        record = {"model": self.name, "recorded_on": self._day, "answers": answers}
        self._file.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return answer


class ReplayedModel:
    """Answers what was recorded. Raises: KeyError for a question that nobody asked then."""

    def __init__(self, name: str, *, case: str, folder: Path = FOLDER) -> None:
        self.name = name
        self._answers: Mapping[str, Any] = _read(folder / name / f"{case}.json").get("answers", {})

    def parse(
        self,
        ctx: AttemptContext,
        *,
        instructions: str,
        parts: Sequence[Part],
        output: type[Output],
        max_output_tokens: int,
        on_text: TextListener | None = None,
    ) -> Output:
        """See StructuredModel.parse."""
        return output.model_validate(self._answers[fingerprint(instructions, output.__name__, list(parts))])


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_bytes())) if path.is_file() else {}
