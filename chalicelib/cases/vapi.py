"""What is a Vapi call, in either of its two shapes? One form for the rest of Casework, or what is missing.

The call object (Vapi's `GET /call/{id}`) has its transcript and messages under `artifact`; older stored ones have them
on top. An end-of-call report is a message with the call beside its artifact: `{"message": {"type":
"end-of-call-report", "call": {…}, "artifact": {…}, "analysis": {…}}}`, or that message alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec

from chalicelib.errors import FieldProblem, InvalidRequest

REPORT = "end-of-call-report"
MAX_CALL_ID_CHARACTERS = 255

Shape = tuple[type, str]
SIGNS_OF_A_CALL = ("id", "transcript", "messages", "artifact")
"""At least one of these makes an object a call."""
SPOKEN: Mapping[str, Shape] = {"transcript": (str, "a string"), "messages": (list, "a list")}
"""What was said; it stands on top of a call or under its artifact."""
CALL_TYPES: Mapping[str, Shape] = {
    "id": (str, "a string"),
    "artifact": (dict, "an object"),
    "analysis": (dict, "an object"),
    **SPOKEN,
}
"""What the members that are looked at must be, when they are there and not null."""

_REPORTED_WITH_THE_CALL = ("startedAt", "endedAt", "endedReason", "cost", "durationSeconds", "recordingUrl", "summary")
_SPEAKERS = {"bot": "AI", "assistant": "AI", "user": "User"}
_GENERATED_IDS = uuid5(NAMESPACE_URL, "casework:calls-without-id")


class VapiCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call as it is stored: `details` is the call object with `id`, and with `transcript` (string), `messages`
    (list), `artifact` and `analysis` (objects) on top, empty when there is none."""

    id: str
    details: Mapping[str, Any]
    has_transcript: bool


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """An end-of-call report that the webhook got. `case_id` is `call.metadata.case_id`, None when there is none."""

    call: VapiCall
    case_id: str | None


class OtherMessage(msgspec.Struct, frozen=True):
    """A message that the webhook got and that reports no call."""

    type: str


def read_call(payload: Any) -> VapiCall:
    """The call in what a client sent: a call object or an end-of-call report.

    Raises: InvalidRequest naming what is missing, or what has the wrong type.
    """
    message = _message(payload)
    if message is None:
        return _from_call_object(payload)
    if message.get("type") != REPORT:
        raise _invalid(("/message/type", f"must be {REPORT}"))
    return _from_report(message)


def read_webhook(payload: Any) -> Report | OtherMessage:
    """What Vapi tells: the report of a call, or something else.

    Raises: InvalidRequest when it is no message, or a report without a call.
    """
    message = _message(payload)
    if message is None:
        raise _invalid(("/message", "is missing"))
    if message.get("type") != REPORT:
        return OtherMessage(str(message.get("type")))
    call = _from_report(message)
    metadata = call.details.get("metadata")
    case_id = metadata.get("case_id") if isinstance(metadata, dict) else None
    return Report(call=call, case_id=case_id if isinstance(case_id, str) else None)


def transcript_of(messages: Sequence[Any]) -> str:
    """What was said, one line a message: `AI: …`, `User: …`; system and tool messages are left out."""
    lines = []
    for message in messages:
        if isinstance(message, dict):
            speaker = _SPEAKERS.get(str(message.get("role")))
            said = message.get("message") or message.get("content")
            if speaker and isinstance(said, str) and said.strip():
                lines.append(f"{speaker}: {said.strip()}\n")
    return "".join(lines)


def _message(payload: Any) -> dict[str, Any] | None:
    """The message in a payload that is one or wraps one; None for anything else."""
    if not isinstance(payload, dict):
        return None
    if isinstance(payload.get("message"), dict):
        wrapped: dict[str, Any] = payload["message"]
        return wrapped
    return payload if payload.get("type") == REPORT else None


def _from_call_object(payload: Any) -> VapiCall:
    if not isinstance(payload, dict):
        raise _invalid(("", "must be a JSON object"))
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
    if call is None and not any(message.get(sign) for sign in ("artifact", "transcript", "messages")):
        raise _invalid(("/message/call", "is missing"), ("/message/artifact", "is missing"))
    if not isinstance(call, dict | None):
        raise _invalid(("/message/call", "must be an object"))
    call = call or {}
    _check_types(message, at="/message")
    _check_types(call, at="/message/call")
    told = {name: message[name] for name in _REPORTED_WITH_THE_CALL if message.get(name) is not None}
    return _stored_form({**told, **call}, sources=[message, call])


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
        for name, (kind, shape) in types.items()
        if not isinstance(source.get(name), kind | None)
    ]
    call_id = source.get("id")
    if isinstance(call_id, str) and len(call_id) > MAX_CALL_ID_CHARACTERS:
        found.append((f"{at}/id", f"must have at most {MAX_CALL_ID_CHARACTERS} characters"))
    return found


def _stored_form(call: dict[str, Any], *, sources: Sequence[dict[str, Any]]) -> VapiCall:
    """The call with its four members on top, each from the first source that has it."""
    artifact = _first(sources, "artifact") or {}
    places = [*sources, artifact]
    messages = _first(places, "messages") or []
    transcript = _first_text(places) or transcript_of(messages or artifact.get("messagesOpenAIFormatted") or [])
    details = {
        **call,
        "transcript": transcript,
        "messages": messages,
        "artifact": artifact,
        "analysis": _first(sources, "analysis") or {},
    }
    call_id = call.get("id") or _generated_id(details)
    return VapiCall(id=call_id, details={**details, "id": call_id}, has_transcript=bool(transcript))


def _first(places: Sequence[Mapping[str, Any]], name: str) -> Any:
    return next((place[name] for place in places if place.get(name)), None)


def _first_text(places: Sequence[Mapping[str, Any]]) -> str:
    found = (place.get("transcript") for place in places)
    return next((text for text in found if isinstance(text, str) and text.strip()), "")


def _generated_id(details: Mapping[str, Any]) -> str:
    """An id that follows from what the call is: the same call sent twice gets the same."""
    content = {name: value for name, value in details.items() if name != "id"}
    return str(uuid5(_GENERATED_IDS, msgspec.json.encode(content, order="deterministic").decode()))


def _invalid(*problems: tuple[str, str]) -> InvalidRequest:
    detail = "; ".join(f"{pointer or 'The body'} {message}" for pointer, message in problems)
    return InvalidRequest(f"{detail}.", problems=[FieldProblem(*problem) for problem in problems])
