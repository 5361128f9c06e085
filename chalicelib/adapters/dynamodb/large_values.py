"""Where do large JSON values go? Into the item while they fit, else into a blob that the item names."""

from __future__ import annotations

import zlib
from typing import Any

import msgspec

from chalicelib.adapters.dynamodb.values import Item, text
from chalicelib.jobs.ports import BlobStore

INLINE_BYTES = 350 * 1024
"""An item may have 400 KB, its names and small attributes included."""

JSON_TYPE = "application/json"


def packed(content: bytes, *, blob_key: str, blobs: BlobStore) -> Item:
    """Attributes that hold JSON bytes: compressed as `zlib`, or `blob` with the key they were written to just now."""
    compressed = zlib.compress(content)
    if len(compressed) <= INLINE_BYTES:
        return {"zlib": {"B": compressed}}
    blobs.put(blob_key, content, content_type=JSON_TYPE)
    return {"blob": text(blob_key)}


def unpacked(item: Item, *, blobs: BlobStore) -> bytes | None:
    """The bytes that `packed` stored; None when their blob is gone."""
    if "blob" in item:
        return blobs.get(item["blob"]["S"])
    return zlib.decompress(item["zlib"]["B"])


def readable(value: Any, *, blob_key: str, blobs: BlobStore) -> Item:
    """Attributes that hold a JSON value in the open: a JSON string as `value`, or `blob` as `packed` does it."""
    content = msgspec.json.encode(value)
    if len(content) <= INLINE_BYTES:
        return {"value": text(content.decode())}
    blobs.put(blob_key, content, content_type=JSON_TYPE)
    return {"blob": text(blob_key)}


def read(item: Item, *, blobs: BlobStore) -> Any:
    """The JSON value that `readable` stored; None when its blob is gone."""
    content = blobs.get(item["blob"]["S"]) if "blob" in item else item["value"]["S"]
    return None if content is None else msgspec.json.decode(content)
