"""Checks of what clients attach to a case or a document, and of repeated requests."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import msgspec

from chalicelib.errors import FieldProblem, IdempotencyKeyReused, InvalidRequest

MAX_METADATA_BYTES = 16 * 1024
MAX_FILE_NAME_CHARACTERS = 255

_VISIBLE = r"[^/\\.\s\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]"

NAMES_A_FILE = _VISIBLE + r"[^/\\]*$"
"""What a name must have in it, as a regular expression: after the last slash something besides dots and space.

It is for descriptions: searching a long name that ends in a slash takes time that grows with the square of its length.
"""

_LONGEST_DECOMPOSITION = 4
"""Code points that NFC makes one of, at most (U+1F82); sorting many marks of one letter takes the square of time."""

_HIDING = {"Cc", "Cs", "Zl", "Zp"}
# Embeddings, overrides and isolates reorder what is shown ("gpj.exe"); the plain marks LRM and RLM are harmless.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def cleaned_file_name(name: str) -> str:
    """The name to show, 1..255 characters (NFC). It is never part of a storage key.

    Raises: InvalidRequest at `/file_name` when nothing is left, or too much.
    """
    last = name[max(name.rfind("/"), name.rfind("\\")) + 1 :]
    if re.search(_VISIBLE, last) is None:
        raise _invalid("/file_name", "must name a file")
    shown = "".join(c for c in last if c not in _REORDERING and unicodedata.category(c) not in _HIDING).strip()
    if len(shown) > MAX_FILE_NAME_CHARACTERS * _LONGEST_DECOMPOSITION:
        raise _too_long()
    cleaned = unicodedata.normalize("NFC", shown)
    if len(cleaned) > MAX_FILE_NAME_CHARACTERS:
        raise _too_long()
    return cleaned


def checked_metadata(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """The metadata of a case, as given.

    Raises: InvalidRequest at `/metadata` when it is larger than 16 KB as JSON (UTF-8).
    """
    if len(msgspec.json.encode(metadata)) > MAX_METADATA_BYTES:
        raise _invalid("/metadata", f"is larger than {MAX_METADATA_BYTES} bytes as JSON")
    return metadata


def checked_document_metadata(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """The metadata of a document, as given; the analyses read `document_summary` and `key_points` from it.

    Raises: InvalidRequest at `/metadata` when too large, at the member when its type is another than they expect.
    """
    checked_metadata(metadata)
    if not isinstance(metadata.get("document_summary", ""), str | None):
        raise _invalid("/metadata/document_summary", "must be a string")
    points = metadata.get("key_points")
    if points is not None and not (isinstance(points, list) and all(isinstance(point, str) for point in points)):
        raise _invalid("/metadata/key_points", "must be a list of strings")
    return metadata


def check_same_request(first: str | None, now: str | None) -> None:
    """Compare the fingerprints of two requests with the same key. Raises: IdempotencyKeyReused when they differ."""
    if first != now:
        raise IdempotencyKeyReused


def _too_long() -> InvalidRequest:
    return _invalid("/file_name", f"must have at most {MAX_FILE_NAME_CHARACTERS} characters")


def _invalid(pointer: str, message: str) -> InvalidRequest:
    return InvalidRequest(f"{pointer.removeprefix('/')} {message}.", problems=[FieldProblem(pointer, message)])
