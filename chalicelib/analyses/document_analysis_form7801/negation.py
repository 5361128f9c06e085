"""Do these words deny a condition, only suspect it, or speak of a relative? Then they do not say that it is there.

Each mention of a condition's name is judged in its clause. It is denied only by a cue that surely governs it: one that
follows the name and ends the clause or the item of a list ("סוכרת: אין"), or one before the name with nothing between
but words that carry a denial on ("לא ידועה סוכרת, מחלת לב"). A cue cut off from the name ("לא עובדת עקב דיכאון")
says nothing of it. Any other cue in the clause leaves it unclear. The words of all this are in `negation_words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice

from chalicelib.analyses.document_analysis_form7801.negation_words import (
    AFFIRMED,
    AFTER,
    BARE_DENIAL,
    CARRYING,
    CAUSES,
    CUES,
    FAMILY,
    NAMES,
    NEW_PREDICATE,
    OR,
    PREDICATE,
    VERBAL_DENIAL,
)

WINDOW = 300
"""Characters of a clause that are looked at on either side of a name."""
NEAREST_CUES = 4
MOST_MENTIONS = 100


class Told(StrEnum):
    """What words say of a condition: it is there, it is not the claimant's, one cannot tell, or nothing at all."""

    SAID = "said"
    DENIED = "denied"
    UNCLEAR = "unclear"
    UNNAMED = "unnamed"


_CLAUSE_END = re.compile(r"[.;!?\n]|(?<!\w)(?:אך|אבל|אולם|but|however)(?!\w)")
_ENDS_ITEM = r"\s*\)?\s*(?:$|[,)/])"
_DENIED_AFTER = re.compile(rf"\w*[\s:\-,(]{{0,4}}(?:{AFTER})(?!\w){_ENDS_ITEM}")
_DENIED_SOON_AFTER = re.compile(rf"\w*(?: \w+){{1,3}} ?[:\-] ?(?:{AFTER})(?!\w){_ENDS_ITEM}")
_AFFIRMED_AFTER = re.compile(rf"\w* ?[:\-] ?(?:{AFFIRMED})(?!\w)")
_ENDS_LIST_ITEM = re.compile(r"\w*\s*(?:$|[,)/]|(?:או|or|nor|and)(?!\w)|ו[א-ת])")
_GLUED_LETTERS = re.compile(r"(?<!\w)[ושהבלמכ]{1,3}$")
_ANY_NAME = re.compile(rf"(?<!\w)[ושהבלמכ]{{0,3}}(?:{'|'.join(name for names in NAMES.values() for name in names)})\w*")
_WORD = re.compile(r"[^\W_]+(?:[\"'][^\W_]+)*")


def told(condition: str, text: str, *, before: str = "", after: str = "") -> Told:
    """What comparable text says of the condition (a member of `disability_types`). One mention that says so is enough.

    Only mentions in the text are judged; `before` and `after` are what stands around it on its lines.
    """
    names = NAMES.get(condition)
    found = _verdicts("|".join(names), text, before, after) if names else iter(())
    verdicts = set(islice(found, MOST_MENTIONS))
    for verdict in (Told.SAID, Told.UNCLEAR, Told.DENIED):
        if verdict in verdicts:
            return verdict
    return Told.UNNAMED


def denies(condition: str, text: str) -> bool:
    """True when the words name the condition and nowhere say, or may say, that it is there."""
    return told(condition, text) is Told.DENIED


def _verdicts(name: str, text: str, before: str, after: str) -> Iterator[Told]:
    whole, first, last = f"{before}{text}{after}".casefold(), len(before), len(before) + len(text)
    start = 0
    for end in [*(match.start() for match in _CLAUSE_END.finditer(whole)), len(whole)]:
        for match in re.finditer(name, whole[start:end]):
            if first <= start + match.start() < last:
                named, done = start + match.start(), start + match.end()
                yield _verdict(whole[max(start, named - WINDOW) : named], whole[done : min(end, done + WINDOW)])
        start = end


def _verdict(before: str, after: str) -> Told:
    """Of one mention, by the words of its clause around it."""
    if _AFFIRMED_AFTER.match(after):
        return Told.SAID
    if _DENIED_AFTER.match(after):
        return Told.DENIED
    before = _GLUED_LETTERS.sub("", before)
    verdicts = {_under(cue, before, after) for cue in [*CUES.finditer(before)][-NEAREST_CUES:]}
    if Told.DENIED in verdicts:
        return Told.DENIED
    if Told.UNCLEAR in verdicts or _DENIED_SOON_AFTER.match(after):
        return Told.UNCLEAR
    return Told.SAID


def _under(cue: re.Match[str], before: str, after: str) -> Told:
    """Of a mention that one cue stands before: denied when the cue governs it, said when it is cut off from it."""
    between = before[cue.end() :]
    first, *rest = between.split(",")
    is_family = FAMILY.fullmatch(cue[0]) is not None
    if CAUSES.search(between):
        return Told.SAID
    if NEW_PREDICATE.search(between) and not (is_family and PREDICATE.search(first)):
        return Told.SAID
    if rest and VERBAL_DENIAL.fullmatch(cue[0]) and not _carries(_WORD.findall(_ANY_NAME.sub(" ", first))[:1]):
        return Told.SAID  # "לא מעשנת, סוכרת סוג 2"
    if rest and (not first.strip() or not _ENDS_LIST_ITEM.match(after)):
        return Told.UNCLEAR
    if rest and BARE_DENIAL.fullmatch(cue[0]) and not OR.search(f"{between}…{after}"):
        return Told.UNCLEAR
    if is_family and re.search(r"(?<!\w)(?:עם|אצל|with) (?:her |his |my )?$", before[: cue.start()]):
        return Told.UNCLEAR  # she lives with her mother; who is ill?
    return Told.DENIED if _carries(_WORD.findall(_ANY_NAME.sub(" ", between))) else Told.UNCLEAR


def _carries(words: list[str]) -> bool:
    return all(word.isdecimal() or CARRYING.fullmatch(word) for word in words)
