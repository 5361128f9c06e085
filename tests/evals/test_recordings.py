"""What a real model answered is kept by the question, and replayed without the model."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from chalicelib.analyses.kit.llm import TextPart
from emulator import Emulator
from evals.__main__ import replays
from evals.cases import EvalCase, load_case
from evals.in_process_run import Models
from evals.measure import CaseScore, measure_cases
from evals.providers import Answering, recorded
from evals.recordings import NotRecorded, RecordingModel, ReplayedModel, notice
from tests.fakes.attempt_context import FakeContext
from tests.fakes.models import FakeStructuredModel


class Shape(BaseModel):
    word: str


def _ask(model: RecordingModel | ReplayedModel, text: str) -> Shape:
    return model.parse(FakeContext(), instructions="rules", parts=[TextPart(text)], output=Shape, max_output_tokens=100)


def _record(answering: Answering, case: EvalCase, folder: Path) -> list[CaseScore]:
    return measure_cases(
        [case], lambda one: recorded(answering, one.name, day="2026-11-30", folder=folder), say=lambda _: None
    )


def test_an_answer_is_replayed_for_the_same_question_alone(tmp_path: Path) -> None:
    model = RecordingModel(
        FakeStructuredModel({"word": "כן"}, name="gpt-x"), case="sample", day="2026-11-30", folder=tmp_path
    )
    _ask(model, "a")

    replayed = ReplayedModel("gpt-x", case="sample", folder=tmp_path)

    assert _ask(replayed, "a").word == "כן"
    with pytest.raises(NotRecorded):
        _ask(replayed, "another question")


def test_the_report_says_whose_answers_are_kept(tmp_path: Path) -> None:
    assert notice(tmp_path) == "Recorded answers of a real model: none exist."
    (tmp_path / "gpt-x").mkdir()
    (tmp_path / "gpt-x" / "sample.json").write_text('{"answers": {"1": {}}}')
    assert notice(tmp_path) == "Recorded answers: gpt-x."


def test_a_recorded_case_is_measured_again_without_its_models(
    tmp_path: Path, emulated: tuple[Emulator, Models]
) -> None:
    emulator, models = emulated
    case = load_case("hearing_case")
    answering = Answering(
        models=models, openai_name=models.openai.name, anthropic_name=models.anthropic.name, is_emulated=False
    )
    [first] = _record(answering, case, tmp_path)
    asked = len(emulator.state.log.listed(with_bodies=False))

    [replay] = replays([case], say=lambda _: None, folder=tmp_path)

    [again] = replay.cases
    assert len(emulator.state.log.listed(with_bodies=False)) == asked
    assert replay.openai_name == f"{models.openai.name}, recorded 2026-11-30"
    assert [run.error for run in again.runs] == [None, None, None]
    assert again.comparisons == first.comparisons
    assert (again.agent, again.call) == (first.agent, first.call)


def test_what_was_not_recorded_is_a_run_that_failed(tmp_path: Path, emulated: tuple[Emulator, Models]) -> None:
    case = load_case("hearing_case")
    answering = Answering(
        models=emulated[1], openai_name=emulated[1].openai.name, anthropic_name="the emulator", is_emulated=False
    )
    _record(answering, case, tmp_path)

    [replay] = replays([case], say=lambda _: None, folder=tmp_path)

    assert [run.error for run in replay.cases[0].runs] == [None, "not_recorded", None]


def test_without_recordings_nothing_is_replayed(tmp_path: Path) -> None:
    assert list(replays([], say=lambda _: None, folder=tmp_path)) == []
