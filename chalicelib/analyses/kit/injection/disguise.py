"""What does a model read in a text that looks like something else? Disguises taken off, line by line.

Invisible characters go, look-alike letters become the Latin ones, s p a c e d letters are joined; hidden (tag)
characters and base64 are decoded. A second reading takes hyphens out of Hebrew words and digits in Latin words for
letters.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator

from chalicelib.documents.normalise import comparable, few_marks

_LOOK_ALIKES = str.maketrans("аеорсухіѕԁһҹӏкмтвαορν", "aeopcyxisdhqlkmtbaopv")
_SPACED_LETTERS = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .\-]){3,}[^\W\d_](?![^\W_])")
_TAG_CHARACTERS = re.compile("[\U000e0020-\U000e007e]{4,}")
_BASE64 = re.compile(r"(?<![\w+/])[A-Za-z0-9+/]{24,4000}={0,2}(?![\w+/])")
_HYPHEN_IN_HEBREW = re.compile("(?<=[א-ת])-(?=[א-ת])")
_WORD_WITH_DIGITS = re.compile(r"\b(?=\w*[a-z]{2})(?=\w*[01345])\w+")
_DIGITS_AND_LETTERS = re.compile(r"(?<![^\W_])[a-z0-9]*[a-z][a-z0-9]*")
_DIGITS_AS_LETTERS = str.maketrans("01345", "oieas")


def visible(line: str) -> str:
    """The line as it is read: lower-case, in one way of writing."""
    joined = _SPACED_LETTERS.sub(lambda match: re.sub(r"[ .\-]", "", match.group()), line)
    compatible = unicodedata.normalize("NFKC", few_marks(_TAG_CHARACTERS.sub("", joined)))
    return _latin_look_alikes(comparable(compatible).casefold())


def undisguised(line: str) -> str:
    """The line without hyphens inside Hebrew words, digits inside Latin words as the letters they look like."""
    plain = _HYPHEN_IN_HEBREW.sub("", line)
    return _WORD_WITH_DIGITS.sub(lambda word: _with_letters_for_digits(word.group()), plain)


def _with_letters_for_digits(word: str) -> str:
    return _DIGITS_AND_LETTERS.sub(lambda part: part.group().translate(_DIGITS_AS_LETTERS), word)


def _latin_look_alikes(line: str) -> str:
    """Lower-case Cyrillic and Greek letters as Latin ones, where they stand in one word with Latin letters."""
    return re.sub(r"\b\w*[a-z]\w*", lambda word: word.group().translate(_LOOK_ALIKES), line)


def hidden_texts(text: str) -> Iterator[str]:
    """What invisible tag characters and base64 spell."""
    for match in _TAG_CHARACTERS.finditer(text):
        yield "".join(chr(ord(character) - 0xE0000) for character in match.group())
    for match in _BASE64.finditer(text):
        encoded = match.group().rstrip("=")
        try:
            decoded = base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            continue
        if decoded.isprintable() or "\n" in decoded:
            yield decoded
