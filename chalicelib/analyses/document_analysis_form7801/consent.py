"""Did the claimant say yes to the waiver of medical confidentiality? Only their own clear words in the call count.

The quote must stand in what the user says, this must hold a yes and neither a no nor a later or an if, it must answer
(or name) the waiver, and no later answer about the waiver may take it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from chalicelib.analyses.kit.normalise import comparable
from chalicelib.analyses.kit.quotes import SHORTEST_QUOTE_CHARACTERS

_ASKED_WITHIN = 4
"""So many utterances before a yes the waiver may have been spoken of: a question back may stand between."""

_SPEAKER = re.compile(r"(AI|User):\s*")
_TOPIC = re.compile(
    r"ויתור|סודיות|(?:חומר|מידע|תיק|רשומה|רשומות|מסמכים) ה?רפואי"
    r"|waive|confidential|medical (?:record|file|information)",
    re.IGNORECASE,
)
_ASKS_TO_AGREE = re.compile(r"מסכי|מאשר|בסדר מבחינ|agree|consent|okay with", re.IGNORECASE)
_NO_TROUBLE = re.compile(
    r"(?<!\w)(?:אין (?:לי )?(?:שום )?(?:בעיה|התנגדות)|בלי בעיה|ללא (?:בעיה|ספק)|למה לא|no problem|why not|don't mind"
    r"|no objections?)(?!\w)",
    re.IGNORECASE,
)
_YES = re.compile(
    r"(?<!\w)ו?(?:כן|מסכימה?|מסכים|מאשרת?|מקובל|בסדר|בטח|בוודאי|ברור|כמובן|יאללה|yes|yeah|yep|sure|agree|consent|accept"
    r"|approve|ok|okay|certainly|absolutely|of course)(?!\w)",
    re.IGNORECASE,
)
_NOT_A_CLEAR_YES = re.compile(
    r"(?<!\w)[ושכ]?(?:לא|אל|אין|אינני|איני|בלי|ללא|מסרבת?|מתנגדת?|אבל|אולי|אם|רק|אחר כך|אחרי|קודם|לפני|אחשוב|נראה"
    r"|עוד מעט|כש\w+|כאשר|אחתום|לחתום|no|nope|not|never|cannot|\w+n't|refuse|decline|object|but|maybe|perhaps|if|unless"
    r"|until|later|first|before|after|only|when|will sign|think about)(?!\w)",
    re.IGNORECASE,
)


class _Utterance(msgspec.Struct, frozen=True, kw_only=True):
    is_users: bool
    text: str


def gives_consent(quote: str, transcript: str) -> bool:
    """True when the quote, somewhere in the transcript (`AI:` and `User:` lines), is the claimant's clear yes."""
    said = tuple(_utterances(transcript))
    return any(
        utterance.is_users and _is_clear_yes(utterance.text) and _answers_waiver(said, at) and not _taken_back(said, at)
        for at in _places(comparable(quote), said)
        for utterance in (said[at],)
    )


def _utterances(transcript: str) -> Iterator[_Utterance]:
    """What each speaker says; a line without a speaker goes on with the one before."""
    speaker, lines = "", [""]
    for line in transcript.splitlines():
        match = _SPEAKER.match(line.strip())
        if match is None:
            lines.append(line)
            continue
        if speaker:
            yield _Utterance(is_users=speaker == "User", text=comparable(" ".join(lines)))
        speaker, lines = match[1], [line.strip()[match.end() :]]
    if speaker:
        yield _Utterance(is_users=speaker == "User", text=comparable(" ".join(lines)))


def _places(quote: str, said: Sequence[_Utterance]) -> Iterator[int]:
    """The utterances that the quote stands in, whole or with a part of it, each time that it stands."""
    if len(quote) < SHORTEST_QUOTE_CHARACTERS:
        return
    parts = [f"{'User' if one.is_users else 'AI'}: {one.text} " for one in said]
    whole = "".join(parts)
    start = whole.find(quote)
    while start >= 0:
        at = 0
        for number, part in enumerate(parts):
            if at < start + len(quote) and start < at + len(part) - 1:
                yield number
            at += len(part)
        start = whole.find(quote, start + 1)


def _is_clear_yes(text: str) -> bool:
    plain = _NO_TROUBLE.sub(" כן ", text)
    return _YES.search(plain) is not None and _NOT_A_CLEAR_YES.search(plain) is None


def _answers_waiver(said: Sequence[_Utterance], at: int) -> bool:
    """True when the waiver is spoken of here or in the question, or shortly before a question whether one agrees."""
    if _TOPIC.search(said[at].text):
        return True
    asks_to_agree = True
    for earlier in reversed(said[max(0, at - _ASKED_WITHIN) : at]):
        if earlier.is_users and _is_no(earlier.text):
            return False
        if asks_to_agree and _TOPIC.search(earlier.text):
            return True
        if not earlier.is_users:
            asks_to_agree = _ASKS_TO_AGREE.search(earlier.text) is not None
    return False


def _taken_back(said: Sequence[_Utterance], at: int) -> bool:
    """True when a later word of the claimant about the waiver, or answer to a question about it, is a no."""
    later = range(at + 1, len(said))
    return any(
        said[number].is_users
        and _is_no(said[number].text)
        and (_TOPIC.search(said[number].text) or (number - 1 > at and _TOPIC.search(said[number - 1].text)))
        for number in later
    )


def _is_no(text: str) -> bool:
    return not _is_clear_yes(text) and _NOT_A_CLEAR_YES.search(text) is not None
