"""How do exchanges become a page? Endpoint by endpoint: what it is for, what was sent, what came back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from chalicelib.api.docs_page import token_note
from docs.builder.api.recorder import Exchange

LONGEST_TEXT = 100
DEEPEST_FREE = 4
MOST_ITEMS = 2
CUT = "…"
SECRETS = {"Authorization": "Bearer $TOKEN", "X-Vapi-Secret": "$SECRET"}
# Members without a fixed structure: they are cut at a certain depth. Everything else is shown whole.
FREE_FORM = frozenset(
    {"result", "call_details", "form_7801_analysis", "final_document_analysis", "message", "artifact"}
)
GROUPS = ("Cases", "Start an analysis", "Jobs", "More")
# The same for every answer, or for every connection.
NOT_SHOWN = {"connection", "content-length", "date", "server", "x-content-type-options", "x-request-id"}
USUAL = {"content-type": "application/json", "cache-control": "no-store"}

INTRODUCTION = """# The API

Every endpoint, with real requests and responses: `make docs-api` starts the local system, makes the requests of
`docs/builder/api/conversation.py` and writes the page. Long texts and lists are cut (…), and headers that every
response has are omitted: CORS, `X-Request-Id`, `Cache-Control: no-store`.

`/openapi.json` on a running system has every field with its type and bounds, and `/docs` shows it as a page.

- **Who**: `Authorization: Bearer <JWT>` on every request, unless it says otherwise. `make token USER=u1` prints one.
- **Start, then poll**: a start answers `202` with a `job_id`; read `GET /jobs/{job_id}` until `done` is true, waiting
  `retry_after_ms` in between. `If-None-Match` with the last `ETag` saves the body.
- **Lists** are read from indexes that follow writes within moments: a case or job just created may be missing there.
  Reading it by its id always finds it.
- **Size**: a response may have 6 MB as Lambda writes it, in ASCII: a Hebrew letter is 6 bytes there. A `result` that
  does not fit, or is larger than 3 MB, becomes a `result_url`; a page ends early, with a `next_cursor`; a case omits
  repetitions (`/openapi.json` says which). A response that is still too large is a `500` that says so.
- **Refusals** are `application/problem+json` with a stable `code`:

"""


def page(document: Mapping[str, Any], exchanges: Sequence[Exchange], codes: Mapping[str, int]) -> str:
    """The page as Markdown. `document` is the OpenAPI document, `codes` the HTTP status of each refusal's code."""
    groups = [f"## {group}\n\n{_sections(document, group, exchanges)}" for group in GROUPS]
    return INTRODUCTION + _table(codes) + "\n" + "\n".join(groups)


def _sections(document: Mapping[str, Any], group: str, exchanges: Sequence[Exchange]) -> str:
    return "\n".join(
        _section(f"{method.upper()} {path}", operation, exchanges)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if operation["tags"] == [group]
    )


def _table(codes: Mapping[str, int]) -> str:
    by_status: dict[int, list[str]] = {}
    for code, status in codes.items():
        by_status.setdefault(status, []).append(f"`{code}`")
    rows = [f"| {status} | {', '.join(names)} |" for status, names in sorted(by_status.items())]
    return "\n".join(["| status | code |", "|---|---|", *rows]) + "\n"


def _section(route: str, operation: Mapping[str, Any], exchanges: Sequence[Exchange]) -> str:
    about = f"{operation['summary']} {token_note(operation)}".rstrip()
    shown = [exchange for exchange in exchanges if exchange.route == route]
    return f"### {route}\n\n{about}\n\n" + "\n".join(map(_exchange, shown))


def _exchange(exchange: Exchange) -> str:
    status = f"{exchange.status} {HTTPStatus(exchange.status).phrase}"
    about = f"{exchange.about}\n\n" if exchange.about else ""
    return (
        f"{about}{_message(f'{exchange.method} {exchange.path}', _sent(exchange), exchange.request)}"
        f"\n{_message(status, _answered(exchange), exchange.answer)}"
    )


def _message(first_line: str, headers: Mapping[str, str], body: Any) -> str:
    head = "\n".join([first_line, *(f"{name}: {value}" for name, value in headers.items())])
    shown = f"```http\n{head}\n```\n"
    if isinstance(body, dict):
        shown += f"```json\n{json.dumps(_shortened(body), ensure_ascii=False, indent=2)}\n```\n"
    return shown


def _sent(exchange: Exchange) -> Mapping[str, str]:
    return {name: SECRETS.get(name, value) for name, value in exchange.sent.items()}


def _answered(exchange: Exchange) -> Mapping[str, str]:
    """The headers that say something about this answer; what is the same for every answer is left out."""
    return {
        name: value
        for name, value in exchange.headers.items()
        if name.lower() not in NOT_SHOWN and USUAL.get(name.lower()) != value and not name.startswith("Access-Control-")
    }


def _shortened(value: Any, *, depth: int | None = None) -> Any:
    """The value with long texts and lists cut; `depth` counts how deep it stands in a free member (None: in none)."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else value[:LONGEST_TEXT] + CUT
    if depth is not None and depth >= DEEPEST_FREE and isinstance(value, dict | list):
        return CUT if value else value
    if isinstance(value, list):
        return [_shortened(item, depth=_deeper(depth)) for item in value[:MOST_ITEMS]]
    if isinstance(value, dict):
        if "openapi" in value:
            return {**{name: value[name] for name in ("openapi", "info", "servers")}, "paths": {CUT: CUT}}
        return {
            name: _shortened(member, depth=1 if name in FREE_FORM and depth is None else _deeper(depth))
            for name, member in value.items()
        }
    return value


def _deeper(depth: int | None) -> int | None:
    return None if depth is None else depth + 1
