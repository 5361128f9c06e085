"""Which documents does the call ask for? The lists an interviewer says, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from emulator.extract.sources import Source
from emulator.extract.speech import answers, questions

_ASKS = re.compile(
    r"(?<![א-ת])(?:נבקש(?: ממך)?|תשלחי? לנו|אנא שלחי?|נצטרך(?: ממך)?|צריך (?:לשלוח|להביא)|יש להמציא|להעביר לנו"
    r"|נדרש(?:ים)?(?: ממך)?)\s+(?:את )?"
    r"|(?<!\w)(?:please (?:send|bring|upload|provide)(?: us)?|we(?:'ll| will)? need(?: from you)?|we(?:'ll"
    r"| will) ask(?: you)? for|could you send(?: us)?)\s+",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"\s*[,;]\s*(?:ו(?!יתור|ועד)(?=[א-ת]{2})|and\s+)?|\s+and\s+|\s+ו(?!יתור|ועד)(?=[א-ת]{3,})", re.IGNORECASE
)
_ARTICLE = re.compile(r"^(?:את\s+|גם\s+|the\s+|an?\s+|your\s+|also\s+)+", re.IGNORECASE)
_REASONS = (
    (
        r"אורתופד|נוירולוג|רופא|סיכום|specialist|doctor|physician|orthop",
        "מוכיח את הליקוי ואת התפקוד",
        "proves the impairment and what it prevents",
        "רופא מטפל",
        "treating physician",
    ),
    (
        r"שחרור|אשפוז|discharge|hospital",
        "מוכיח את האשפוז ואת מועדיו",
        "proves the stay in hospital and its dates",
        "בית החולים",
        "hospital",
    ),
    (
        r"תלוש|שכר|מעסיק|העסקה|pay|salary|employ",
        "מוכיח תקופת עבודה, שכר והפסקת עבודה",
        "proves employment, salary and its end",
        "המעסיק",
        "employer",
    ),
    (
        r"MRI|CT|רנטגן|פענוח|צילום|EMG|imaging|x-?ray|scan",
        "ממצא אובייקטיבי לליקוי",
        "objective finding of the impairment",
        "מכון הדימות",
        "imaging institute",
    ),
    (r"ויתור|סודיות|waiver", "מאפשר לקבל את החומר הרפואי", "lets the medical file be requested", "התובע/ת", "claimant"),
)


class Requested(msgspec.Struct, frozen=True, kw_only=True):
    """A document that is asked for; `said` is the part of the transcript that names it."""

    name: str
    reason: str
    source: str
    required: bool = True
    uploaded: bool = False


def requested_documents(
    sources: Sequence[Source], *, hebrew: bool, asked_before: Sequence[str] = ()
) -> list[Requested]:
    """The documents in the order they are asked for; one asked for before keeps exactly its old name."""
    found: dict[str, Requested] = {}
    for text in _asking_texts(sources):
        for said in _listed(text):
            name = _old_name(said, asked_before) or said
            found.setdefault(name, _requested(name, hebrew=hebrew))
    return list(found.values())


def _asking_texts(sources: Sequence[Source]) -> Iterator[str]:
    yield from (question.text for question in questions(sources))
    yield from (answer.question for answer in answers(sources)[-1:] if not questions(sources))


def _listed(text: str) -> Iterator[str]:
    for asked in _ASKS.finditer(text):
        listed = re.split(r"[.?!](?:\s|$)", text[asked.end() :])[0]
        for part in _SEPARATOR.split(listed):
            name = _ARTICLE.sub("", part.strip(" .,"))
            if 1 <= len(name.split()) <= 7 and len(name) >= 2:
                yield name


def _requested(name: str, *, hebrew: bool) -> Requested:
    for pattern, reason, english_reason, source, english_source in _REASONS:
        if re.search(pattern, name, re.IGNORECASE):
            return Requested(
                name=name, reason=reason if hebrew else english_reason, source=source if hebrew else english_source
            )
    return Requested(name=name, reason="התבקש בשיחה" if hebrew else "asked for in the call", source="", required=False)


def _old_name(name: str, asked_before: Sequence[str]) -> str | None:
    """The earlier name that shares a telling word with this one."""
    ours = _telling_words(name)
    return next((old for old in asked_before if ours & _telling_words(old)), None)


def _telling_words(name: str) -> set[str]:
    return {re.sub(r"^[הולבמ](?=.{4})", "", word.lower()) for word in re.findall(r"[\w\"]{3,}", name)}
