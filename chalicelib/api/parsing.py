"""Bodies and idempotency keys as checked values, or the places in them that are wrong."""

from __future__ import annotations

import hashlib
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

import msgspec

from chalicelib.api.http import Request
from chalicelib.errors import BodyTooLarge, FieldProblem, InvalidRequest, MalformedJson, UnsupportedMediaType
from chalicelib.jobs.ports import IdempotencyKey

T = TypeVar("T")

KB = 1024
MB = 1024 * 1024
DEEPEST_NESTING = 100
"""Deeper JSON could be read here and no longer be written elsewhere: Python's stack is the limit."""

LARGEST_EXACT_INTEGER = 2**53

KEY_HEADER = "Idempotency-Key"
REPLAYED = {"Idempotency-Replayed": "true"}

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_IDS = uuid5(NAMESPACE_URL, "casework:ids-of-idempotency-keys")
_INVALID = "The request is invalid. `errors` names each wrong place."
_AT = re.compile(r"^(?P<message>.*?)(?: - at (?:`(?P<key>key)` in )?`\$(?P<path>[^`]*)`)?$", re.DOTALL)
_NAMED = re.compile(r"^Object (?P<what>contains unknown|missing required) field `(?P<name>.*)`$", re.DOTALL)
_TYPES = re.compile(r"`([^`]*)`")
_TYPE_NAMES = {
    "int": "an integer",
    "float": "a number",
    "str": "a string",
    "bool": "a boolean",
    "object": "an object",
    "array": "an array",
}
_ESCAPES = re.compile(
    r"(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    r"|\\."
)
_STEP = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<index>\d+)\]|\[\.\.\.\]")


SizeCheck = Callable[[Mapping[str, Any]], None]
"""Raises: BodyTooLarge when a member of the decoded body, whatever it looks like, holds more than it may."""


def parse_body(request: Request, wanted: type[T], *, limit_bytes: int, check_sizes: SizeCheck | None = None) -> T:
    """The request's JSON body as `wanted`; no body at all is read as `{}`.

    Raises: BodyTooLarge, UnsupportedMediaType, MalformedJson, BodyTooLarge for a member, InvalidRequest; in this order.
    """
    content = read_json(request, limit_bytes=limit_bytes)
    if check_sizes is not None and isinstance(content, Mapping):
        check_sizes(content)
    try:
        return msgspec.convert(_with_integers(content, wanted), wanted)
    except msgspec.ValidationError as exc:
        pointer, message = place_of(exc, content=content, wanted=wanted)
        raise invalid(FieldProblem(pointer, message)) from exc


def read_json(request: Request, *, limit_bytes: int) -> Any:
    """The request's JSON body as plain values; a byte order mark is skipped, no body at all is read as `{}`.

    Raises: BodyTooLarge, UnsupportedMediaType, MalformedJson; in this order.
    """
    if len(request.body) > limit_bytes:
        raise BodyTooLarge(f"The body is larger than {_readable(limit_bytes)}, the limit of this route.")
    written = request.body.removeprefix(BOM_UTF8)
    if not written.strip():
        return {}
    media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise UnsupportedMediaType("The Content-Type must be application/json.")
    try:
        content = msgspec.json.decode(_text(written))
    except UnicodeDecodeError as exc:
        raise MalformedJson("The body is not UTF-8.") from exc
    except (msgspec.DecodeError, RecursionError) as exc:
        raise MalformedJson("The body is not valid JSON.") from exc
    if _is_nested_deeper(content, than=DEEPEST_NESTING):
        raise MalformedJson(f"The body is nested more than {DEEPEST_NESTING} levels deep.")
    return content


