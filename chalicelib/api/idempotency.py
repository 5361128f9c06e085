"""Idempotency-Key: reading it, what request it came with, and the id that a thing made under it gets.

A start's key is stored with its job. A case or document gets an id that follows from its key, so that a repeated
request finds it under that id; its record keeps the fingerprint of the request.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec

from chalicelib.api.parsing import invalid
from chalicelib.api.request import Request
from chalicelib.errors import FieldProblem
from chalicelib.jobs.ports import IdempotencyKey

KEY_HEADER = "Idempotency-Key"
REPLAYED = {"Idempotency-Replayed": "true"}

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_IDS = uuid5(NAMESPACE_URL, "casework:ids-of-idempotency-keys")


def idempotency_key(request: Request, body: Any) -> IdempotencyKey | None:
    """The key of this request, with the fingerprint of method, path and body (defaults applied); None without one.

    Raises: InvalidRequest when it is not 1..255 visible ASCII characters.
    """
    key = request.header(KEY_HEADER)
    if key is None:
        return None
    if _KEY.fullmatch(key) is None:
        raise invalid(FieldProblem(f"header:{KEY_HEADER}", "must be 1 to 255 visible ASCII characters"))
    content = msgspec.json.encode([request.method, request.own_path, body], order="deterministic")
    return IdempotencyKey(user_id=request.principal.user_id, key=key, fingerprint=hashlib.sha256(content).hexdigest())


def id_of_key(key: IdempotencyKey, *, within: str) -> str:
    """The id of what this user makes with this key; `within` names the place, such as a case."""
    return str(uuid5(_IDS, msgspec.json.encode([within, key.user_id, key.key]).decode()))
