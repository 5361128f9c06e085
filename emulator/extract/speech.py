"""Who said what in the call? Turns with the question before them, and what a speaker took back."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from emulator.extract.sources import Line, Source, calls

_SPEAKER = re.compile(r"^\s*(AI|Assistant|Bot|Agent|User|Customer|Caller|Client)\s*:\s*", re.IGNORECASE)
_ASKING = ("ai", "assistant", "bot", "agent")
_CORRECTION = re.compile(
    r"לא,? סליחה|סליחה,? לא|התבלבלתי|טעיתי|תיקון|בעצם לא|רגע,|רגע\b|ליתר דיוק|sorry|correction|I mean|actually,"
    r"|wait,|my mistake",
    re.IGNORECASE,
)
_YES = re.compile(
    r"^\s*(?:כן|בטח|ברור|בוודאי|מסכימ\S*|אני מסכימ\S*|מאשר\S*|yes|sure|of course|I (?:do )?agree|I consent)(?!\w)",
    re.IGNORECASE,
)
_BUT_NO = re.compile(
    r"(?<!\w)(?:לא רוצה|לא מסכימ\S*|לא עכשיו|אחר כך|כשתשלחו|אחשוב|אבל לא|not now|don't|do not|later|rather not)(?!\w)",
    re.IGNORECASE,
)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the claimant said, and the question it answers ("" at the call's beginning)."""

    question: str
    text: str
    line: Line

    def about(self, topic: re.Pattern[str]) -> bool:
        """True when the question or the answer itself names the topic."""
        return bool(topic.search(self.question) or topic.search(self.text))

    @property
    def corrected(self) -> str:
        """What still stands: the text after the last sign of a correction, when it says something."""
        ends = [match.end() for match in _CORRECTION.finditer(self.text)]
        rest = self.text[ends[-1] :].strip(" .,…") if ends else ""
        return rest or self.text

    @property
    def agrees(self) -> bool:
        """True only for a clear yes."""
        return bool(_YES.search(self.text)) and not _BUT_NO.search(self.text)


class Question(msgspec.Struct, frozen=True):
    """What the interviewer said."""

    text: str
    line: Line


def answers(sources: Sequence[Source]) -> list[Answer]:
    """The claimant's turns in order. A line without a speaker continues the turn before it."""
    found, question, speaker = [], "", "user"
    for line in (line for call in calls(sources) for line in call.lines):
        named = _SPEAKER.match(line.text)
        speaker = named.group(1).lower() if named else speaker
        text = line.text[named.end() :] if named else line.text
        if speaker in _ASKING:
            question = text if named else f"{question} {text}"
        else:
            found.append(Answer(question=question, text=text, line=line))
    return found


def questions(sources: Sequence[Source]) -> list[Question]:
    """The interviewer's turns in order."""
    spoken = [(match, line) for call in calls(sources) for line in call.lines if (match := _SPEAKER.match(line.text))]
    return [Question(line.text[match.end() :], line) for match, line in spoken if match.group(1).lower() in _ASKING]


def sentences(text: str) -> list[str]:
    """The sentences of a text; abbreviations with inner quotes and dotted dates stay whole."""
    return [part.strip() for part in re.split(r"(?<=[^\d.])[.!?]+(?=\s|$)|(?<=\d)[.!?](?=\s|$)", text) if part.strip()]
