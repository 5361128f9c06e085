"""What does schemathesis have to know that no description can say? It loads this file by SCHEMATHESIS_HOOKS."""

from __future__ import annotations

import uuid
from typing import Any

import schemathesis


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Ask for no cursor: only one that the API gave, with the same filters, is good, and any other is a 422."""
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            operation["parameters"] = [asked for asked in operation["parameters"] if asked["name"] != "cursor"]


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Keep to the rules between members: each good Idempotency-Key is sent once, and so on."""
    if case.meta is None or case.meta.generation.mode.is_negative:
        return
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid.uuid4())
    if isinstance(case.body, dict):
        if "content_base64" in case.body:
            case.body.setdefault("content_type", "text/plain")
        if case.body.get("priority") == "low":  # not of every provider
            case.body["priority"] = "normal"
    if case.query:
        if case.query.get("scope") != "all":
            case.query.pop("user_id", None)
        if "q" in case.query:  # two letters at least
            case.query["q"] = f"ab{case.query['q']}"[:50]
