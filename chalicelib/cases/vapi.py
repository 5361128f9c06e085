"""Vapi's calls in one form: read from a call object or from an end-of-call report, or refused naming what is wrong.

The call object (Vapi's `GET /call/{id}`) has its transcript and messages under `artifact`; older stored ones have them
on top. An end-of-call report is a message with the call in it: `{"message": {"type": "end-of-call-report", "call": {…},
"artifact": {…}, "analysis": {…}}}`, or that message alone. The words of a call can be in any of these four places, as a
transcript (text, or a list of lines), as messages, or as messages in OpenAI's format. Every other server message, and
the body that Vapi sends to a custom model, holds a call too, but one that has not ended: neither is taken for a call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec

from chalicelib.errors import FieldProblem, InvalidRequest

REPORT = "end-of-call-report"
CALL_TYPE_ENDING = "Call"
"""How the `type` of a call object ends (webCall, inboundPhoneCall, vapi.websocketCall); no message's type does."""
NEVER_IN_A_CALL = ("call", "model", "choices", "stream")
"""Members of messages and of bodies for custom models; a call object has none of them."""
MAX_CALL_ID_CHARACTERS = 255

Shape = tuple[tuple[type, ...], str]
SIGNS_OF_A_CALL = ("id", "transcript", "messages", "artifact")
"""At least one of these makes an object a call."""
SPOKEN: Mapping[str, Shape] = {
    "transcript": ((str, list), "a string or a list"),
    "messages": ((list,), "a list"),
    "messagesOpenAIFormatted": ((list,), "a list"),
}
"""The transcript and messages; at the top of a call or report, or in its artifact."""
CALL_TYPES: Mapping[str, Shape] = {
    "id": ((str,), "a string"),
    "artifact": ((dict,), "an object"),
    "analysis": ((dict,), "an object"),
    **SPOKEN,
}
"""The types of the members that are read, when they are there and not null."""

_REPORTED_WITH_THE_CALL = ("startedAt", "endedAt", "endedReason", "cost", "durationSeconds", "recordingUrl", "summary")
SPEAKERS: Mapping[str, str] = {
    **dict.fromkeys(("bot", "assistant", "ai", "agent"), "AI"),
    **dict.fromkeys(("user", "customer", "caller", "human"), "User"),
}
"""The label of each role that speaks, in small letters: Vapi's own, and those of programs that rewrite its calls."""
_WORDS = ("message", "content", "text", "transcript")
"""Where a message has its words."""
_TIMES = ("startedAt", "endedAt", "createdAt")
_LEAST_MILLISECONDS = 1e11
"""A number of seconds this large would be in the year 5138."""
_GENERATED_IDS = uuid5(NAMESPACE_URL, "casework:calls-without-id")


class VapiCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call as it is stored: `details` is the call object with `id`, and with `transcript` (string), `messages`
    (list), `artifact` and `analysis` (objects) on top, empty when there is none."""

    id: str
    details: Mapping[str, Any]
    has_transcript: bool


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """An end-of-call report, with the case and the case token that the call's metadata names (None: none)."""

    call: VapiCall
    case_id: str | None
    case_token: str | None


class OtherMessage(msgspec.Struct, frozen=True):
    """A server message that does not report the end of a call."""

    type: str


def read_call(payload: Any) -> VapiCall:
    """The call in a client's body: a call object or an end-of-call report.

    Raises: InvalidRequest naming what is missing, or what has the wrong type.
    """
    message = _message(payload)
    if message is None:
        return _from_call_object(payload)
    if message.get("type") != REPORT:
        raise _invalid(("/message/type", f"must be {REPORT}, not {_shown(message.get('type'))}"))
    return _from_report(message)


