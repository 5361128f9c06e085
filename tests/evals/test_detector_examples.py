"""What the detector learned from is what lies here, and nothing that measures it is among it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from chalicelib.analyses.kit.injection.wording import learned
from chalicelib.documents.normalise import words
from evals.cases import DATA
from evals.detector.examples import Examples, all_examples, fingerprint

SETS = all_examples()


def key(text: str) -> tuple[str, ...]:
    """The text, however it is written."""
    return words(text)


def test_the_model_that_ships_learned_from_these_texts() -> None:
    assert learned().learned_from == fingerprint(SETS), "learn anew: make detector"


def test_no_text_is_an_attack_here_and_clean_there() -> None:
    attacks = {key(text) for one in SETS.values() for text in one.attacks}
    clean = {key(text) for one in SETS.values() for text in one.clean}

    assert attacks & clean == set()


@pytest.mark.parametrize("path", sorted(DATA.glob("injection_*.json")), ids=lambda path: path.stem)
def test_nothing_that_measures_was_learned(path: Path) -> None:
    told = msgspec.json.decode(path.read_bytes())
    measuring = {key(row if isinstance(row, str) else row["text"]) for row in told["attacks"] + told.get("clean", [])}
    learning = {key(text) for one in SETS.values() for text in (*one.attacks, *one.clean)}

    assert measuring & learning == set()


def test_a_broken_set_is_named(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text('{"attacks": ["x"]}')

    with pytest.raises(msgspec.ValidationError, match=r"one\.json: Object missing required field `clean`"):
        all_examples(tmp_path)


def test_sets_go_by_the_names_of_their_files(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text('{"attacks": ["x"], "clean": ["y", "z"]}')

    assert all_examples(tmp_path) == {"one": Examples(attacks=("x",), clean=("y", "z"))}
