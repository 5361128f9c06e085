"""Which number do these words say? Digits, sums of money, spoken numbers and spoken digits, Hebrew and English."""

from __future__ import annotations

import re
from collections.abc import Sequence

_UNIT_WORDS = (
    "אפס zero oh",
    "אחת אחד one",
    "שתיים שתים שניים שתי שני two",
    "שלוש שלושה שלושת three",
    "ארבע ארבעה ארבעת four",
    "חמש חמישה חמשת five",
    "שש שישה ששה ששת six",
    "שבע שבעה שבעת seven",
    "שמונה שמונת eight",
    "תשע תשעה תשעת nine",
    "עשר עשרה עשרת ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TEN_WORDS = (
    "עשרים twenty",
    "שלושים thirty",
    "ארבעים forty",
    "חמישים fifty",
    "שישים ששים sixty",
    "שבעים seventy",
    "שמונים eighty",
    "תשעים ninety",
)
UNITS = {word: value for value, words in enumerate(_UNIT_WORDS) for word in words.split()}
TENS = {word: 10 * (index + 2) for index, words in enumerate(_TEN_WORDS) for word in words.split()}
_HUNDREDS = {"מאה": 100, "מאתיים": 200}
_MULTIPLIERS = {"מאות": 100, "hundred": 100, "אלף": 1000, "אלפים": 1000, "thousand": 1000}
_THOUSANDS = {"אלפיים": 2000}
_WORD = re.compile(r"[א-ת]+|[A-Za-z]+|\d[\d,]*(?:\.\d+)?")
_MONEY = re.compile(r"(?<![\d/.-])(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?(?![\d/]|-\d|\.\d)")
_DIGIT_RUN = re.compile(r"(?:[א-ת]+|[A-Za-z]+|\d+)(?:[\s,.\-]+(?:[א-ת]+|[A-Za-z]+|\d+))*")


def words_of(text: str) -> list[str]:
    """The words and numbers of a text, in order, lower-case."""
    return [match.group().lower() for match in _WORD.finditer(text)]


def spoken_number(words: Sequence[str]) -> tuple[int, int] | None:
    """The number that the first words say and how many words say it, or None: `תשעת אלפים ארבע מאות` is (9400, 4)."""
    total, current, last, used = 0, 0, 0, 0
    for word in words:
        plain = _bare(word) if used else word
        value = _value(plain)
        if plain in _MULTIPLIERS and (used or plain == "אלף"):
            total, current, last = _multiplied(total, current, _MULTIPLIERS[plain])
        elif value is None or not _may_follow(value, last, used):
            break
        else:
            current, last = current + value, value
        used += 1
    return (total + current, used) if used else None


def amounts(text: str) -> list[float]:
    """Every sum or number in the text, in order: `9,400.00` is 9400.0; dates and phone numbers are left out."""
    found: list[tuple[int, float]] = [
        (match.start(), float(match.group(1).replace(",", "") + "." + (match.group(2) or "0")))
        for match in _MONEY.finditer(text)
    ]
    return [value for _, value in sorted(found)]


def spoken_amount(text: str) -> int | None:
    """The largest number said in words, or None."""
    words = words_of(text)
    found = [number[0] for index in range(len(words)) if (number := spoken_number(words[index:]))]
    return max(found, default=None)


def spoken_digits(text: str, *, at_least: int) -> str | None:
    """The last run of at least so many digits said one by one or in groups: `אפס אפס ארבע` is `004`."""
    best = None
    for match in _DIGIT_RUN.finditer(text):
        for run in _digit_runs(words_of(match.group())):
            if len(run) >= at_least:
                best = run
    return best


def _digit_runs(words: Sequence[str]) -> list[str]:
    runs, current = [], ""
    for word in [*words, ""]:
        digit = UNITS.get(_bare(word), UNITS.get(word, 10)) if word else 10
        if word.isdecimal():
            current += word
        elif digit < 10:
            current += str(digit)
        elif current:
            runs.append(current)
            current = ""
    return runs


def _bare(word: str) -> str:
    """The word without the Hebrew "and"."""
    return word[1:] if word.startswith("ו") and len(word) > 2 else word


def _value(word: str) -> int | None:
    for table in (UNITS, TENS, _HUNDREDS, _THOUSANDS):
        if word in table:
            return table[word]
    return int(word) if word.isdecimal() and len(word) < 4 else None


def _may_follow(value: int, last: int, used: int) -> bool:
    """Larger parts come first (`שמונים וארבע`), except that ten follows a unit in a Hebrew teen (`ארבעה עשר`)."""
    if not used:
        return True
    if value == 10:
        return 0 < last < 10
    return last > value and last >= 20 and value > 0


def _multiplied(total: int, current: int, factor: int) -> tuple[int, int, int]:
    if factor == 1000:
        return total + max(current, 1) * 1000, 0, 1000
    rest, unit = current - current % 10, current % 10
    return total, rest + max(unit, 1) * 100, 100
