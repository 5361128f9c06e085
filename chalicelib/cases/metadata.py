"""What may clients attach to a case or a document? Any JSON object of limited size; two members have a meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from chalicelib.errors import FieldProblem, InvalidRequest

MAX_METADATA_BYTES = 16 * 1024


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


def _invalid(pointer: str, message: str) -> InvalidRequest:
    return InvalidRequest(f"{pointer} {message}.", problems=[FieldProblem(pointer, message)])
