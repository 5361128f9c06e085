"""Is a value said of the field that it is in? A real value with its real quote can be put into the wrong field.

Each value is judged by the label nearest to it: before it in its sentence, else after it, else on the line above (in a
call that is the question); a label counts for the first value after it only. "מרפאה" before a phone, "תאריך לידה"
before a date or "נטו" before an amount say that it is something else, and so does "לשנה" of a salary. Words without a
label that is known here say nothing. Of dates also their side counts: the first of a range, or one after "מיום",
begins something, the second one, or one after "עד", ends it. A name may show by itself what it is: a title, "בית
חולים", "בע״מ", a house number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import msgspec

from chalicelib.analyses.document_analysis_form7801.checks import day_of, first_possible_day
from chalicelib.analyses.document_analysis_form7801.fields import EMPLOYMENT, HOSPITALIZATIONS, PHYSICIANS, Kind, Leaf
from chalicelib.analyses.kit.dates import days_with_spans, months_with_spans
from chalicelib.analyses.kit.label_words import (
    DATE_LABELS,
    FROM,
    NAME_LABELS,
    NAME_SHAPES,
    NUMBER_LABELS,
    PHONE_LABELS,
    REFERENCE_LABELS,
    UNTIL,
    Labels,
    Span,
    date_side,
    date_spans,
    nearest_label,
)
from chalicelib.analyses.kit.pay_period import is_of_another_period
from chalicelib.analyses.kit.quotes import Surroundings
from chalicelib.documents.normalise import comparable, words

ONSET = "disability_info.disability_start_date"
_SALARY = f"{EMPLOYMENT}[].monthly_salary_gross"
_LABELS: Mapping[Kind, Labels] = {
    Kind.DATE: DATE_LABELS,
    Kind.NAME: NAME_LABELS,
    Kind.PHONE: PHONE_LABELS,
    Kind.NUMBER: NUMBER_LABELS,
    Kind.BANK_NUMBER: REFERENCE_LABELS,
    Kind.ACCOUNT: REFERENCE_LABELS,
    Kind.REFERENCE: REFERENCE_LABELS,
    Kind.ID: REFERENCE_LABELS,
}


class _Expected(msgspec.Struct, frozen=True):
    """What a field may be labelled as, its side of a range ("": either), and which shapes its value may have."""

    labels: frozenset[str]
    side: str = ""
    shapes: frozenset[str] = frozenset()


def _may(labels: str, *, side: str = "", shapes: str = "") -> _Expected:
    return _Expected(frozenset(labels.split()), side, frozenset(shapes.split()))


_TOPIC = {"work": "work", "stay": "medical", "visit": "medical", "onset": "medical"}
_ABOUT_ONE_TOPIC = frozenset({"work", "stay", "visit"})
_AMOUNTS = re.compile(r"(?<![\d/.])(?!(?:19|20)\d\d(?!\d))\d[\d,]*(?:\.\d+)?(?![\d/%]| %)")
_DIGITS = re.compile(r"\d(?:[\d\-./]*\d)?")
_EXPECTED: Mapping[str, _Expected] = {
    "personal_info.id_number": _may("id"),
    "personal_info.full_name": _may("person holder titled"),
    "personal_info.date_of_birth": _may("birth"),
    "personal_info.number_of_children": _may("children"),
    "personal_info.address": _may("place", shapes="street"),
    "personal_info.city": _may("place"),
    "personal_info.phone": _may("own"),
    f"{EMPLOYMENT}[].employer_name": _may("employer", shapes="company hospital bank"),
    f"{EMPLOYMENT}[].start_date": _may("work", side=FROM),
    f"{EMPLOYMENT}[].end_date": _may("work", side=UNTIL),
    _SALARY: _may("gross"),
    f"{EMPLOYMENT}[].position_title": _may("position employer"),
    ONSET: _may("onset stay stopped"),
    f"{PHYSICIANS}[].physician_id": _may("licence"),
    f"{PHYSICIANS}[].name": _may("physician", shapes="title"),
    f"{PHYSICIANS}[].phone": _may("other"),
    f"{PHYSICIANS}[].last_visit_date": _may("visit issued"),
    f"{HOSPITALIZATIONS}[].hospitalization_id": _may("case"),
    f"{HOSPITALIZATIONS}[].hospital_name": _may("hospital", shapes="hospital"),
    f"{HOSPITALIZATIONS}[].admission_date": _may("stay", side=FROM),
    f"{HOSPITALIZATIONS}[].discharge_date": _may("stay", side=UNTIL),
    "bank_details.bank_name": _may("bank", shapes="bank"),
    "bank_details.bank_code": _may("bank"),
    "bank_details.branch_number": _may("branch"),
    "bank_details.account_number": _may("account"),
    "bank_details.account_holder_name": _may("holder person titled"),
    "medical_waiver.waiver_date": _may("waiver issued"),
}


def topics_of(text: str) -> frozenset[str]:
    """What the dates of a document may be about: "work", "medical"."""
    named = {name for name in _TOPIC for line in text.splitlines() if DATE_LABELS[name].search(comparable(line))}
    return frozenset(_TOPIC[name] for name in named)


def is_said_of_another(
    leaf: Leaf, places: Sequence[Surroundings], *, today: date, topics: frozenset[str] = frozenset()
) -> bool:
    """True when the words around the value, at every place of its quote, say that it is something else; of a date
    without a label, when its document (`topics`) speaks of other things only."""
    expected = _EXPECTED.get(leaf.pattern)
    if expected is None or leaf.kind not in _LABELS:
        return False
    if leaf.kind is Kind.NAME and _has_another_shape(str(leaf.value), expected, leaf.path):
        return True
    return bool(places) and all(_is_another(leaf, expected, place, today, topics) for place in places)


def is_one_value_twice(first: Leaf, second: Leaf) -> bool:
    """True when two fields of one kind hold the same value and cannot both: one was put where the other belongs.

    A disability may begin with a stay in hospital or at the end of work, and claimants mostly own their accounts.
    """
    if first.kind not in _LABELS or first.kind is not second.kind or first.value != second.value:
        return False
    names = frozenset({first.path.rpartition(".")[2], second.path.rpartition(".")[2]})
    one_clinic = names == {"phone"} and first.pattern == second.pattern
    return names not in _MAY_AGREE and not one_clinic


def _is_another(leaf: Leaf, expected: _Expected, place: Surroundings, today: date, topics: frozenset[str]) -> bool:
    found = _line_of_value(leaf, place, today)
    if found is None:
        return False
    line, above, at = found
    labels, values = _LABELS[leaf.kind], _values(leaf, line, today)
    is_salary = leaf.pattern == _SALARY and _digits(line[slice(*at)]) == _digits(_written(leaf.value))
    if is_salary and is_of_another_period(line, at, values=values):
        return True
    heading = "" if _values(leaf, above, today) else above
    label = nearest_label(labels, line, heading, at, values=values, fitting=expected.labels)
    side = date_side(line, at, today=today, above=heading) if leaf.kind is Kind.DATE else ""
    if label and _meant(label, side, leaf) not in expected.labels:
        return True
    one_topic = expected.labels & _ABOUT_ONE_TOPIC if leaf.path != ONSET and not label else frozenset()
    if one_topic and topics and topics.isdisjoint(_TOPIC[name] for name in one_topic):
        return True
    return bool(expected.side and side and side != expected.side)


def _meant(label: str, side: str, leaf: Leaf) -> str:
    """The label, with the end of work as what it can be for a disability: the day one stopped."""
    is_onset = leaf.path == ONSET
    if is_onset and label == "work":
        return "stopped" if side != FROM else "work"
    return "discharge" if is_onset and label == "stay" and side == UNTIL else label


def _has_another_shape(value: str, expected: _Expected, path: str) -> bool:
    shown = {shape for shape, pattern in NAME_SHAPES.items() if pattern.search(comparable(value))}
    if path == "personal_info.address":
        return "street" not in shown
    return bool(shown) and not shown & expected.shapes


def _line_of_value(leaf: Leaf, place: Surroundings, today: date) -> tuple[str, str, Span] | None:
    """The line that holds the value, the line above it, and where on the line the value is: of a number said in words
    or a date without its year, where the quote is. None for a name that is not there ("on my name")."""
    lines = f"{place.before}{place.quote}{place.after}".split("\n")
    above = place.line_before
    for number, line in enumerate(lines):
        at = next(_spans(leaf, line, today), None)
        if at is not None:
            return line, lines[number - 1] if number else above, at
    if leaf.kind is Kind.NAME:
        return None
    start = len(place.before)
    return lines[0], above, (start, min(len(lines[0]), start + len(place.quote)))


def _values(leaf: Leaf, line: str, today: date) -> list[Span]:
    """The places of all that a label of the value's kind could be about; of names, numbers, which end a label's say."""
    if leaf.kind is Kind.DATE:
        return date_spans(line, today=today)
    found = (_AMOUNTS if leaf.kind is Kind.NUMBER else _DIGITS).finditer(line)
    return [match.span() for match in found]


def _written(value: object) -> str:
    """A number without its agorot."""
    return str(int(value)) if isinstance(value, float) else str(value)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text).lstrip("0")


def _spans(leaf: Leaf, line: str, today: date) -> Iterator[Span]:
    """Where the line holds the value."""
    if leaf.kind is Kind.DATE:
        day, first = day_of(leaf.value), first_possible_day(leaf.value)
        yield from (span for named, span in days_with_spans(line, today=today) if named == day)
        if first:
            month = first.replace(day=1)
            yield from (span for named, span in months_with_spans(line, today=today) if named == month)
    elif leaf.kind is Kind.NAME:
        wanted = [re.escape(word) for word in words(str(leaf.value))]
        whole = re.search(r"\W+".join(wanted), line, re.IGNORECASE) if wanted else None
        found = whole or (re.search(wanted[0], line, re.IGNORECASE) if wanted else None)
        if found:
            yield found.span()
    else:
        digits = re.sub(r"\D", "", _written(leaf.value))
        loose = r"[\d\-./, ]{0,1}".join(digits.lstrip("0")) if digits.strip("0") else ""
        yield from (match.span() for match in re.finditer(rf"(?<!\d)0*{loose}(?!\d)", line) if loose)


_MAY_AGREE = frozenset(
    frozenset(names.split())
    for names in (
        "disability_start_date admission_date",
        "disability_start_date end_date",
        "full_name account_holder_name",
        "last_visit_date discharge_date",
        "end_date",
        "position_title",
    )
)
