"""The content type of a document whose sender gives none."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from chalicelib.cases.model import Case
from chalicelib.documents.content_types import CONTENT_TYPES, KINDS, type_of_bytes, type_of_name
from chalicelib.errors import InvalidRequest
from tests.unit.cases.conftest import Desk

BY_BYTES = [
    (b"%PDF-1.7\n", "application/pdf"),
    (b"\r\n\xef\xbb\xbf%PDF-1.4\n", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n\0\0", "image/png"),
    (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
    ("מכתב".encode(), "text/plain"),
    ("מכתב".encode("windows-1255"), "text/plain"),
    ("מכתב".encode("utf-16"), "text/plain"),
]
BY_NAME = [
    ("סריקה.PDF", "application/pdf"),
    ("a.b.pdf ", "application/pdf"),
    ("x.jpeg", "image/jpeg"),
    ("x.JPG", "image/jpeg"),
    ("x.png", "image/png"),
    ("x.txt", "text/plain"),
]


@pytest.mark.parametrize(("content", "expected"), BY_BYTES)
@pytest.mark.parametrize("given", [{}, {"content_type": ""}])
def test_without_a_type_the_bytes_say_it(
    desk: Desk, case: Case, content: bytes, expected: str, given: dict[str, Any]
) -> None:
    added = desk.add(content_base64=base64.b64encode(content).decode(), **given)

    assert added.document.content_type == expected == type_of_bytes(content)


@pytest.mark.parametrize(("name", "expected"), BY_NAME)
@pytest.mark.parametrize("given", [{}, {"content_type": ""}])
def test_without_a_type_the_name_of_an_upload_says_it(
    desk: Desk, case: Case, name: str, expected: str, given: dict[str, Any]
) -> None:
    added = desk.add(file_name=name, size=10, **given)

    assert added.document.content_type == expected == type_of_name(name)
    assert added.upload is not None
    assert added.upload.fields["Content-Type"] == expected


@pytest.mark.parametrize(
    "body",
    [
        {"content_base64": base64.b64encode(b"MZ\x90\0\x03\0\0\0\x04\0").decode()},
        {"file_name": "program.exe", "size": 10},
        {"file_name": "pdf", "size": 10, "content_type": ""},
    ],
)
def test_what_is_unclear_is_refused_naming_what_is_taken(desk: Desk, case: Case, body: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        desk.add(**body)

    assert [problem.pointer for problem in refused.value.problems] == ["/content_type"]
    assert all(content_type in refused.value.detail for content_type in CONTENT_TYPES)


def test_a_text_without_a_type_is_a_text(desk: Desk, case: Case) -> None:
    assert desk.add(text="שלום", content_type="").document.content_type == "text/plain"


def test_every_type_that_is_taken_has_its_kind() -> None:
    assert {kind.content_type for kind in KINDS} == set(CONTENT_TYPES)
