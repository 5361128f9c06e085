"""Which fields of a form 7801 came out right: every field next to what the case says it should be.

Lists are compared item by item, each with the one it has most in common with. A field counts as filled when it is not
"", 0, false or []. Filled as expected is `right`; filled otherwise `wrong`; left empty `missed`; filled though it
should be empty `invented`. Precision = right ÷ (right + wrong + invented), recall = right ÷ (right + wrong + missed).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.analyses.document_analysis_form7801.fields import FIELDS, LISTS, Kind, is_filled, value_at
from chalicelib.documents.normalise import comparable, words

MONTHS = "employment_history.total_employment_months"
LANGUAGE = "metadata.language"
_KINDS: Mapping[str, Kind] = {**FIELDS, MONTHS: Kind.NUMBER, LANGUAGE: Kind.CHOICE}
_HALF = 0.5

Item = Mapping[str, Any]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """One field and what was expected. `path` has the expected item's number, `[+]` for an item nobody expected."""

    path: str
    expected: Any
    found: Any
    verdict: str

    @property
    def pattern(self) -> str:
        """The field without the numbers of list items."""
        return ".".join(part.split("[")[0] + ("[]" if "[" in part else "") for part in self.path.split("."))


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many comparisons ended how."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    invented: int = 0

    @property
    def expected(self) -> int:
        """Fields that should be filled."""
        return self.right + self.wrong + self.missed

    @property
    def found(self) -> int:
        """Fields that are filled."""
        return self.right + self.wrong + self.invented

    @property
    def precision(self) -> float | None:
        """Of what is filled, the share that is right; None when nothing is."""
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """Of what should be filled, the share that is right; None when nothing should be."""
        return self.right / self.expected if self.expected else None


def compare_forms(found: Mapping[str, Any], expected: Mapping[str, Any]) -> list[Comparison]:
    """Every field of the form compared with the case's expected.json (with its `_match_rules`), in the form's order.

    Fields that are rightly empty are left out, and so are those that the case says not to compare (null).
    """
    wanted = expected["form_7801"]
    rules = _Rules(expected.get("_match_rules", {}))
    pairs = {name: _paired(name, value_at(wanted, name), value_at(dict(found), name), rules) for name in LISTS}
    comparisons = []
    for pattern in _KINDS:
        list_path, separator, leaf = pattern.partition("[].")
        if not separator:
            comparisons.append(_compared(pattern, value_at(wanted, pattern), value_at(dict(found), pattern), rules))
            continue
        for number, mine, theirs in pairs[list_path]:
            path = f"{list_path}[{number}].{leaf}"
            comparisons.append(_compared(path, (mine or {}).get(leaf, ""), (theirs or {}).get(leaf, ""), rules))
    return [comparison for comparison in comparisons if comparison.verdict]


def tally(comparisons: Iterable[Comparison]) -> Tally:
    """How the comparisons ended."""
    verdicts = [comparison.verdict for comparison in comparisons]
    return Tally(
        right=verdicts.count("right"),
        wrong=verdicts.count("wrong"),
        missed=verdicts.count("missed"),
        invented=verdicts.count("invented"),
    )


def by_pattern(comparisons: Sequence[Comparison]) -> dict[str, Tally]:
    """One tally for each field of the form that was compared anywhere, in the form's order."""
    found = {pattern: [one for one in comparisons if one.pattern == pattern] for pattern in _KINDS}
    return {pattern: tally(rows) for pattern, rows in found.items() if rows}


class _Rules:
    """How a case wants its fields compared: `contains` and `either` by path; everything else by its kind."""

    def __init__(self, rules: Mapping[str, Any]) -> None:
        self._contains: Mapping[str, str] = rules.get("contains", {})
        self._either: Mapping[str, Sequence[Any]] = rules.get("either", {})

    def agree(self, path: str, expected: Any, found: Any) -> bool:
        """True when what was found is as good as what was expected."""
        if path in self._either:
            return found in self._either[path]
        if path in self._contains:
            return comparable(self._contains[path]) in comparable(str(found))
        kind = _KINDS[Comparison(path=path, expected=None, found=None, verdict="").pattern]
        if not is_filled(expected) or not is_filled(found):
            return not is_filled(expected) and not is_filled(found)
        if kind is Kind.NAME:
            return _one_holds_the_other(expected, found)
        if kind is Kind.TEXT:
            return _one_holds_the_other(expected, found) or _share_half(expected, found)
        return bool(expected == found)


def _compared(path: str, expected: Any, found: Any, rules: _Rules) -> Comparison:
    def verdict(word: str) -> Comparison:
        return Comparison(path=path, expected=expected, found=found, verdict=word)

    if expected is None:
        return verdict("")
    if rules.agree(path, expected, found):
        return verdict("right" if is_filled(found) and is_filled(expected) else "")
    if not is_filled(found):
        return verdict("missed")
    return verdict("wrong" if is_filled(expected) else "invented")


def _paired(
    name: str, expected: Sequence[Item], found: Sequence[Item], rules: _Rules
) -> list[tuple[int | str, Item | None, Item | None]]:
    """Expected and found items that belong together, the best fit first; what is left over is alone."""
    fits = sorted(
        ((_fit(name, number, mine, theirs, rules), -number, -place) for number, mine in enumerate(expected)
         for place, theirs in enumerate(found)),
        reverse=True,
    )  # fmt: skip
    partner: dict[int, int] = {}
    for fit, number, place in fits:
        if fit and -number not in partner and -place not in partner.values():
            partner[-number] = -place
    pairs: list[tuple[int | str, Item | None, Item | None]] = [
        (number, mine, found[partner[number]] if number in partner else None) for number, mine in enumerate(expected)
    ]
    pairs += [("+", None, theirs) for place, theirs in enumerate(found) if place not in partner.values()]
    return pairs


def _fit(name: str, number: int, expected: Item, found: Item, rules: _Rules) -> int:
    """How many filled fields two items have in common."""
    return sum(
        is_filled(value) and rules.agree(f"{name}[{number}].{leaf}", value, found.get(leaf, ""))
        for leaf, value in expected.items()
        if f"{name}[].{leaf}" in _KINDS
    )


def _one_holds_the_other(first: str, second: str) -> bool:
    one, other = set(words(first)), set(words(second))
    return bool(one and other) and (one <= other or other <= one)


def _share_half(first: str, second: str) -> bool:
    one, other = set(words(first)), set(words(second))
    return bool(one and other) and len(one & other) >= _HALF * max(len(one), len(other))


def leaves_of(pattern_tallies: Mapping[str, Tally]) -> Iterator[tuple[str, Tally]]:
    """The tallies by short name, the disability types as one."""
    types = [tally_ for pattern, tally_ in pattern_tallies.items() if ".disability_types." in pattern]
    for pattern, one in pattern_tallies.items():
        if ".disability_types." not in pattern:
            yield pattern, one
    if types:
        yield "disability_info.disability_types", _sum(types)


def _sum(tallies: Sequence[Tally]) -> Tally:
    return Tally(
        right=sum(one.right for one in tallies),
        wrong=sum(one.wrong for one in tallies),
        missed=sum(one.missed for one in tallies),
        invented=sum(one.invented for one in tallies),
    )
