"""docs/api.md from the exchanges of a run: a job from start to result, then a table and the exchanges of each group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from chalicelib.api.docs_page import token_note
from docs.builder.api.recorder import Exchange
from docs.builder.api.shown import Earlier, as_json, shortened

Operations = Mapping[str, Mapping[str, Any]]
"""The operations of the description by route, such as "GET /jobs/{job_id}"."""

ONE_JOB = (
    "POST /cases",
    "POST /cases/{case_id}/documents",
    "POST /cases/{case_id}/analyze-documents-form7801",
    "GET /jobs/{job_id}",
)
"""The routes of the conversation at the beginning, in its order."""
ALIKE = "Start an analysis"
"""The group whose exchanges are all as the one of ONE_JOB."""
GROUPS = ("Cases", "Start an analysis", "Jobs", "More")
SECRETS = {"Authorization": "Bearer $TOKEN", "X-Vapi-Secret": "$SECRET"}
# The same for every answer, or for every connection.
NOT_SHOWN = {"link", "connection", "content-length", "date", "server", "x-content-type-options", "x-request-id"}
USUAL = {"content-type": "application/json", "cache-control": "no-store"}
COMMON_STATUSES = {"400", "401", "413", "415", "422", "500", "503"}
"""Said once, above the tables."""
INTRODUCTION = """# The API

Every endpoint, with real requests and responses: `make docs-api` starts the local system, makes the requests of
`docs/builder/api/conversation.py` and writes the page. `/openapi.json` on a running system has every field with its
type and bounds, and `/docs` shows it as a page.

- **Who**: `Authorization: Bearer <JWT>` on every request, unless it says otherwise. `make token USER=u1` prints one.
- **Bodies** are `application/json` both ways. Every response has `X-Request-Id`, CORS headers and, unless another is
  shown, `Cache-Control: no-store`.
- **Start, then poll**: a start answers `202` with a `job_id`; read `GET /jobs/{job_id}` until `done` is true, waiting
  `retry_after_ms` in between. `If-None-Match` with the last `ETag` saves the body.
- **Lists** are read from indexes that follow writes within moments: a case or job just created may be missing there.
  Reading it by its id always finds it.
- **Size**: a response may have 6 MB as Lambda writes it, in ASCII: a Hebrew letter is 6 bytes there. A `result` that
  does not fit, or is larger than 3 MB, becomes a `result_url`; a page ends early, with a `next_cursor`; a case omits
  repetitions (`/openapi.json` says which). A response that is still too large is a `500` that says so.
- **Refusals** are `application/problem+json` with a stable `code`. Any request can get 401, 422, 500 or 503, and one
  with a body 400, 413 or 415; the tables name the others. `errors` of a 422 has each wrong place; where a change of the
  form is wrong, each also has a `code` and `params`, for messages in other languages. In a deployed stage API Gateway
  answers in the same form: 429 `too_many_requests` above its limits, 503 `unavailable`, 403 `forbidden` (firewall).

"""
READING = """
Headers that go without saying, the token and the JSON content types, are omitted below. Long texts, lists and results
are cut (`…`). What has the shape of something that was shown before shows only what differs, ids and times aside, and
where the rest is: `"…": "as for POST /cases"`.
"""


def page(document: Mapping[str, Any], exchanges: Sequence[Exchange], codes: Mapping[str, int]) -> str:
    """The page as Markdown. `document` is the OpenAPI document, `codes` the HTTP status of each refusal's code."""
    operations = {
        f"{method.upper()} {path}": operation
        for path, of_path in document["paths"].items()
        for method, operation in of_path.items()
    }
    earlier = Earlier(document["components"]["schemas"])
    parts = [INTRODUCTION, _codes(codes), READING, "\n## A job, from start to result\n"]
    parts.append(_block(operations, [one for route in ONE_JOB for one in exchanges if one.route == route], earlier))
    for group in GROUPS:
        routes = [route for route, operation in operations.items() if operation["tags"] == [group]]
        parts.append(f"\n## {group}\n\n{_table(operations, routes)}")
        if group != ALIKE:
            others = [route for route in routes if route not in ONE_JOB]
            parts.append(
                _block(operations, [one for route in others for one in exchanges if one.route == route], earlier)
            )
    return "".join(parts)


