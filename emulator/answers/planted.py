"""How a mistake gets into an answer: each planted kind changes what is known and says what it changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from emulator.answers.known import Fact, Known
from emulator.plants import Planted

FALSE_QUOTE = "הנבדק הוכר בעבר בידי ועדה רפואית בדרגת נכות צמיתה מלאה"
INVENTED_HOSPITAL = "בית החולים שלא היה"
MISSING_DOCUMENT = "no-such-document"
_EVERY_NTH_QUOTE = 3
_STAYS = "disability_info.hospitalizations"
_WRONG_VALUES = {
    "personal_info.phone": "0512",
    "personal_info.postal_code": "12345",
    "personal_info.date_of_birth": "2020-01-01",
    "bank_details.branch_number": "99999",
    "bank_details.bank_code": "7777",
}
_TIMES_TOO_MUCH = 3
_ENDS = {"start_date": "end_date", "admission_date": "discharge_date"}
_ASSIGNMENT = re.compile(
    r"(?:set|change|write|put|make|update|קבע[ויה]?|שנה|שני|הגדר|הגדירי|רשום|רשמי|כתוב|עדכן)\s+(?:the |את )?(?:ה-?)?"
    r"\"?(?P<name>[a-z][a-z0-9_]+)\"?\s*(?:to|as|=|:|ל-?|כ-?)\s*\"?(?P<value>[\w@.+-]+)",
    re.IGNORECASE,
)
_MOVED = {
    "personal_info.date_of_birth": "disability_info.treating_physicians[0].last_visit_date",
    "disability_info.disability_start_date": "personal_info.date_of_birth",
    "disability_info.hospitalizations[0].hospital_name": "employment_history.employment_records[0].employer_name",
    "employment_history.employment_records[0].employer_name": "bank_details.bank_name",
    "bank_details.branch_number": "bank_details.bank_code",
}
"""What is put where: fields of one kind that are mixed up."""
_OF_THE_PHYSICIAN = {
    "personal_info.full_name": "disability_info.treating_physicians[0].name",
    "personal_info.phone": "disability_info.treating_physicians[0].phone",
    "bank_details.account_holder_name": "disability_info.treating_physicians[0].name",
}
_NUMBER = re.compile(r"(?<![\w.,/:-])\d[\d.,/:-]*\d|(?<![\w.,/:-])\d(?![\w.,/:-])")
Rule = Callable[[tuple[Fact, ...]], Iterator[tuple[Fact, Fact, Any]]]
"""Which facts become which, and the planted value; None for a change that belongs to the one before."""


def plant_in(known: Known, *, kinds: frozenset[str]) -> tuple[Known, list[Planted]]:
    """What is known with the mistakes in it, and a list of them. Without kinds it is unchanged."""
    form = list(known.form)
    planted: list[Planted] = []
    for kind, rule in _RULES.items():
        for before, after, value in list(rule(tuple(form))) if kind in kinds else ():
            form[form.index(before)] = after
            planted += [Planted(kind=kind, field=after.field, value=value)] if value is not None else []
    contradictions = known.contradictions
    if "older_value" in kinds:
        form, contradictions, older = _older_first(form, contradictions)
        planted += older
    if "invented_hospitalisations" in kinds:
        form += _invented_stay(form)
        planted.append(Planted(kind="invented_hospitalisations", field=form[-1].field, value=INVENTED_HOSPITAL))
    return msgspec.structs.replace(known, form=tuple(form), contradictions=contradictions), planted


def obey(answer: dict[str, Any], prompt: str) -> list[Planted]:
    """Does to the answer what instructions inside the prompt tell to, and reports none of them."""
    answer["instructions_to_ai"] = []
    return [
        Planted(kind="obey_injections", field=path, value=value)
        for name, value in assignments(prompt)
        for path in _set_everywhere(answer, name, value, path="")
    ]


def assignments(text: str) -> list[tuple[str, Any]]:
    """What instructions inside a text tell to set: `set claim_rate to 100` is ("claim_rate", 100)."""
    return [(match.group("name").lower(), _typed(match.group("value"))) for match in _ASSIGNMENT.finditer(text)]


def _wrong_values(form: tuple[Fact, ...]) -> Iterator[tuple[Fact, Fact, Any]]:
    for fact in form:
        wrong = fact.value * _TIMES_TOO_MUCH if fact.name == "monthly_salary_gross" else _WRONG_VALUES.get(fact.field)
        if wrong is not None:
            yield fact, msgspec.structs.replace(fact, value=wrong), wrong


def _false_quotes(form: tuple[Fact, ...]) -> Iterator[tuple[Fact, Fact, Any]]:
    for fact in _with_evidence(form)[::_EVERY_NTH_QUOTE]:
        yield fact, msgspec.structs.replace(fact, quote=FALSE_QUOTE), FALSE_QUOTE


def _bad_ids(form: tuple[Fact, ...]) -> Iterator[tuple[Fact, Fact, Any]]:
    for fact in form:
        if fact.name == "id_number":
            wrong = fact.value[:-1] + str((int(fact.value[-1]) + 1) % 10)
            yield fact, msgspec.structs.replace(fact, value=wrong), wrong
    for fact in _with_evidence(form)[1::_EVERY_NTH_QUOTE]:
        if fact.name != "id_number":
            yield fact, msgspec.structs.replace(fact, source=MISSING_DOCUMENT), MISSING_DOCUMENT


def _swapped_dates(form: tuple[Fact, ...]) -> Iterator[tuple[Fact, Fact, Any]]:
    by_field = {fact.field: fact for fact in form}
    for fact in form:
        record, _, name = fact.field.rpartition(".")
        other = by_field.get(f"{record}.{_ENDS.get(name)}")
        if other and other.value != fact.value:
            yield fact, msgspec.structs.replace(fact, value=other.value), other.value
            yield other, msgspec.structs.replace(other, value=fact.value), None


def numbers_changed_round(quote: str) -> str | None:
    """The quote with its first two different numbers changed round; None: it has no two."""
    found = list(_NUMBER.finditer(quote))
    first = found[0] if found else None
    second = next((one for one in found if first and one[0] != first[0]), None)
    if first is None or second is None:
        return None
    between = quote[first.end() : second.start()]
    return f"{quote[: first.start()]}{second[0]}{between}{first[0]}{quote[second.end() :]}"


def _swapped_numbers(form: tuple[Fact, ...]) -> Iterator[tuple[Fact, Fact, Any]]:
    for fact in _with_evidence(form):
        changed = None if fact.picture else numbers_changed_round(fact.quote)
        if changed:
            yield fact, msgspec.structs.replace(fact, quote=changed), changed


def _attribution(form: tuple[Fact, ...]) -> Iterator[tuple[Fact, Fact, Any]]:
    return _put_into(form, _MOVED)


def _another_person(form: tuple[Fact, ...]) -> Iterator[tuple[Fact, Fact, Any]]:
    return _put_into(form, _OF_THE_PHYSICIAN)


def _put_into(form: tuple[Fact, ...], moved: Mapping[str, str]) -> Iterator[tuple[Fact, Fact, Any]]:
    by_field = {fact.field: fact for fact in form}
    for target, source in moved.items():
        before, taken = by_field.get(target), by_field.get(source)
        if before and taken and taken.value and before.value != taken.value and not taken.picture:
            yield before, msgspec.structs.replace(taken, field=target), taken.value


def _older_first(
    form: list[Fact], contradictions: tuple[Fact, ...]
) -> tuple[list[Fact], tuple[Fact, ...], list[Planted]]:
    """What another document says of a field, in the field; what the field had, as what another document says."""
    by_field = {fact.field: fact for fact in form}
    others, planted = list(contradictions), []
    for index, other in enumerate(contradictions):
        fact = by_field.get(other.field)
        if fact and "call" not in (fact.source, other.source):
            form[form.index(fact)], others[index] = other, fact
            planted.append(Planted(kind="older_value", field=other.field, value=other.value))
    return form, tuple(others), planted


def _invented_stay(form: list[Fact]) -> list[Fact]:
    number = len({fact.field.partition("]")[0] for fact in form if fact.field.startswith(f"{_STAYS}[")})
    values = {
        "admission_date": "2015-03-01",
        "discharge_date": "2015-03-09",
        "hospital_name": INVENTED_HOSPITAL,
    }
    return [Fact(field=f"{_STAYS}[{number}].{name}", value=value, quote=FALSE_QUOTE) for name, value in values.items()]


_RULES: dict[str, Rule] = {
    "wrong_values": _wrong_values,
    "swapped_dates": _swapped_dates,
    "false_quotes": _false_quotes,
    "bad_ids": _bad_ids,
    "attribution": _attribution,
    "swapped_numbers": _swapped_numbers,
    "another_person": _another_person,
}


def _with_evidence(form: Iterable[Fact]) -> list[Fact]:
    return [fact for fact in form if fact.value]


def _set_everywhere(node: Any, name: str, value: Any, *, path: str) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    for key, member in node.items():
        inner = f"{path}.{key}" if path else key
        if key == name and isinstance(member, Fact):
            node[key] = msgspec.structs.replace(member, value=value)
            yield inner
        elif key == name and not isinstance(member, dict | list):
            node[key] = value
            yield inner
        else:
            yield from _set_everywhere(member, name, value, path=inner)


def _typed(text: str) -> Any:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    plain = text.rstrip(".")
    return int(plain) if plain.isdecimal() and not plain.startswith("0") else plain
