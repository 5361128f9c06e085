"""What a careful reader finds in the cases of tests/data: prepared facts, one file a case in emulator/facts.

A request is recognised by its texts: the case of which most quotes are in it. Of that case only those facts are known
whose words the request holds, and they are quoted as the request has them: a page can be laid out in many ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import msgspec

from emulator.answers.known import Fact, Known
from emulator.answers.sources import CALL_ID, PICTURE, TEXT_ID, Line, Source

FACTS = Path(__file__).parent.parent / "facts"
LEAST_FACTS = 3
"""So many facts of a case must be in a request for it to be that case."""
_LEAST_SHARE = 0.7
_WORD = re.compile(r"[א-ת]+|[A-Za-z]+|\d+")


class Prepared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file. `documents` are the names of the case's documents by the ids that the facts use."""

    prepared: str
    documents: Mapping[str, str]
    form: tuple[Fact, ...]
    contradictions: tuple[Fact, ...]
    findings: tuple[Fact, ...]
    call: tuple[Fact, ...]
    advice: Mapping[str, object]


@cache
def prepared_cases() -> tuple[Prepared, ...]:
    """All of them. Raises: msgspec.ValidationError for a file of another shape."""
    return tuple(msgspec.json.decode(path.read_bytes(), type=Prepared) for path in sorted(FACTS.glob("*.json")))


def known_case(sources: Sequence[Source]) -> Known | None:
    """What these sources say, when they are of a prepared case."""
    page = _Words(sources)
    found = [_known(case, page) for case in prepared_cases()]
    best = max(found, key=_size, default=None)
    return best if best is not None and _size(best) >= LEAST_FACTS else None


def _size(known: Known) -> int:
    return len(known.form) + sum(bool(fact.quote) for fact in known.said)


def _known(case: Prepared, page: _Words) -> Known:
    def located(facts: Iterable[Fact]) -> tuple[Fact, ...]:
        return tuple(there for fact in facts if (there := page.located(fact, case.documents)))

    return Known(
        form=_renumbered(located(case.form)),
        contradictions=located(case.contradictions),
        findings=located(case.findings),
        said=located(case.call),
        advice=case.advice,
    )


def _renumbered(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The facts with list items counted from 0 again: items whose words are elsewhere are left out."""
    numbers: dict[str, dict[str, int]] = {}

    def renumbered(fact: Fact) -> Fact:
        name, bracket, rest = fact.field.partition("[")
        if not bracket:
            return fact
        number, _, leaf = rest.partition("]")
        seen = numbers.setdefault(name, {})
        return msgspec.structs.replace(fact, field=f"{name}[{seen.setdefault(number, len(seen))}]{leaf}")

    return tuple(renumbered(fact) for fact in facts)


class _Words:
    """The lines of the sources by their words."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._lines = [(line, frozenset(_WORD.findall(line.text))) for source in sources for line in source.lines]
        self._holding: dict[str, set[int]] = {}
        for number, (_, words) in enumerate(self._lines):
            for word in words:
                self._holding.setdefault(word, set()).add(number)

    def located(self, fact: Fact, names: Mapping[str, str]) -> Fact | None:
        """The fact as these sources have it, or None. A fact without a quote is always known."""
        if fact.picture:
            return self._in_picture(fact, names[fact.source])
        if not fact.quote:
            return fact
        line = self._line(fact)
        if line is None:
            return None
        quote = fact.quote if fact.quote in line.text else line.quote(_telling(fact.quote))
        return msgspec.structs.replace(fact, source=line.source_id, page=line.page, quote=quote)

    def _in_picture(self, fact: Fact, name: str) -> Fact | None:
        for source in self._sources:
            if source.name == name and any(line.text == PICTURE for line in source.lines):
                return msgspec.structs.replace(fact, source=source.id)
        return None

    def _line(self, fact: Fact) -> Line | None:
        """The line that is most like the quote: all its numbers, and most of its words."""
        wanted = frozenset(_WORD.findall(fact.quote))
        numbers = {word for word in wanted if word.isdecimal()}
        candidates: set[int] = set().union(*(self._holding.get(word, ()) for word in wanted))
        best, likeness = None, 0.0
        for line, words in (self._lines[number] for number in sorted(candidates)):
            common = len(wanted & words)
            alike = common / len(wanted | words)
            fits = numbers <= words and common >= _LEAST_SHARE * len(wanted)
            if fits and alike > likeness and _may_be_in(fact, line):
                best, likeness = line, alike
        return best


def _may_be_in(fact: Fact, line: Line) -> bool:
    """What was said is not looked for in documents, nor the reverse."""
    return line.source_id == TEXT_ID or (line.source_id == CALL_ID) == (fact.source == CALL_ID)


def _telling(quote: str) -> str:
    """The part of a quote around which a long line is cut: its longest word or number."""
    return max(_WORD.findall(quote), key=len, default="")
