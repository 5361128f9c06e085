"""Does this text try to instruct the model? A detector in code, whatever the model makes of the text.

It only reports: what keeps an instruction from having an effect is that code decides what code can decide. Signs of
`signs.toml` that stand close together are added up; 2 is an alarm. The text is looked at as a model might
read it: without invisible characters, look-alike letters as the Latin ones, s p a c e d letters joined, hidden (tag)
characters and base64 decoded; then once more without hyphens inside Hebrew words and digits inside Latin ones.
"""

from __future__ import annotations

import base64
import binascii
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from chalicelib.analyses.kit.normalise import comparable

ALARM_WEIGHT = 2
WINDOW_CHARACTERS = 240
LONGEST_PASSAGE_CHARACTERS = 300

_LOOK_ALIKES = str.maketrans("аеорсухіѕԁһҹӏкмтвαορν", "aeopcyxisdhqlkmtbaopv")
_SPACED_LETTERS = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .\-]){3,}[^\W\d_](?![^\W_])")
_TAG_CHARACTERS = re.compile("[\U000e0020-\U000e007e]{4,}")
_BASE64 = re.compile(r"(?<![\w+/])[A-Za-z0-9+/]{24,4000}={0,2}(?![\w+/])")
_HYPHEN_IN_HEBREW = re.compile("(?<=[א-ת])-(?=[א-ת])")
_DIGIT_IN_WORD = re.compile(r"(?<![^\W_])(?=\w*[a-z]{2})[a-z0-9]*[a-z][a-z0-9]*")
_DIGITS_AS_LETTERS = str.maketrans("01345", "oieas")
_UP_TO_FOUR_WORDS = r"(?:[^\w.!?]+\w+){0,4}?[^\w.!?]+"


def suspect_passage(text: str) -> str | None:
    """The first lines that look like an instruction to the model, as they stand in the text; None: there are none."""
    lines = text.splitlines()
    visible = [_visible(line) for line in lines]
    disguised = [plain if (plain := _undisguised(line)) != line else "" for line in visible]
    for reading in (visible, disguised):
        starts, readable = _as_read(reading)
        position = _alarm(readable)
        if position is not None:
            first, last = (_line_at(starts, place) for place in position)
            return "\n".join(lines[first : last + 1])[:LONGEST_PASSAGE_CHARACTERS].strip()
    for hidden in _hidden_texts(text):
        if _alarm(_as_read([_visible(hidden)])[1]) is not None:
            return hidden[:LONGEST_PASSAGE_CHARACTERS].strip()
    return None


def _visible(line: str) -> str:
    joined = _SPACED_LETTERS.sub(lambda match: re.sub(r"[ .\-]", "", match.group()), line)
    compatible = unicodedata.normalize("NFKC", _TAG_CHARACTERS.sub("", joined))
    return _latin_look_alikes(comparable(compatible).casefold())


def _undisguised(line: str) -> str:
    """The line without hyphens inside Hebrew words, digits inside Latin words as the letters they look like."""
    plain = _HYPHEN_IN_HEBREW.sub("", line)
    return _DIGIT_IN_WORD.sub(lambda word: word.group().translate(_DIGITS_AS_LETTERS), plain)


def _latin_look_alikes(line: str) -> str:
    """Lower-case Cyrillic and Greek letters as Latin ones, where they stand in one word with Latin letters."""
    return re.sub(r"\b\w*[a-z]\w*", lambda word: word.group().translate(_LOOK_ALIKES), line)


def _as_read(lines: list[str]) -> tuple[list[int], str]:
    """Where each line begins in the text that the lines make, and that text."""
    starts, position = [], 0
    for line in lines:
        starts.append(position)
        position += len(line) + 1
    return starts, "\n".join(lines)


def _line_at(starts: list[int], position: int) -> int:
    return max(index for index, start in enumerate(starts) if start <= position)


def _alarm(readable: str) -> tuple[int, int] | None:
    """Where the first passage heavy enough begins and ends, or None."""
    hits = sorted(
        (match.start(), match.end(), sign.name, sign.weight)
        for sign in _signs()
        for match in sign.pattern.finditer(readable)
    )
    for index, (start, _, _, _) in enumerate(hits):
        weights: dict[str, int] = {}
        for later_start, later_end, name, weight in hits[index:]:
            if later_start - start > WINDOW_CHARACTERS:
                break
            weights[name] = max(weight, weights.get(name, 0))
            if sum(weights.values()) >= ALARM_WEIGHT:
                return start, max(start, later_end - 1)
    return None


def _hidden_texts(text: str) -> Iterator[str]:
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


class _Sign(msgspec.Struct, frozen=True):
    """One turn of phrase: distinct names add up, several hits of one name count once."""

    name: str
    weight: int
    pattern: re.Pattern[str]


@cache
def _signs() -> tuple[_Sign, ...]:
    table = tomllib.loads(Path(__file__).with_name("signs.toml").read_text(encoding="utf-8"))
    words = {name: "(?:" + "|".join(choices) + ")" for name, choices in table["words"].items()}
    return tuple(_Sign(row["name"], row["weight"], _compiled(row["pattern"], words)) for row in table["sign"])


def _compiled(pattern: str, words: dict[str, str]) -> re.Pattern[str]:
    """The table's notation as a regular expression: `{name}`, `~` and spaces."""
    for name, choices in words.items():
        pattern = pattern.replace("{" + name + "}", choices)
    pattern = pattern.replace("~", _UP_TO_FOUR_WORDS).replace(" ?", r"\s*").replace(" ", r"\s+")
    return re.compile(pattern, re.MULTILINE)
