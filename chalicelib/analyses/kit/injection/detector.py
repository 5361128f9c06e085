"""Does this text try to instruct the model? A detector in code, whatever the model makes of the text.

It only reports: what keeps an instruction from having an effect is that code decides what code can decide. Signs of
`injection_signs.toml` that stand close together are added up; 2 is an alarm. The text is looked at as a model might
read it: without invisible characters, look-alike letters as the Latin ones, s p a c e d letters joined, hidden (tag)
characters and base64 decoded; then once more without hyphens inside Hebrew words and digits inside Latin ones.
"""

from __future__ import annotations

import base64
import binascii
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import msgspec

from chalicelib.analyses.kit.fence import CALL_ID
from chalicelib.analyses.kit.issues import Issue, Quote, document_field
from chalicelib.analyses.kit.normalise import comparable
from chalicelib.cases.model import Document, DocumentText

CODE = "prompt_injection_suspected"
ALARM_WEIGHT = 2
WINDOW_CHARACTERS = 240
LONGEST_QUOTE_CHARACTERS = 300

_LOOK_ALIKES = str.maketrans("аеорсухіѕԁһҹӏкмтвαορν", "aeopcyxisdhqlkmtbaopv")
_SPACED_LETTERS = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .\-]){3,}[^\W\d_](?![^\W_])")
_TAG_CHARACTERS = re.compile("[\U000e0020-\U000e007e]{4,}")
_BASE64 = re.compile(r"(?<![\w+/])[A-Za-z0-9+/]{24,4000}={0,2}(?![\w+/])")
_HYPHEN_IN_HEBREW = re.compile("(?<=[א-ת])-(?=[א-ת])")
_DIGIT_IN_WORD = re.compile(r"(?<![^\W_])(?=\w*[a-z]{2})[a-z0-9]*[a-z][a-z0-9]*")
_DIGITS_AS_LETTERS = str.maketrans("01345", "oieas")
_UP_TO_FOUR_WORDS = r"(?:[^\w.!?]+\w+){0,4}?[^\w.!?]+"
_SPEAKER = re.compile(r"^(?:AI|User):", re.MULTILINE)


def injection_issues(
    texts: Iterable[DocumentText], *, transcript: str, unread: Iterable[Document] = (), told_of_call: str = ""
) -> tuple[Issue, ...]:
    """One issue per document, and one for the call, whose text holds instructions to the model.

    A document's name, its type and what its file says of itself are text, too; `unread` are documents of which no more
    is known. `told_of_call` is what earlier analyses said of the call, when the model is shown it. The first suspect
    passage is quoted.
    """
    issues = [_issue_of_document(text) for text in texts]
    issues += [_issue_of_label(document) for document in unread]
    passage = suspect_passage(_SPEAKER.sub("", transcript))
    told = None if passage else suspect_passage(told_of_call)
    if passage:
        issues.append(_issue(CALL_ID, passage, page=1, where="The call"))
    elif told:
        issues.append(_issue(CALL_ID, told, page=0, where="What an earlier analysis says of the call"))
    return tuple(issue for issue in issues if issue)


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
            return "\n".join(lines[first : last + 1])[:LONGEST_QUOTE_CHARACTERS].strip()
    for hidden in _hidden_texts(text):
        if _alarm(_as_read([_visible(hidden)])[1]) is not None:
            return hidden[:LONGEST_QUOTE_CHARACTERS].strip()
    return None


def _issue_of_document(text: DocumentText) -> Issue | None:
    for page in text.pages:
        passage = suspect_passage(page.text)
        if passage:
            return _issue(text.document.id, passage, page=page.number, where=text.document.file_name)
    passage = suspect_passage(text.properties)
    if passage:
        where = f"What {text.document.file_name} says of itself (its title, author or keywords)"
        return _issue(text.document.id, passage, page=0, where=where)
    return _issue_of_label(text.document)


def _issue_of_label(document: Document) -> Issue | None:
    for label, where in ((document.file_name, "A document's name"), (document.document_type, "A document's type")):
        if suspect_passage(label):
            return _issue(document.id, label, page=0, where=where)
    return None


def _issue(document_id: str, passage: str, *, page: int, where: str) -> Issue:
    return Issue(
        field=document_field(document_id),
        code=CODE,
        message=f"{where} holds text that reads like an instruction to the AI. It was treated as mere text.",
        quotes=(Quote(document_id=document_id, page=page, quote=passage),),
    )


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
    table = tomllib.loads(Path(__file__).with_name("injection_signs.toml").read_text(encoding="utf-8"))
    words = {name: "(?:" + "|".join(choices) + ")" for name, choices in table["words"].items()}
    return tuple(_Sign(row["name"], row["weight"], _compiled(row["pattern"], words)) for row in table["sign"])


def _compiled(pattern: str, words: dict[str, str]) -> re.Pattern[str]:
    """The table's notation as a regular expression: `{name}`, `~` and spaces."""
    for name, choices in words.items():
        pattern = pattern.replace("{" + name + "}", choices)
    pattern = pattern.replace("~", _UP_TO_FOUR_WORDS).replace(" ?", r"\s*").replace(" ", r"\s+")
    return re.compile(pattern, re.MULTILINE)
