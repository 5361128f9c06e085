"""Which letters does OCR take for each other? To recognise words that it misread, never to change what is kept."""

from __future__ import annotations

import re

_DIGITS = str.maketrans("0158", "olsb")
_DIGIT_IN_WORD = re.compile(r"(?<=[A-Za-z])[0158]+(?=[A-Za-z])|(?<![\w])[015](?=[a-z]{3})")
_FIRST_L = re.compile(r"(?<![A-Za-z])l(?=[bcdfghkmnpqrstvwxz])")
_LAST_SAMEKH = re.compile(r"ס(?![א-ת])")
_ONE_SHAPE = str.maketrans("01i|58םחרכן", "olllsbסהדבו")


def meant_letters(text: str) -> str:
    """The text, as long as before, with digits and letters that must be misread: "Emp1oyee", "lncome", "שס מלא"."""
    plain = _DIGIT_IN_WORD.sub(lambda match: match.group().translate(_DIGITS), text)
    return _LAST_SAMEKH.sub("ם", _FIRST_L.sub("I", plain))


def shape(word: str) -> str:
    """A word of lower-case letters with each group of lookalikes written as one of them."""
    return word.translate(_ONE_SHAPE)
