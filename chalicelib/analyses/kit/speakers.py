"""Who says each line of the call? The transcript with `AI:` and `User:` before what is said, whatever it names them.

Vapi lets an assistant be set up with names of its own for both (`artifactPlan.transcriptPlan`), and other programs have
their usual ones. Whose words a quote is hangs on this: an assistant's question must not pass for the claimant's word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.documents.normalise import comparable

SPEAKERS: Mapping[str, str] = {
    **dict.fromkeys(("bot", "assistant", "ai", "agent"), "AI"),
    **dict.fromkeys(("user", "customer", "caller", "human"), "User"),
}
"""The label of each role that speaks, in small letters; the same as in `cases.vapi`."""

_TIME = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_LABELLED = re.compile(
    rf"(\s*(?:[\[(]?{_TIME}[\])]?\s*[-–:]?\s*)?)([^\s:][^:\n]{{0,59}}?)(?:\s*[\[(]{_TIME}[\])])?\s*:\s*(.*)$"
)
"""A line with who says it, and perhaps when."""
_NAMED_BY_PLAN = {"assistantName": "AI", "userName": "User"}
_ASSISTANTS = "ai assistant bot agent voicebot סוכן סוכנת נציג נציגה בוט עוזר עוזרת מערכת מראיין מראיינת"
_CLAIMANTS = "user customer caller client human claimant לקוח לקוחה תובע תובעת מבוטח מבוטחת משתמש משתמשת"
_USUAL = {**dict.fromkeys(_ASSISTANTS.split(), "AI"), **dict.fromkeys(_CLAIMANTS.split(), "User")}
_Lines = Sequence[tuple[str, str]]
"""Label, as it is compared, and words of each line that has a label."""


def labelled(transcript: str, call: Mapping[str, Any]) -> str:
    """The transcript with `AI:` and `User:` for the names that its lines have; where they have none, the words of the
    call's messages instead, when there are any."""
    lines = [(_key(found[2]), comparable(found[3])) for found in _found(transcript)]
    roles = _roles(lines, call)
    if not roles:
        return turns_of(_messages(call)) or transcript
    return "\n".join(_with_label(line, roles) for line in transcript.split("\n"))


def turns_of(messages: Any) -> str:
    """What is said in a call's messages, a line each; "" when nobody speaks in them, or they are no list."""
    return "\n".join(f"{speaker}: {said}" for speaker, said in _said(messages))


def _said(messages: Any) -> Iterator[tuple[str, str]]:
    for message in messages if isinstance(messages, Sequence) and not isinstance(messages, str) else ():
        speaker = SPEAKERS.get(str(message.get("role")).casefold()) if isinstance(message, Mapping) else None
        said = (message.get("message") or message.get("content")) if speaker else None
        if speaker and isinstance(said, str) and said.strip():
            yield speaker, said.strip()


def _messages(call: Mapping[str, Any]) -> Any:
    """The messages of the first place that has any."""
    return call.get("messages") or _member(call, "artifact").get("messages")


def _roles(lines: _Lines, call: Mapping[str, Any]) -> dict[str, str]:
    """AI or User for each label that is known: as the call was set up; for a role without one by who says the same in
    the call's messages; else by the usual names."""
    labels = {label for label, _ in lines}
    known: dict[str, str] = {}
    for names in ({"ai": "AI", "user": "User"} | _names_of_plans(call), _by_messages(lines, call), _USUAL):
        missing = {"AI", "User"} - set(known.values())
        known |= {label: names[label] for label in labels & names.keys() if names[label] in missing}
    return known


def _names_of_plans(call: Mapping[str, Any]) -> dict[str, str]:
    names: dict[str, str] = {}
    for holder in (call, call.get("assistant"), call.get("assistantOverrides")):
        plan = _member(_member(holder, "artifactPlan"), "transcriptPlan")
        for name, role in _NAMED_BY_PLAN.items():
            if isinstance(plan.get(name), str) and _key(plan[name]):
                names[_key(plan[name])] = role
    return names


def _by_messages(lines: _Lines, call: Mapping[str, Any]) -> dict[str, str]:
    """The role that says most of a label's lines in the messages."""
    speaker_of = {comparable(said): speaker for speaker, said in _said(_messages(call))}
    votes: dict[str, Counter[str]] = {}
    for label, words in lines:
        if words in speaker_of:
            votes.setdefault(label, Counter())[speaker_of[words]] += 1
    return {label: count.most_common(1)[0][0] for label, count in votes.items()}


def _found(transcript: str) -> Iterator[re.Match[str]]:
    return filter(None, map(_LABELLED.match, transcript.split("\n")))


def _with_label(line: str, roles: Mapping[str, str]) -> str:
    found = _LABELLED.match(line)
    role = roles.get(_key(found[2])) if found else None
    if found is None or role is None or line.startswith(f"{role}:"):
        return line
    return f"{role}: {found[3]}"


def _key(label: str) -> str:
    return comparable(label).casefold()


def _member(holder: Any, name: str) -> Mapping[str, Any]:
    value = holder.get(name) if isinstance(holder, Mapping) else None
    return value if isinstance(value, Mapping) else {}