def read_webhook(payload: Any) -> Report | OtherMessage:
    """What Vapi sends to the webhook: the report of a call, or another message.

    Raises: InvalidRequest when it is no message, or a report without a call.
    """
    message = _message(payload)
    if message is None and isinstance(payload, dict) and isinstance(payload.get("type"), str):
        message = payload  # a server message without its envelope
    if message is None:
        raise _invalid(("/message", "is missing"))
    if message.get("type") != REPORT:
        return OtherMessage(str(message.get("type")))
    metadata = _case_metadata(message)
    token = metadata.get("case_token")
    return Report(
        call=_from_report(message),
        case_id=metadata.get("case_id"),
        case_token=token if isinstance(token, str) else None,
    )


def transcript_of(messages: Sequence[Any]) -> str:
    """The spoken messages, one line each: `AI: …`, `User: …`; system and tool messages are left out."""
    lines = []
    for message in messages:
        if isinstance(message, dict):
            speaker = SPEAKERS.get(str(message.get("role")).casefold())
            words = next(filter(None, (_text(message.get(name)) for name in _WORDS)), "")
            if speaker and words:
                lines.append(f"{speaker}: {words}\n")
    return "".join(lines)


def is_older(call: Mapping[str, Any], than: Mapping[str, Any]) -> bool:
    """True when a call is known to be older than another, by the first time that both calls have; by any, if none."""
    for name in _TIMES:
        one, other = _moment(call.get(name)), _moment(than.get(name))
        if one is not None and other is not None:
            return one < other
    one, other = _any_moment(call), _any_moment(than)
    return one is not None and other is not None and one < other


def _message(payload: Any) -> dict[str, Any] | None:
    """The message in a payload that wraps one, or a report without its envelope; None for anything else."""
    if not isinstance(payload, dict):
        return None
    if isinstance(payload.get("message"), dict):
        wrapped: dict[str, Any] = payload["message"]
        return wrapped
    return payload if payload.get("type") == REPORT else None


