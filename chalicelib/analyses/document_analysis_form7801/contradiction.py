"""Does a quote that is in a source say something else than the field it was given for?

A quote contradicts a field when it names things of the field's kind (days, long numbers, amounts, addresses, words of
the same script) and none of them is the field's value. A quote that names none contradicts nothing: spoken digits, a
date without its year, a description; a month that holds the day is no other day. Letters that OCR takes for each other
are one, and a position may be there in another form ("waited tables"). Who claims, and who is paid, must be in the
quote word for word; the quote of a condition must not name another one alone.
"""

from __future__ import annotations

import re
from datetime import date

from chalicelib.analyses.document_analysis_form7801.checks import first_possible_day
from chalicelib.analyses.document_analysis_form7801.fields import DISABILITY_TYPES, Kind, Leaf
from chalicelib.analyses.document_analysis_form7801.place_names import name_words, towns_in_full
from chalicelib.analyses.kit.condition_words import names_another
from chalicelib.analyses.kit.dates import days_in, months_with_spans
from chalicelib.analyses.kit.lookalikes import shape
from chalicelib.documents.normalise import comparable, words

_COMPARED_DIGITS = 3
_LONG_NUMBER_DIGITS = 6
_DIGIT_KINDS = frozenset(
    {Kind.ID, Kind.PHONE, Kind.POSTAL_CODE, Kind.BANK_NUMBER, Kind.ACCOUNT, Kind.REFERENCE, Kind.IBAN}
)
_NUMBER_WITH_SEPARATORS = re.compile(r"\d(?:[\d\-./ ]*\d)?")
_AMOUNT = re.compile(r"(?<![\d/.])\d[\d,]*(?:\.\d+)?(?![\d/])")
_SPOKEN_NUMBER = re.compile(
    r"שני|שתי|שלוש|ארבע|חמש|חמיש|שש|שיש|שבע|שמונ|תשע|עשר|אחד|אחת|אלפ|מאות|one|two|three|four|five|six|seven|eight|nine|ten"
)
_POSITION = ".position_title"
_STEM_LETTERS = 4
_YEARS = range(1900, 2101)
_MANY_SHARE = frozenset(
    {
        *("קריית", "רמת", "כפר", "בית", "גבעת", "תל", "באר", "ראש", "בני", "מגדל", "מעלה", "נווה", "גן", "הר", "בת"),
        *("החולים", "חולים", "מרכז", "רפואי", "הרפואי", "מרפאת", "בנק", "חברת", 'בע"מ', 'ד"ר', "דר", "פרופ"),
        *("bank", "hospital", "medical", "center", "centre", "clinic", "ltd", "inc", "dr", "prof", "the", "of"),
    }
)
"""Words that many names begin with: to share one of them is no sign of the same name."""
_CHILDREN = "personal_info.number_of_children"
_SONS_OR_DAUGHTERS = re.compile(
    r"(?<!\w)(?:(?:[ול]-?)?(?P<number>\d{1,2})\s(?:בנים|בנות|sons|daughters)"
    r"|ו?(?:בן|בת)(?! \d| ה?זוג)|(?:a |one )?(?:son|daughter))(?!\w)",
    re.IGNORECASE,
)
_HOLDER = "bank_details.account_holder_name"
_ON_MY_NAME = re.compile(r"על שמי|(?:in|on|under) my (?:own )?name", re.IGNORECASE)
_PERSONS = frozenset({"personal_info.full_name", "bank_details.account_holder_name"})


def contradicts(leaf: Leaf, quote: str, *, today: date) -> bool:
    """True when the quote names things of the field's kind, and none of them is the field's value."""
    text = comparable(quote)
    if leaf.kind is Kind.DATE:
        return _other_day(leaf, text, today)
    if leaf.kind in _DIGIT_KINDS:
        return _other_digits(str(leaf.value), text)
    if leaf.kind is Kind.NUMBER:
        return _other_amount(float(leaf.value), text) and not _adds_up(leaf, text)
    if leaf.kind is Kind.EMAIL:
        return "@" in text and str(leaf.value) not in text.casefold()
    if leaf.path.startswith(DISABILITY_TYPES):
        return bool(leaf.value) and names_another(leaf.path.rpartition(".")[2], text)
    if leaf.path in _PERSONS:
        if leaf.path == _HOLDER and _ON_MY_NAME.search(text):
            return False
        return not {shape(word) for word in words(str(leaf.value))} <= _held(text)
    if leaf.kind is Kind.NAME:
        return _other_name(str(leaf.value), text) and not (leaf.path.endswith(_POSITION) and _shares_stem(leaf, text))
    return False


def _other_day(leaf: Leaf, text: str, today: date) -> bool:
    """A value that is a month, or that code made its first or last day, is any day of it."""
    day = first_possible_day(leaf.value)
    if day is None:
        return False
    days, months = days_in(text, today=today), {month for month, _ in months_with_spans(text, today=today)}
    if day in days or day.replace(day=1) in months:
        return False
    is_whole = len(leaf.value) == len("2026-05-31")
    return bool(days | months) and (is_whole or (day.year, day.month) not in {(one.year, one.month) for one in days})


def _other_digits(value: str, text: str) -> bool:
    wanted = re.sub(r"\D", "", value).lstrip("0")
    whole = [re.sub(r"\D", "", number) for number in _NUMBER_WITH_SEPARATORS.findall(text)]
    named = {number.lstrip("0") for number in (*whole, *re.findall(r"\d+", text))}
    compared = [number for number in named if len(number) >= min(len(wanted), _COMPARED_DIGITS)]
    held = wanted in named or (len(wanted) >= _LONG_NUMBER_DIGITS and wanted in "".join(whole))
    return bool(wanted and compared) and not held


def _other_amount(value: float, text: str) -> bool:
    amounts = [float(amount.replace(",", "")) for amount in _AMOUNT.findall(text)]
    comparable_amounts = [amount for amount in amounts if value / 10 <= amount <= value * 10 and amount not in _YEARS]
    return bool(comparable_amounts) and value not in amounts and not _SPOKEN_NUMBER.search(text.casefold())


def _adds_up(leaf: Leaf, text: str) -> bool:
    """True when sons and daughters, counted apart, are the number of children: "2 בנים ו-3 בנות", "בן ו-2 בנות"."""
    counted = [int(match["number"] or 1) for match in _SONS_OR_DAUGHTERS.finditer(text)]
    return leaf.path == _CHILDREN and len(counted) > 1 and sum(counted) == leaf.value


def _other_name(value: str, text: str) -> bool:
    wanted, found = name_words(value), name_words(text)
    if not _same_script(wanted, found):
        return False
    return not {shape(word) for word in set(wanted) - _MANY_SHARE or set(wanted)} & _held(text)


def _shares_stem(leaf: Leaf, text: str) -> bool:
    stems = {word[:_STEM_LETTERS] for word in words(str(leaf.value)) if len(word) >= _STEM_LETTERS}
    return any(word[cut : cut + _STEM_LETTERS] in stems for word in words(text) for cut in range(3))


def _held(text: str) -> set[str]:
    """The words of a text. Hebrew glues one or two letters in front of a word: "בחיפה" holds "חיפה"."""
    return {shape(word[cut:]) for word in words(towns_in_full(text)) for cut in range(3) if len(word) > cut}


def _same_script(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    return any(_is_hebrew(a) == _is_hebrew(b) for a in first for b in second if not a.isdecimal() and not b.isdecimal())


def _is_hebrew(word: str) -> bool:
    return "א" <= word[0] <= "ת"
