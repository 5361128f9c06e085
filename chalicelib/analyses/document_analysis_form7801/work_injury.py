"""Does a source say that the claimant was hurt at work? Then another branch of the Institute pays first.

An accident on the way to work or home is one too. What a source denies, or a form only asks, is no sign; nor is a
question of the assistant, unless the claimant says yes to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from chalicelib.analyses.kit.claimant_speech import confirms, utterances
from chalicelib.documents.normalise import comparable

MOST_CHARACTERS = 300

_HURT = r"(?:נפגע|נפצע|נחבל)(?:ת|תי|ה)?|נפל(?:ת|תי|ה)?"
_SIGN = re.compile(
    r"תאונ(?:ת|ות)[ -]ה?עבודה|תאונה ב(?:זמן |מהלך |שעות |מקום )?ה?עבודה"
    rf"|(?:{_HURT}|זה קרה(?: ל[ךי])?) (?:ב|תוך כדי |בזמן |במהלך |בשעות |במקום )ה?עבודה"
    rf"|(?:תאונה|תאונת דרכים|{_HURT}) (?:[^\s.,;?]+ ){{0,3}}בדרך (?:ל|מה|אל ה)עבודה"
    r"|מחל(?:ת|ות) ה?מקצוע|דמי ה?פגיעה|work(?:place)? (?:accident|injury)|injured at work|accident at work"
    r"|occupational disease",
    re.IGNORECASE,
)
_DENIED_BEFORE = re.compile(
    r"(?:(?<!\w)[ושהכ]{0,2}(?:לא|אין|אינ[והנ]|איננה|ללא|בלי|no|not|never|without|wasn't|isn't)"
    r"(?: (?:מדובר|מדוברת|זו|זאת|זה|היית?ה|היה|לי|לו|לה|עבר(?:תי|ה)?|נגרמ\w*|שום|כל|עקב|בעקבות|כתוצאה"
    r"|a|an|any|due to|was|were|related to))*"
    r"|(?<!\w)(?:שולל|שלל|מכחיש|נשלל|הכחיש)\w*(?: [^\s.,;]+)?|(?<!\w)(?:denies|denied|rules out|ruled out)(?: \w+)?"
    r"|[☐□])\s[הובלמכש]{0,2}-?$|[☐□]\s?$",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    r"\w*(?:\s?[:?\-–]+\s?(?:לא|אין|ללא|no|none)(?=\s*(?:$|[.,;|)]))|\s(?:לא היית?ה|נשלל\w*|was ruled out)(?!\w)"
    r"|[\s:?]*(?:[☐□] ?כן[ ,/]*[☒☑✓] ?לא|כן ?[☐□][ ,/]*לא ?[☒☑✓]))",
    re.IGNORECASE,
)
_ASKED_AFTER = re.compile(r"[^.?!]*\?(?!\s*(?:כן|yes|[☒☑✓] ?כן))", re.IGNORECASE)


def sign_of_work_injury(texts: Iterable[str], transcript: str) -> str | None:
    """The first words that say so, at most 300 characters; None: no source does. `texts` are pages of documents."""
    said = utterances(transcript)
    spoken = _in_call(said) if said else _in_text(transcript)
    found = next((words for text in texts for words in _in_text(text)), None) or next(spoken, None)
    return found[:MOST_CHARACTERS] if found else None


def _in_text(text: str) -> Iterator[str]:
    above = ""
    for line in map(comparable, text.splitlines()):
        if _says_so(line, above=above, may_ask=False):
            yield line.strip()
        above = line


def _in_call(said: list[tuple[str, str]]) -> Iterator[str]:
    for (speaker, words), (answering, answer) in zip(said, [*said[1:], ("", "")], strict=True):
        if not _says_so(words, may_ask=True):
            continue
        if speaker == "User":
            yield f"{speaker}: {words}"
        elif answering == "User" and confirms(answer):
            yield f"{speaker}: {words} {answering}: {answer}"


def _says_so(line: str, *, above: str = "", may_ask: bool) -> bool:
    """True when the line has a sign that nothing right beside it denies; `may_ask`: also as a question."""
    return any(
        not _DENIED_BEFORE.search(f"{above} {line[: match.start()]}")
        and not _DENIED_AFTER.match(line, match.end())
        and (may_ask or not _ASKED_AFTER.match(line, match.end()))
        for match in _SIGN.finditer(line)
    )
