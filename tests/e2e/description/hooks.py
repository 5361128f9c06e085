"""What does schemathesis have to know that no description can say? It loads this file by SCHEMATHESIS_HOOKS."""

from __future__ import annotations

import uuid
from typing import Any

import schemathesis

LISTS = ("/jobs", "/cases")


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Ask for no cursor: only one that the API gave, with the same filters, is good, and any other is a 422."""
    for path in LISTS:
        listing = raw_schema["paths"][path]["get"]
        listing["parameters"] = [asked for asked in listing["parameters"] if asked["name"] != "cursor"]


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Send each good Idempotency-Key once (a second request with it is refused)."""
    if case.meta is None or case.meta.generation.mode.is_negative or not case.headers:
        return
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if isinstance(case.body, dict) and "content_base64" in case.body:
        case.body.setdefault("content_type", "text/plain")
