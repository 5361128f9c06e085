"""Which bytes are stored under which key? A BlobStore in memory."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote


class FakeBlobStore:
    """Bytes and content types by key; links and forms are well-formed but lead nowhere."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blobs: dict[str, tuple[bytes, str]] = {}

    def put(self, key: str, content: bytes, *, content_type: str) -> None:
        """See BlobStore.put."""
        with self._lock:
            self._blobs[key] = (bytes(content), content_type)

    def get(self, key: str) -> bytes | None:
        """See BlobStore.get."""
        with self._lock:
            blob = self._blobs.get(key)
        return blob[0] if blob else None

    def size(self, key: str) -> int | None:
        """See BlobStore.size."""
        content = self.get(key)
        return None if content is None else len(content)

    def version(self, key: str) -> str | None:
        """See BlobStore.version."""
        content = self.get(key)
        return None if content is None else hashlib.md5(content, usedforsecurity=False).hexdigest()

    def copy(self, source: str, target: str) -> None:
        """See BlobStore.copy."""
        with self._lock:
            if source in self._blobs:
                self._blobs[target] = self._blobs[source]

    def delete(self, keys: Sequence[str]) -> None:
        """See BlobStore.delete."""
        with self._lock:
            for key in keys:
                self._blobs.pop(key, None)

    def keys(self, prefix: str) -> Sequence[str]:
        """See BlobStore.keys."""
        with self._lock:
            return sorted(key for key in self._blobs if key.startswith(prefix))

    def link(self, key: str, *, expires_in_seconds: int, file_name: str = "") -> str:
        """See BlobStore.link."""
        name = f"file_name={quote(file_name)}&" if file_name else ""
        return f"https://blobs.test/{key}?{name}expires_in={expires_in_seconds}"

    def picture_link(self, key: str, *, expires_in_seconds: int) -> tuple[str, datetime]:
        """See BlobStore.picture_link."""
        return f"https://blobs.test/{key}?shown", datetime(2026, 6, 10, 9, tzinfo=UTC)

    def upload_form(self, key: str, *, content_type: str, max_bytes: int, expires_in_seconds: int) -> Mapping[str, Any]:
        """See BlobStore.upload_form."""
        fields = {"key": key, "Content-Type": content_type, "policy": f"1..{max_bytes};{expires_in_seconds}s"}
        return {"method": "POST", "url": "https://blobs.test/", "fields": fields}

    def content_type(self, key: str) -> str:
        """The content type that came with the bytes. Raises: KeyError."""
        with self._lock:
            return self._blobs[key][1]
