"""A fingerprint changes with everything that an answer depends on, and with nothing else."""

from __future__ import annotations

import pytest

from chalicelib.analyses.kit.fingerprint import fingerprint
from chalicelib.analyses.kit.llm import FilePart, Part, TextPart

FILE = FilePart(file_name="a", content_type="image/png", content=b"1")
PARTS: list[Part] = [TextPart("a"), FILE]
BASE = fingerprint("instructions", "model", PARTS)


def test_the_same_inputs_give_the_same_fingerprint() -> None:
    again = FilePart(file_name="a", content_type="image/png", content=b"1")

    assert fingerprint("instructions", "model", [TextPart("a"), again]) == BASE


@pytest.mark.parametrize(
    "inputs",
    [
        ("other instructions", "model", PARTS),
        ("instructions", "other model", PARTS),
        ("instructions", "model", [TextPart("b"), FILE]),
        ("instructions", "model", [TextPart("a")]),
        ("instructions", "model", [FILE, TextPart("a")]),
        ("instructions", "model", [TextPart("a"), FilePart(file_name="a", content_type="image/png", content=b"2")]),
    ],
    ids=["instructions", "model", "text", "a part less", "order", "a file's bytes"],
)
def test_any_other_input_gives_another(inputs: tuple[str, str, list[Part]]) -> None:
    assert fingerprint(*inputs) != BASE
