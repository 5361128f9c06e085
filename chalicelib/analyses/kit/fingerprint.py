"""Would this step come out the same again? A fingerprint of what it depends on, for `ctx.step(…, inputs=…)`."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

FINGERPRINT_CHARACTERS = 32


def fingerprint(*inputs: Any) -> str:
    """The same text for the same JSON values, in the same order; another for others."""
    encoded = msgspec.json.encode(inputs, order="deterministic")
    return hashlib.sha256(encoded).hexdigest()[:FINGERPRINT_CHARACTERS]