def place_of(error: msgspec.ValidationError, *, content: Any, wanted: type[Any]) -> tuple[str, str]:
    """JSON pointer and message out of msgspec's error, e.g. "Expected `int` >= 60 - at `$.deadline_seconds`"."""
    text = str(error)
    found = _AT.match(text)
    message, path = (found["message"], found["path"] or "") if found else (text, "")
    names: list[str | int] = [int(step["index"]) if step["index"] else step["name"] or "..." for step in _steps(path)]
    if names[-1:] == ["..."] or (found and found["key"]):
        names = [name for name in names if name != "..."]
        names += _wrong_entry(names, text=text, content=content, wanted=wanted)
    if named := _NAMED.match(message):
        unknown = named["what"] == "contains unknown"
        return pointer_to(*names, named["name"]), "is not a known member" if unknown else "is missing"
    if message.startswith("Invalid enum value"):
        return pointer_to(*names), one_of(_allowed_values(names, wanted=wanted))
    return pointer_to(*names), _in_words(message)


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
    """The id of what this user makes with this key; `within` names the place, such as a case.

    A start's key is stored with its job. A case or document has an id that follows from its key instead, so that a
    repeated request finds it; its record keeps the fingerprint of the request.
    """
    return str(uuid5(_IDS, msgspec.json.encode([within, key.user_id, key.key]).decode()))


def invalid(*problems: FieldProblem) -> InvalidRequest:
    """The refusal of a request in which these places are wrong."""
    return InvalidRequest(_INVALID, problems=problems)


def pointer_to(*names: str | int) -> str:
    """The JSON pointer (RFC 6901) of a member by the names on the way to it."""
    return "".join("/" + str(name).replace("~", "~0").replace("/", "~1") for name in names)


def one_of(values: Iterable[object]) -> str:
    """The message for a value that is not among the allowed ones."""
    return f"must be one of: {', '.join(map(str, values))}"


def _text(body: bytes) -> str:
    """The body as text; half of a surrogate pair (a cut emoji) becomes U+FFFD.

    Raises: UnicodeDecodeError when it is not UTF-8.
    """
    text = body.decode()
    return _ESCAPES.sub(lambda found: r"\ufffd" if found["half"] else found[0], text) if r"\u" in text else text


def _is_nested_deeper(content: Any, *, than: int) -> bool:
    level = [content]
    for _ in range(than):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _with_integers(content: Any, wanted: type[Any]) -> Any:
    """The content, members like 60.0 of a described body as 60: JSON has one kind of number, and so has JSON Schema."""
    if not isinstance(content, dict) or not hasattr(wanted, "__struct_fields__"):
        return content
    return {name: int(value) if _is_whole(value) else value for name, value in content.items()}


def _is_whole(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST_EXACT_INTEGER


def _allowed_values(names: Sequence[str | int], *, wanted: type[Any]) -> Sequence[object]:
    """The values that the schema of the wanted type allows at this place."""
    document = msgspec.json.schema(wanted)
    schemas = _alternatives(document, document)
    for name in names:
        inside = [schema["properties"][name] for schema in schemas if name in schema.get("properties", {})]
        schemas = [part for schema in inside for part in _alternatives(schema, document)]
    return [value for schema in schemas for value in schema.get("enum", ())]


def _alternatives(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The schemas that this one refers to or lets one choose from."""
    if "$ref" in schema:
        return _alternatives(document["$defs"][schema["$ref"].rpartition("/")[2]], document)
    if "anyOf" in schema:
        return [part for one in schema["anyOf"] for part in _alternatives(one, document)]
    return [schema]


def _in_words(message: str) -> str:
    """msgspec's message in plain words, e.g. "must be an integer >= 60" for "Expected `int` >= 60"."""
    named = _TYPES.sub(lambda found: " or ".join(_TYPE_NAMES.get(t, t) for t in found[1].split(" | ")), message)
    return named.replace("Expected ", "must be ", 1).replace(", got ", ", not ")


def _steps(path: str) -> Sequence[re.Match[str]]:
    return list(_STEP.finditer(path))


def _wrong_entry(names: Sequence[str | int], *, text: str, content: Any, wanted: type[Any]) -> Sequence[str]:
    """The wrong entry of an object with free names: msgspec does not say which, so each is tried alone."""
    if len(names) != 1 or not isinstance(content, Mapping):
        return []
    entries = content.get(names[0])
    for name, value in entries.items() if isinstance(entries, Mapping) else ():
        try:
            msgspec.convert({**content, names[0]: {name: value}}, wanted)
        except msgspec.ValidationError as exc:
            if str(exc) == text:
                return [name]
    return []


def _readable(size_bytes: int) -> str:
    return f"{size_bytes / MB:g} MB" if size_bytes >= MB else f"{size_bytes / KB:g} KB"
