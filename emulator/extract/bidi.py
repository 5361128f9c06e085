"""In which order was this line written? Puts a Hebrew line that a PDF reader gave in visual order back in order.

pypdf puts out the runs of a mixed line from the left edge of the page: `28/05/2026 :תאריך הביקור` was written
`תאריך הביקור: 28/05/2026`. Each Hebrew run is in order inside; the runs are reversed and the punctuation that closed a
run leads it.
"""

from __future__ import annotations

import re

HEBREW = "\u05d0-\u05ea"
_VISUAL = re.compile(
    rf"(?:^|\s)[:.,][.:]?[{HEBREW}]"  # a word that seems to begin with its closing punctuation
    rf"|[{HEBREW}][0-9A-Za-z]"  # a number or a Latin word glued to the end of a Hebrew one
    rf"|^\s*[,.)]"  # a line that begins with what only ends one
    rf"|^\s*[0-9A-Za-z][^{HEBREW}]*\s[:,.]\s?[{HEBREW}]"
    rf"|[{HEBREW}][.,;:][0-9]"  # a number glued to a full stop that it does not follow
)
_LEFT_TO_RIGHT = re.compile(rf"\(?[0-9A-Za-z](?:[^{HEBREW}]*?[0-9A-Za-z%°)])?(?=[^0-9A-Za-z%°)]*(?:[{HEBREW}]|$))")
_LABEL_COLON = re.compile(rf"^(\s*)(:)(\.?)(?=[{HEBREW}]|\s{{2,}})")
_DOUBLE_SPACE = re.compile(r"(?<! ) {2}(?! )")  # two runs' own spaces; three and more are a column's gap
_MARKS = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_NIQQUD = re.compile("[\u0591-\u05bd\u05bf-\u05c7]")
_QUOTES = str.maketrans({"״": '"', "“": '"', "”": '"', "׳": "'", "’": "'", "‘": "'", "־": "-", "‹": "<", "\u00a0": " "})


def is_visual(line: str) -> bool:
    """True when the line bears signs of visual order; a line without Hebrew never does."""
    return bool(re.search(f"[{HEBREW}]", line) and re.search("[0-9A-Za-z]", line) and _VISUAL.search(line))


def logical(line: str) -> str:
    """The line as it was written, with one kind of quotation mark and without niqqud and invisible marks."""
    plain = _NIQQUD.sub("", _MARKS.sub("", line)).translate(_QUOTES)
    if not is_visual(plain):
        return plain.rstrip()
    runs = _runs(plain)
    ordered = re.sub(r" +([,.:;)])", r"\1", " ".join(_closed(run) for run in reversed(runs)))
    return _DOUBLE_SPACE.sub(" ", ordered).strip()


def _runs(line: str) -> list[str]:
    """The line cut into runs of one direction, in the order they stand."""
    runs, position = [], 0
    for match in _LEFT_TO_RIGHT.finditer(line):
        runs.append(line[position : match.start()])
        runs.append(match.group())
        position = match.end()
    runs.append(line[position:])
    return [run for run in runs if run.strip()]


def _closed(run: str) -> str:
    """A run with the punctuation that leads it put where it was written."""
    colon = _LABEL_COLON.match(run)
    if colon:
        return run[: colon.start(2)] + run[colon.end() :].rstrip() + colon.group(3) + ":"
    stop = re.match(rf"^\s*([.,])(?=[{HEBREW}])", run)
    if stop:
        return run[stop.end() :].rstrip() + stop.group(1)
    return re.sub(r"^ (?= )", "", run.rstrip())
