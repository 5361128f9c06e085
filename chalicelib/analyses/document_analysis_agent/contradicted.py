"""Does a finding say something else than the words it quotes? What code can see of it is an issue of the finding.

Only what the lines of the quote, at every place where they are, speak against is reported:

- denied: a "no" or a doubt that the quote leaves out, or one right beside the condition that the finding names;
- other_value: the lines name other days or numbers of the finding's kind, and its own are nowhere in the source;
- other_label: the words beside the finding's number are beside another number on the lines, or a label there (net,
  date of birth, end) says that it is something else;
- assistant_only: in the call, words of the assistant that the claimant does not confirm.

A finding that shares few words with its lines is for information: it may be said in other words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from chalicelib.analyses.document_analysis_agent.notebook import Finding
from chalicelib.analyses.kit.claimant_speech import ASSISTANT_ONLY, is_claimants_word
from chalicelib.analyses.kit.condition_words import conditions_named, doubts
from chalicelib.analyses.kit.dates import days_in, days_with_spans
from chalicelib.analyses.kit.issues import Issue, Quote
from chalicelib.analyses.kit.label_words import (
    DATE_LABELS,
    NUMBER_LABELS,
    PHONE_LABELS,
    Labels,
    date_side,
    nearest_label,
)
from chalicelib.analyses.kit.quotes import Sources, Surroundings
from chalicelib.analyses.kit.reading import Reading
from chalicelib.analyses.kit.untrusted import CALL_ID
from chalicelib.documents.normalise import comparable, words

_MESSAGES = {
    "denied": "The words around the quote deny or doubt what the finding says.",
    "other_value": "The quoted words name another day or number than the finding.",
    "other_label": "The quoted words say that this number or day is something else than the finding says.",
    "assistant_only": ASSISTANT_ONLY,
}
_NOT_IN_QUOTE = "The finding shares few words or none with the lines that it quotes: read them."

_CUT_OFF = re.compile(
    r"(?<!\w)(?:[ושה]{0,2}(?:לא|אין|ללא|בלי|טרם|שולל|שוללת|מכחיש|מכחישה)|no|not|never|without|denies|denied"
    r"|(?:[ושה]{0,2}(?:חשד|לשלול)|suspected|rule out|r/o)(?: (?:of|ל))?)[ -]?[לבהש]?$",
    re.IGNORECASE,
)
_SAYS_NO = re.compile(
    r"(?<!\w)[ושהבלמכ]{0,2}(?:לא|אין|אינ[והםן]|ללא|בלי|טרם|שולל\w*|מכחיש\w*|נשלל\w*|שלל\w*|שליל\w*|חשד\w*|חוסר|היעדר|העדר"
    r"|לשלול|איבד\w*|חדל\w*|no|not|never|without|den(?:y|ies|ied)|negative|suspect\w*|rule[d]? out|un\w+|cannot|n't)",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![\w.,/:])(?P<sign>₪ ?)?(?P<number>\d[\d,]*(?:\.\d+)?)(?P<unit> ?(?:%|אחוז|percent|₪|ש\"ח|nis|ils))?"
)
_PERCENT, _MONEY = frozenset({"%", "אחוז", "percent"}), frozenset({"₪", 'ש"ח', "nis", "ils"})
_PHONE = re.compile(r"(?<!\d)0\d{1,2}-?\d{7}(?!\d)")
_MONEY_FROM = 1_000
"""A plain number from here on may be a sum without its currency."""
_LINKED_WORDS = 2
_STEM_LETTERS = 3
_FEW = 0.25
_NEVER_AGREE = (frozenset({"gross", "net"}), frozenset({"own", "other"}))

Link = tuple[frozenset[str], str, float]
"""The words right before a number, its unit, and the number."""


def finding_issues(findings: Sequence[Finding], reading: Reading, *, today: date) -> Iterator[Issue]:
    """An issue for each finding that its own quote speaks against; `field` is `findings[n]`, n from 0."""
    sources = Sources(reading.texts, transcript=reading.transcript)
    texts = {text.document.id: "\n".join(page.text for page in text.pages) for text in reading.texts}
    texts[CALL_ID] = reading.transcript
    for number, finding in enumerate(findings):
        if not finding.verified:
            continue
        quote = Quote(document_id=finding.document_id, page=finding.page, quote=finding.quote)
        places = sources.surroundings(finding.quote, document_id=finding.document_id, page=finding.page)
        reason = _reason(finding, places, whole=comparable(texts.get(finding.document_id, "")), today=today)
        if reason is None and finding.document_id == CALL_ID:
            reason = None if is_claimants_word(finding.quote, reading.transcript) else "assistant_only"
        if reason:
            yield Issue(
                field=f"findings[{number}]",
                code="evidence_mismatch",
                message=_MESSAGES[reason],
                quotes=(quote,),
                params={"reason": reason},
            )
        elif places and all(_says_other_things(comparable(finding.text), place, today) for place in places):
            yield Issue(
                field=f"findings[{number}]", code="finding_not_in_quote", message=_NOT_IN_QUOTE, quotes=(quote,)
            )


def _reason(finding: Finding, places: Sequence[Surroundings], *, whole: str, today: date) -> str | None:
    """Why the quote speaks against the finding at every place where it is; None: at one it does not."""
    text = comparable(finding.text)
    reasons = [_reason_at(text, place, whole=whole, today=today) for place in places]
    return reasons[0] if reasons and all(reasons) else None


def _reason_at(text: str, place: Surroundings, *, whole: str, today: date) -> str | None:
    line = f"{place.before}{place.quote}{place.after}"
    if _is_denied(text, place):
        return "denied"
    if _has_other_link(text, line, today) or _has_other_label(text, line, place.line_before, today):
        return "other_label"
    if _has_other_days(text, line, whole, today) or _has_other_numbers(text, line, whole, today):
        return "other_value"
    return None


def _is_denied(text: str, place: Surroundings) -> bool:
    if _SAYS_NO.search(text):
        return False
    if _CUT_OFF.search(place.before.rpartition("\n")[2]):
        return True
    named = conditions_named(text) & conditions_named(place.quote)
    return any(doubts(one, place.quote, before=place.before, after=place.after) for one in named)


def _has_other_days(text: str, line: str, whole: str, today: date) -> bool:
    claimed, named = days_in(text, today=today), days_in(line, today=today)
    return bool(claimed and named) and not claimed & (named | days_in(whole, today=today))


def _has_other_numbers(text: str, line: str, whole: str, today: date) -> bool:
    there = {(unit, number) for _, unit, number in _links(whole, today)}
    named = {(unit, number) for _, unit, number in _links(line, today)}
    units = {unit for unit, _ in named}
    return any(unit in units and (unit, number) not in there for _, unit, number in _links(text, today) if unit)


def _has_other_link(text: str, line: str, today: date) -> bool:
    """True when words that belong to one number alone on the line belong to another one in the finding."""
    numbers_of: dict[tuple[str, str], set[float]] = {}
    for before, unit, number in _links(line, today):
        for word in before:
            numbers_of.setdefault((word, unit), set()).add(number)
    return any(
        len(numbers_of.get((word, unit), ())) == 1 and number not in numbers_of[word, unit]
        for before, unit, number in _links(text, today)
        for word in before
    )


def _has_other_label(text: str, line: str, above: str, today: date) -> bool:
    """True when the labels of one value, in the finding and on the line, cannot both be right."""
    for first, second in _value_places(text, line):
        for labels in (NUMBER_LABELS, PHONE_LABELS):
            found = {_label(labels, text, "", first), _label(labels, line, above, second)}
            if found in _NEVER_AGREE:
                return True
    here, there = (dict(days_with_spans(one, today=today)) for one in (text, line))
    for day in here.keys() & there.keys():
        is_birth = [
            _label(DATE_LABELS, one, higher, spans[day])
            for one, higher, spans in ((text, "", here), (line, above, there))
        ]
        if all(is_birth) and ("birth" in is_birth) and len(set(is_birth)) > 1:
            return True
        sides = {date_side(text, here[day], today=today), date_side(line, there[day], today=today)}
        if len(sides - {""}) > 1:
            return True
    return False


def _label(labels: Labels, text: str, above: str, at: tuple[int, int]) -> str:
    """The label nearest to the value on its own line of a text."""
    start = text.rfind("\n", 0, at[0]) + 1
    end = text.find("\n", at[1])
    line = text[start : len(text) if end < 0 else end]
    higher = text[:start].rstrip("\n").rpartition("\n")[2] or above
    return nearest_label(labels, line, higher, (at[0] - start, at[1] - start))


def _value_places(text: str, line: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the finding and the line hold the same sum or phone number, each by its first place."""
    for pattern in (_PHONE, _NUMBER):
        there = {re.sub(r"\D", "", match.group()): match.span() for match in reversed(list(pattern.finditer(line)))}
        for match in pattern.finditer(text):
            digits = re.sub(r"\D", "", match.group())
            if len(digits) > _STEM_LETTERS and digits in there:
                yield match.span(), there[digits]


