"""What do the use cases of cases need besides the store? Bytes by key: the documents themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class CaseBlobs(Protocol):
    """The part of a blob store that cases use. All methods raise Unavailable."""

    def put(self, key: str, content: bytes, *, content_type: str) -> None:
        """Store or replace the bytes."""

    def get(self, key: str) -> bytes | None:
        """The bytes, or None when there are none under this key."""

    def size(self, key: str) -> int | None:
        """How many bytes are stored under the key; None when there are none."""

    def copy(self, source: str, target: str) -> None:
        """Store the bytes of one key under another, with their type; does nothing when there are none any more."""

    def delete(self, keys: Sequence[str]) -> None:
        """Remove the keys; those that do not exist are passed over."""

    def keys(self, prefix: str) -> Sequence[str]:
        """All keys that begin with the prefix."""

    def upload_form(self, key: str, *, content_type: str, max_bytes: int, expires_in_seconds: int) -> Mapping[str, Any]:
        """A presigned browser upload: `{"method", "url", "fields"}`; the storage refuses more than `max_bytes`."""


def case_prefixes(case_id: str) -> tuple[str, ...]:
    """What the keys of all that belongs to one case begin with: what it has, and what browsers put up for it."""
    return f"cases/{case_id}/", f"uploads/{case_id}/"