def _case_metadata(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The metadata that names a case; the web SDK can set it only in the overrides of the assistant."""
    call = _object(message, "call")
    places = (call, _object(call, "assistantOverrides"), _object(message, "assistant"), _object(call, "assistant"))
    found = (_object(place, "metadata") for place in places)
    return next((metadata for metadata in found if isinstance(metadata.get("case_id"), str)), {})


def _object(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _from_call_object(payload: Any) -> VapiCall:
    if not isinstance(payload, dict):
        raise _invalid(("", "must be a JSON object"))
    kind = payload.get("type")
    if isinstance(kind, str) and kind and not kind.endswith(CALL_TYPE_ENDING):
        raise _invalid(("/type", f"must be {REPORT} or the type of a call (such as webCall), not {_shown(kind)}"))
    if foreign := [name for name in NEVER_IN_A_CALL if payload.get(name) is not None]:
        raise _invalid((f"/{foreign[0]}", "is no member of a call; send the call object or an end-of-call-report"))
    if not any(payload.get(sign) for sign in SIGNS_OF_A_CALL):
        raise InvalidRequest(
            "This is neither a Vapi call (it has no id, transcript, messages or artifact) nor an end-of-call-report "
            "(it has no message).",
            problems=[
                FieldProblem("/id", "is missing, and so are transcript, messages and artifact"),
                FieldProblem("/message", "is missing"),
            ],
        )
    _check_types(payload, at="")
    return _stored_form(payload, sources=[payload])


def _from_report(message: dict[str, Any]) -> VapiCall:
    call = message.get("call")
    if call is None and not any(message.get(name) for name in ("artifact", *SPOKEN)):
        raise _invalid(("/message/call", "is missing"), ("/message/artifact", "is missing"))
    if not isinstance(call, dict | None):
        raise _invalid(("/message/call", "must be an object"))
    call = call or {}
    _check_types(message, at="/message")
    _check_types(call, at="/message/call")
    reported = {name: message[name] for name in _REPORTED_WITH_THE_CALL if message.get(name) is not None}
    return _stored_form({**reported, **call}, sources=[message, call])


def _check_types(source: dict[str, Any], *, at: str) -> None:
    artifact = source.get("artifact")
    problems = [
        *_problems_in(source, CALL_TYPES, at=at),
        *(_problems_in(artifact, SPOKEN, at=f"{at}/artifact") if isinstance(artifact, dict) else ()),
    ]
    if problems:
        raise _invalid(*problems)


def _problems_in(source: dict[str, Any], types: Mapping[str, Shape], *, at: str) -> list[tuple[str, str]]:
    found = [
        (f"{at}/{name}", f"must be {shape}")
        for name, (kinds, shape) in types.items()
        if not isinstance(source.get(name), (*kinds, type(None)))
    ]
    call_id = source.get("id")
    if isinstance(call_id, str) and len(call_id) > MAX_CALL_ID_CHARACTERS:
        found.append((f"{at}/id", f"must have at most {MAX_CALL_ID_CHARACTERS} characters"))
    return found


def _stored_form(call: dict[str, Any], *, sources: Sequence[dict[str, Any]]) -> VapiCall:
    """The call with its four members on top, each from the first place that has it."""
    places = [place for source in sources for place in (source, _object(source, "artifact"))]
    transcript = next(filter(None, _transcripts(places)), "")
    details = {
        **call,
        "transcript": transcript,
        "messages": _first(places, "messages") or [],
        "artifact": _first(sources, "artifact") or {},
        "analysis": _first(sources, "analysis") or {},
    }
    call_id = call.get("id") or _generated_id(details)
    return VapiCall(id=call_id, details={**details, "id": call_id}, has_transcript=bool(transcript))


def _transcripts(places: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """The transcript, from each place that has it; "" where it is empty."""
    for place in places:
        written = place.get("transcript")
        yield _joined(written) if isinstance(written, list) else _kept(written)
    for name in ("messages", "messagesOpenAIFormatted"):
        for place in places:
            yield transcript_of(place.get(name) or [])


def _kept(transcript: Any) -> str:
    return transcript if isinstance(transcript, str) and transcript.strip() else ""


def _joined(lines: Sequence[Any]) -> str:
    """A transcript that comes as a list: of lines, or of messages."""
    read = [f"{line.strip()}\n" if isinstance(line, str) else transcript_of([line]) for line in lines]
    return "".join(line for line in read if line.strip())


def _text(content: Any) -> str:
    """The words of a message: a text, or the texts among OpenAI's content parts."""
    if isinstance(content, list):
        parts = (part.get("text") if isinstance(part, dict) else part for part in content)
        return " ".join(part.strip() for part in parts if isinstance(part, str)).strip()
    return content.strip() if isinstance(content, str) else ""


def _first(places: Sequence[Mapping[str, Any]], name: str) -> Any:
    return next((place[name] for place in places if place.get(name)), None)


def _moment(value: Any) -> datetime | None:
    """A time as Vapi writes it, ISO 8601 (without a zone: UTC) or a number of (milli)seconds; None when it is none."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value >= _LEAST_MILLISECONDS else value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def _any_moment(call: Mapping[str, Any]) -> datetime | None:
    return next((moment for name in _TIMES if (moment := _moment(call.get(name)))), None)


def _generated_id(details: Mapping[str, Any]) -> str:
    """An id that follows from the content: the same call sent twice gets the same."""
    content = {name: value for name, value in details.items() if name != "id"}
    return str(uuid5(_GENERATED_IDS, msgspec.json.encode(content, order="deterministic").decode()))


def _shown(kind: Any) -> str:
    """A message's type as an error shows it."""
    return kind[:MAX_CALL_ID_CHARACTERS] if isinstance(kind, str) and kind else "missing"


def _invalid(*problems: tuple[str, str]) -> InvalidRequest:
    detail = "; ".join(f"{pointer or 'The body'} {message}" for pointer, message in problems)
    return InvalidRequest(f"{detail}.", problems=[FieldProblem(*problem) for problem in problems])
