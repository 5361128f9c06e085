"""Are these two list items the same job, physician or hospital stay, read from two sources?

Employment: the same employer, at times that touch. Physicians: the same licence number, or the same name when one of
them has none. Stays: the same case number, else the same admission, else the same hospital at times that touch.
Names are the same when one's words are all among the other's, titles and legal forms aside. Two physicians of different
specialties are two unless they share a licence number; so are stays at different hospitals without one case number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import date
from typing import Any

from chalicelib.analyses.document_analysis_form7801.checks import day_of
from chalicelib.analyses.document_analysis_form7801.difference import same_number
from chalicelib.analyses.document_analysis_form7801.fields import EMPLOYMENT, HOSPITALIZATIONS, PHYSICIANS
from chalicelib.analyses.document_analysis_form7801.place_names import name_words
from chalicelib.documents.normalise import same_text, words

Item = Mapping[str, Any]

IDENTITY: Mapping[str, tuple[str, str]] = {
    EMPLOYMENT: ("employer_name", "start_date"),
    PHYSICIANS: ("name", "specialty"),
    HOSPITALIZATIONS: ("hospital_name", "admission_date"),
}
"""What names an item of each list, from one analysis of a case to the next."""

_NOT_PART_OF_A_NAME = frozenset(
    {'ד"ר', "דר", "דר'", "פרופ", "פרופ'", "dr", "prof", "md", 'בע"מ', "ltd", "inc", "חברת", "בית", "החולים", "hospital"}
)
_NO_SPECIALTY = frozenset(
    {"רופא", "רופאה", "רפואה", "רפואת", "מומחה", "מומחית", "doctor", "physician", "specialist", "medicine"}
)
_STEM_LETTERS = 5
_HEBREW = frozenset("אבגדהוזחטיכלמנסעפצקרשת")


def is_same_item(list_path: str, first: Item, second: Item) -> bool:
    """True when both items of this list are one thing."""
    return _RULES[list_path](first, second)


def names_another_item(list_path: str, items: Sequence[Item], index: int, held: Set[str]) -> bool:
    """True when the words of a text (`held_words`) name another item of the list, and not this one."""
    names = [set(name_words(item[IDENTITY[list_path][0]])) - _NOT_PART_OF_A_NAME for item in items]
    own, others = names[index], set().union(*names[:index], *names[index + 1 :])
    return bool(own and (others - own) & held) and not own & held


def held_words(text: str) -> frozenset[str]:
    """The words of a text, also without the letters that Hebrew glues in front."""
    return frozenset(word[cut:] for word in words(text) for cut in range(3) if len(word) > cut + 2)


def _same_employment(first: Item, second: Item) -> bool:
    if not first["employer_name"].strip() and not second["employer_name"].strip():
        same = bool(first["position_title"]) and same_text(first["position_title"], second["position_title"])
    else:
        same = _same_name(first["employer_name"], second["employer_name"])
    return same and _touch(first, second, "start_date", "end_date")


def _same_physician(first: Item, second: Item) -> bool:
    if first["physician_id"].strip() and second["physician_id"].strip():
        return same_number(first["physician_id"], second["physician_id"])
    return _same_name(first["name"], second["name"]) and not _other_specialty(first["specialty"], second["specialty"])


def _same_stay(first: Item, second: Item) -> bool:
    if first["hospitalization_id"].strip() and second["hospitalization_id"].strip():
        return same_number(first["hospitalization_id"], second["hospitalization_id"])
    same_hospital = _same_name(first["hospital_name"], second["hospital_name"])
    if first["admission_date"] and first["admission_date"] == second["admission_date"]:
        return same_hospital or not (first["hospital_name"].strip() and second["hospital_name"].strip())
    return same_hospital and _touch(first, second, "admission_date", "discharge_date")


_RULES: Mapping[str, Callable[[Item, Item], bool]] = {
    EMPLOYMENT: _same_employment,
    PHYSICIANS: _same_physician,
    HOSPITALIZATIONS: _same_stay,
}


def _same_name(first: str, second: str) -> bool:
    one, other = (set(name_words(name)) - _NOT_PART_OF_A_NAME for name in (first, second))
    return bool(one and other) and (one <= other or other <= one)


def _other_specialty(first: str, second: str) -> bool:
    """True when both are named, in letters of one script, and no word of one has the stem of a word of the other."""
    one, other = (set(words(name)) - _NO_SPECIALTY for name in (first, second))
    if not one or not other or {a[0] in _HEBREW for a in one}.isdisjoint({b[0] in _HEBREW for b in other}):
        return False
    return not _stems(one) & _stems(other)


def _stems(names: Iterable[str]) -> set[str]:
    """The beginnings of words; Hebrew may glue a letter in front ("לפסיכיאטריה")."""
    return {name[cut : cut + _STEM_LETTERS] for name in names for cut in (0, 1) if len(name) > cut + 1}


def _touch(first: Item, second: Item, start: str, end: str) -> bool:
    """True when the times of both overlap, or could because a start is unknown."""
    spans = [(day_of(item[start]), day_of(item[end]) or date.max) for item in (first, second)]
    (one_start, one_end), (other_start, other_end) = spans
    if one_start is None or other_start is None:
        return True
    return one_start <= other_end and other_start <= one_end