def _codes(codes: Mapping[str, int]) -> str:
    by_status: dict[int, list[str]] = {}
    for code, status in codes.items():
        by_status.setdefault(status, []).append(f"`{code}`")
    rows = [f"| {status} | {', '.join(names)} |" for status, names in sorted(by_status.items())]
    return "\n".join(["| status | code |", "|---|---|", *rows]) + "\n"


def _table(operations: Operations, routes: Sequence[str]) -> str:
    rows = [_row(route, operations[route]) for route in routes]
    return "\n".join(["| route | what it does | may carry | answers |", "|---|---|---|---|", *rows]) + "\n"


def _row(route: str, operation: Mapping[str, Any]) -> str:
    about = f"{operation['summary']} {token_note(operation)}".rstrip()
    carried = [_carried(parameter) for parameter in operation["parameters"] if parameter["in"] != "path"]
    statuses = [status for status in operation["responses"] if status not in COMMON_STATUSES]
    return f"| `{route}` | {about} | {', '.join(carried)} | {' '.join(statuses)} |"


def _carried(parameter: Mapping[str, Any]) -> str:
    return f"`?{parameter['name']}`" if parameter["in"] == "query" else f"`{parameter['name']}`"


def _block(operations: Operations, exchanges: Sequence[Exchange], earlier: Earlier) -> str:
    """The exchanges that show something, one below the other; the tables say the rest."""
    shown = [_exchange(operations[one.route], one, earlier) for one in exchanges if _shows_something(one)]
    together = "\n\n".join(shown)
    return f"\n```http\n{together}\n```\n" if shown else ""


def _shows_something(exchange: Exchange) -> bool:
    return exchange.status == HTTPStatus.NOT_MODIFIED or (
        isinstance(exchange.answer, dict) and "openapi" not in exchange.answer
    )


def _exchange(operation: Mapping[str, Any], exchange: Exchange, earlier: Earlier) -> str:
    about = exchange.about or operation["summary"]
    where = exchange.route + (f" ({exchange.about.rstrip('.')})" if exchange.about else "")
    answer = earlier.news(shortened(exchange.answer), _schema(operation, exchange), where=where)
    status = f"→ {exchange.status} {HTTPStatus(exchange.status).phrase}"
    lines = [
        f"# {about}",
        f"{exchange.method} {exchange.path}",
        *_lines(_sent(operation, exchange)),
        *_body(earlier.request(exchange.route, shortened(exchange.request))),
        " · ".join([status, *_lines(_answered(exchange))]),
        *_body(answer),
    ]
    return "\n".join(lines)


def _lines(headers: Mapping[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]


def _body(body: Any) -> list[str]:
    return [as_json(body)] if isinstance(body, dict) else []


def _sent(operation: Mapping[str, Any], exchange: Exchange) -> Mapping[str, str]:
    """The headers that this request needs besides those of every request."""
    unsaid = {"Content-Type"} | (set() if "security" in operation else {"Authorization"})
    return {name: SECRETS.get(name, value) for name, value in exchange.sent.items() if name not in unsaid}


def _answered(exchange: Exchange) -> Mapping[str, str]:
    """The headers that say something about this answer; what is the same for every answer is left out."""
    return {
        name: value
        for name, value in exchange.headers.items()
        if name.lower() not in NOT_SHOWN and USUAL.get(name.lower()) != value and not name.startswith("Access-Control-")
    }


def _schema(operation: Mapping[str, Any], exchange: Exchange) -> Mapping[str, Any]:
    content = operation["responses"].get(str(exchange.status), {}).get("content", {})
    return next((media["schema"] for media in content.values()), {})
