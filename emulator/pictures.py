"""The pictures of a request, and whether a provider could decode them."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from PIL import Image

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_MOST_REMEMBERED = 256


def pictures_in(value: Any) -> Iterator[str]:
    """The base64 of every picture in a request's messages, in either provider's form; a URL is none."""
    if isinstance(value, Mapping):
        source = value.get("source")
        if value.get("type") == "image" and isinstance(source, Mapping) and source.get("type") == "base64":
            yield str(source.get("data"))
        elif value.get("type") == "input_image" and str(value.get("image_url")).startswith("data:"):
            yield str(value["image_url"]).partition(",")[2]
        else:
            for member in value.values():
                yield from pictures_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from pictures_in(member)


@lru_cache(maxsize=_MOST_REMEMBERED)
def picture_size(encoded: str) -> tuple[int, int] | None:
    """Width and height in pixels, or None for what cannot be decoded."""
    try:
        with Image.open(io.BytesIO(base64.b64decode(encoded, validate=True)), formats=FORMATS) as picture:
            picture.load()
            return picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
