"""What a real model answered is kept by the question, and replayed without the model."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from chalicelib.analyses.kit.llm import TextPart
from evals.recordings import RecordingModel, ReplayedModel, notice
from tests.fakes.attempt_context import FakeContext
from tests.fakes.models import FakeStructuredModel


class Shape(BaseModel):
    word: str


def _ask(model: RecordingModel | ReplayedModel, text: str) -> Shape:
    return model.parse(FakeContext(), instructions="rules", parts=[TextPart(text)], output=Shape, max_output_tokens=100)


def test_an_answer_is_replayed_for_the_same_question_alone(tmp_path: Path) -> None:
    model = RecordingModel(
        FakeStructuredModel({"word": "כן"}, name="gpt-x"), case="sample", day="2026-11-30", folder=tmp_path
    )
    _ask(model, "a")

    replayed = ReplayedModel("gpt-x", case="sample", folder=tmp_path)

    assert _ask(replayed, "a").word == "כן"
    with pytest.raises(KeyError):
        _ask(replayed, "another question")


def test_the_report_says_whose_answers_are_kept(tmp_path: Path) -> None:
    assert notice(tmp_path) == "Recorded answers of a real model: none exist."
    (tmp_path / "gpt-x").mkdir()
    (tmp_path / "gpt-x" / "sample.json").write_text("{}")
    assert notice(tmp_path) == "Recorded answers: gpt-x."
