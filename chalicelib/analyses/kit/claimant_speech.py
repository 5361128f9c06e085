"""Whose words are these in the call? The claimant's own lines count, and what they confirm in the line right after."""

from __future__ import annotations

import re

from chalicelib.documents.normalise import comparable

ASSISTANT_ONLY = "Only the assistant says this in the call; the claimant does not confirm it."

_SPEAKER = re.compile(r"(AI|User):\s*")
_CONFIRMS = re.compile(
    r"^(?:אה+,? |אהה,? |ו?אז )?(?:כן|נכון|בדיוק|בהחלט|בטח|כמובן|ברור|אמת|זהו"
    r"|yes|yeah|yep|right|correct|exactly|sure)(?!\w)",
    re.IGNORECASE,
)


def is_claimants_word(quote: str, transcript: str) -> bool:
    """True when a part of the quote is in a line of the claimant, or its assistant's line is confirmed by the next.

    So it is where nobody can know whose words they are: in a transcript without `AI:` and `User:`.
    """
    wanted = comparable(re.sub(r"(?m)^\s*(?:AI|User):\s*", " ", quote))
    spoken = utterances(transcript)
    if not wanted or not spoken:
        return bool(wanted and transcript.strip())
    text, owners = "", list[int]()
    for number, (_, words) in enumerate(spoken):
        text += f"{words} "
        owners += [number] * (len(words) + 1)
    start = text.find(wanted)
    places = []
    while start >= 0:
        places.append(set(owners[start : start + len(wanted)]))
        start = text.find(wanted, start + 1)
    if not places:
        return True  # the words are found by other rules; whose they are cannot be known
    return any(_counts(lines, spoken) for lines in places)


def confirms(answer: str) -> bool:
    """True when comparable words begin with a yes."""
    return _CONFIRMS.match(answer) is not None


def utterances(transcript: str) -> list[tuple[str, str]]:
    """Speaker and comparable words of each utterance; a line without a speaker goes on with the one before."""
    found: list[tuple[str, str]] = []
    for line in transcript.splitlines():
        match = _SPEAKER.match(line.strip())
        if match:
            found.append((match[1], comparable(line.strip()[match.end() :])))
        elif found and line.strip():
            speaker, words = found[-1]
            found[-1] = (speaker, f"{words} {comparable(line)}")
    return found


def _counts(lines: set[int], spoken: list[tuple[str, str]]) -> bool:
    if any(spoken[number][0] == "User" for number in lines):
        return True
    last = max(lines) + 1
    return last < len(spoken) and spoken[last][0] == "User" and confirms(spoken[last][1])
