"""What may clients attach?"""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.cases.checks import MAX_METADATA_BYTES, checked_document_metadata, checked_metadata
from chalicelib.errors import InvalidRequest


def of_bytes(size: int) -> dict[str, str]:
    """{"k":"…"} is 8 bytes around the value."""
    return {"k": "x" * (size - 8)}


def test_metadata_of_exactly_16_kb_is_taken() -> None:
    assert checked_metadata(of_bytes(MAX_METADATA_BYTES)) == of_bytes(MAX_METADATA_BYTES)


@pytest.mark.parametrize("too_much", [of_bytes(MAX_METADATA_BYTES + 1), {"k": "א" * 8_200}])
def test_metadata_is_measured_as_utf8_json(too_much: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        checked_metadata(too_much)

    assert [problem.pointer for problem in refused.value.problems] == ["/metadata"]


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"document_summary": "סיכום", "key_points": ["א", "ב"], "is_relevant": True, "own": {"x": 1}},
        {"document_summary": None, "key_points": None},
    ],
)
def test_a_document_may_carry_a_summary_and_key_points(metadata: dict[str, Any]) -> None:
    assert checked_document_metadata(metadata) == metadata


@pytest.mark.parametrize(
    ("metadata", "pointer"),
    [
        ({"document_summary": 1}, "/metadata/document_summary"),
        ({"key_points": "one"}, "/metadata/key_points"),
        ({"key_points": ["one", 2]}, "/metadata/key_points"),
    ],
)
def test_a_summary_that_is_no_text_is_refused_at_its_member(metadata: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        checked_document_metadata(metadata)

    assert [problem.pointer for problem in refused.value.problems] == [pointer]