def _links(text: str, today: date) -> Iterator[Link]:
    """The numbers of a text with their units and the words right before each; days and phones are none."""
    taken = [span for _, span in days_with_spans(text, today=today)]
    taken += [match.span() for match in _PHONE.finditer(text)]
    end = 0
    for match in _NUMBER.finditer(text):
        if any(start < match.end() and match.start() < stop for start, stop in taken):
            end = match.end()
            continue
        before = words(text[end : match.start()].rpartition("\n")[2])[-_LINKED_WORDS:]
        number = float(match["number"].rstrip(",").replace(",", ""))
        yield frozenset(_stems(before)), _unit(match, number), number
        end = match.end()


def _unit(match: re.Match[str], number: float) -> str:
    named = {(match["unit"] or "").strip().casefold(), (match["sign"] or "").strip()}
    if named & _PERCENT:
        return "percent"
    is_year = number.is_integer() and 1900 <= number <= 2100
    return "money" if named & _MONEY or (number >= _MONEY_FROM and not is_year) else ""


def _says_other_things(text: str, place: Surroundings, today: date) -> bool:
    """True when few words of the finding, of the scripts that both have, are on the lines or the one above, and no day
    and no number of two digits or more."""
    line = f"{place.line_before} {place.before}{place.quote}{place.after}"
    if days_in(text, today=today) & days_in(line, today=today):
        return False
    numbers = ({match["number"] for match in _NUMBER.finditer(one) if len(match["number"]) > 1} for one in (text, line))
    if set.intersection(*numbers):
        return False
    said, there = (
        [word for word in words(one) if len(word) >= _STEM_LETTERS and not word[0].isdecimal()] for one in (text, line)
    )
    scripts = {_is_hebrew(word) for word in there}
    compared = [word for word in said if _is_hebrew(word) in scripts]
    on_lines = set(_stems(there))
    shared = sum(not on_lines.isdisjoint(_stems([word])) for word in compared)
    return bool(compared) and shared <= len(compared) * _FEW


def _is_hebrew(word: str) -> bool:
    return "א" <= word[0] <= "ת"


def _stems(found: Sequence[str] | set[str]) -> Iterator[str]:
    """The first letters of words; Hebrew may glue a letter or two in front ("ובשכר")."""
    for word in found:
        if _is_hebrew(word):
            yield from (word[cut : cut + _STEM_LETTERS + 1] for cut in range(3) if len(word) - cut >= _STEM_LETTERS)
        else:
            yield word[: _STEM_LETTERS + 2]
