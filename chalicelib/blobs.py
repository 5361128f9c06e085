"""The port of the blob store: bytes by key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol


class BlobStore(Protocol):
    """Bytes by key: documents, large results, large checkpoints. All methods raise StorageUnavailable."""

    def put(self, key: str, content: bytes, *, content_type: str) -> None:
        """Store or replace the bytes."""

    def get(self, key: str) -> bytes | None:
        """The bytes, or None when there are none under this key."""

    def size(self, key: str) -> int | None:
        """How many bytes are stored under the key; None when there are none."""

    def version(self, key: str) -> str | None:
        """A mark of the bytes under the key, the same for the same bytes; None when there are none."""

    def copy(self, source: str, target: str) -> None:
        """Store the bytes of one key under another, with their type; does nothing when there are none left."""

    def delete(self, keys: Sequence[str]) -> None:
        """Remove the keys; those that do not exist are ignored."""

    def keys(self, prefix: str) -> Sequence[str]:
        """All keys that begin with the prefix."""

    def link(self, key: str, *, expires_in_seconds: int, file_name: str = "") -> str:
        """A URL that reads the blob without further credentials until it expires; it is saved as `file_name`."""

    def picture_link(self, key: str, *, expires_in_seconds: int) -> tuple[str, datetime]:
        """A URL that shows the blob, and when it expires; the same for ten minutes, so that browsers keep it."""

    def upload_form(self, key: str, *, content_type: str, max_bytes: int, expires_in_seconds: int) -> Mapping[str, Any]:
        """A presigned browser upload: `{"method", "url", "fields"}`; the storage refuses more than `max_bytes`."""
