"""Do two values of one field really differ, or are they only written differently?"""

from __future__ import annotations

import re
from typing import Any

from chalicelib.analyses.document_analysis_form7801.fields import Kind
from chalicelib.analyses.document_analysis_form7801.place_names import name_words
from chalicelib.documents.normalise import comparable, same_text

_BETWEEN_DIGITS = re.compile(r"[\W_]")
_APARTMENT = re.compile(r"(\d+[א-ת]?),? *(?:(?:דירה|apartment|apt)\b|דיר'|דר')[. ]*(\d+)", re.IGNORECASE)
_DOUBLED = re.compile(r"(?<=י)י|(?<=ו)ו")
_NUMBERS = frozenset({Kind.ID, Kind.PHONE, Kind.POSTAL_CODE, Kind.BANK_NUMBER, Kind.ACCOUNT, Kind.IBAN, Kind.REFERENCE})


def differ(kind: Kind, first: Any, second: Any) -> bool:
    """True when both cannot be meant as one. Descriptions never differ; a name and a shorter form of it do not,
    nor a town and its abbreviation, an address with and without its apartment, full and short spelling (נהרייה,
    נהריה), nor a number and the same one with zeros in front or its digits parted."""
    if kind is Kind.TEXT or first == second:
        return False
    if not isinstance(first, str) or not isinstance(second, str):
        return True
    if kind is Kind.NAME:
        one, other = _parts(first), _parts(second)
        return not (one <= other or other <= one)
    if kind in _NUMBERS:
        return not same_number(first, second)
    return not same_text(first, second)


def _parts(name: str) -> set[str]:
    """The words of a name or an address. An apartment is written after the house, 5/3, which then also counts alone."""
    found = {_DOUBLED.sub("", word) for word in name_words(_APARTMENT.sub(r"\1/\2", comparable(name)))}
    return found | {word.partition("/")[0] for word in found}


def same_number(first: str, second: str) -> bool:
    """True when both have the same digits and letters in the same order, zeros in front aside: a bank is 12 or 012,
    an account 123456/78 or 12345678."""
    one, other = (_BETWEEN_DIGITS.sub("", comparable(text)).casefold().lstrip("0") for text in (first, second))
    return one == other
