"""Whatever persons do and analyses find, in any order: is nothing of persons lost, and does the form stay one?"""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest

from chalicelib.analyses.document_analysis_form7801.person_values import PersonValues
from chalicelib.cases.model import Case
from chalicelib.cases.working_form.asked import FormChanges
from chalicelib.cases.working_form.edit import edited
from chalicelib.cases.working_form.model import StoredForm, WorkingForm, pattern_of, section_of
from chalicelib.cases.working_form.rows import Place
from chalicelib.cases.working_form.shown import ShownForm, shown_form
from chalicelib.errors import InvalidRequest

RULES = PersonValues()
TODAY = date(2026, 6, 10)
NOW = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)
CASE = Case(id="c1", user_id="u1", title="t", created_at=NOW, updated_at=NOW)
TEXTS = ("", "תכלת", 'תכלת בע"מ', "מפעלי הגליל", "2018-09-01", "2018-09", "12/2020")


def show(stored: StoredForm) -> ShownForm:
    return shown_form(stored, rules=RULES, today=TODAY)


def any_value(rng: Random, pattern: str) -> Any:
    blank = RULES.form_of({"form_7801": {}})
    value: Any = RULES.blank_item(pattern.partition("[]")[0]) if "[]" in pattern else blank
    for name in pattern.rpartition("[].")[2].split("."):
        value = value[name]
    if isinstance(value, bool):
        return rng.random() < 0.5
    if isinstance(value, str):
        return "" if pattern.endswith(("type", "gender", "status")) else rng.choice(TEXTS)
    return rng.randint(0, 3)


def any_analysis(rng: Random) -> dict[str, Any]:
    form = copy.deepcopy(RULES.blank())
    for pattern in rng.sample(list(RULES.patterns), 6):
        if "[]" not in pattern:
            *owners, name = pattern.split(".")
            place = form
            for owner in owners:
                place = place[owner]
            place[name] = any_value(rng, pattern)
    for list_path in RULES.lists:
        section, name = list_path.split(".")
        form[section][name] = [
            {member: any_value(rng, f"{list_path}[].{member}") for member in RULES.blank_item(list_path)}
            for _ in range(rng.randint(0, 3))
        ]
    return {"form_7801": form, "issues": [{"field": f"{RULES.lists[0]}[0].end_date", "code": "x", "weight": "check"}]}


def any_changes(rng: Random, shown: ShownForm) -> FormChanges:
    fields = [path for path in shown.fields if pattern_of(path) in {*RULES.patterns} - RULES.computed_patterns]
    rows = [f"{name}[{place.row_id}]" for name, found in shown.places.items() for place in found]
    some = {
        "changes": [{"field": p, "value": any_value(rng, pattern_of(p))} for p in some_of(rng, fields)],
        "revert": some_of(rng, fields + rows),
        "remove": some_of(rng, rows, most=1),
        "add": [
            {"list": name, "item": {m: any_value(rng, f"{name}[].{m}") for m in tuple(RULES.blank_item(name))[:3]}}
            for name in some_of(rng, list(RULES.lists), most=1)
            if f"{name}[].{tuple(RULES.blank_item(name))[2]}" not in RULES.computed_patterns
        ],
        "confirm": some_of(rng, list(RULES.sections), most=1),
        "unconfirm": some_of(rng, list(RULES.sections), most=1),
    }
    return changes(some)


def some_of(rng: Random, paths: list[str], *, most: int = 2) -> list[str]:
    return [] if rng.random() < 0.5 else rng.sample(sorted(paths), min(len(paths), rng.randint(0, most)))


@pytest.mark.parametrize("seed", [*range(40), 77, 194])
def test_whatever_happens_what_persons_did_stands_and_the_form_stays_one(seed: int) -> None:
    rng = Random(seed)
    stored, refusals = StoredForm(case=CASE), list[str]()
    for step in range(12):
        before = show(stored)
        if rng.random() < 0.5:
            stored = msgspec.structs.replace(stored, analysis=any_analysis(rng), job_id=f"j{step}")
            check_that_nothing_of_persons_changed(before, show(stored))
        else:
            asked = any_changes(rng, before)
            if asked.problems():
                continue
            at = NOW + timedelta(minutes=step)
            try:
                edit = edited(asked, stored, before, rules=RULES, by=f"u{step}", at=at, today=TODAY)
            except InvalidRequest as refused:
                refusals += [problem.message for problem in refused.problems]
                continue
            stored = msgspec.structs.replace(stored, form=edit.form)
            after = show(stored)
            check_that_it_was_done(asked, edit.added, after)
            check_that_other_persons_values_stand(asked, before, after)
        check_that_it_is_one_form(stored)
    assert all("revert the item first" in refusal for refusal in refusals)


def check_that_nothing_of_persons_changed(before: ShownForm, after: ShownForm) -> None:
    shown = {path: field for path, field in before.fields.items() if not path.endswith("]")}
    for path, field in shown.items():
        frozen = before.sections[section_of(path)] is not None
        if (field.source == "person" or frozen) and pattern_of(path) not in RULES.computed_patterns:
            assert after.fields[path].value == field.value, path
    removed = [
        f"{name}[{place.row_id}]" for name, found in before.places.items() for place in found if is_removed(place)
    ]
    assert all(after.fields[path].value is None for path in removed)
    for section, confirmation in before.sections.items():
        assert after.sections[section] == confirmation


def is_removed(place: Place) -> bool:
    return place.row is not None and place.row.state == "removed"


def check_that_it_was_done(asked: FormChanges, added: tuple[str, ...], after: ShownForm) -> None:
    for change in asked.changes:
        wanted = RULES.value(pattern_of(change.field), change.value, today=TODAY)
        field = after.fields[change.field]
        assert (field.value, field.source, field.conflict) == (wanted, "person", None)
    for path in asked.remove:
        assert not [field for field in after.fields if field.startswith(f"{path}.")]
    assert len(added) == len(asked.add)
    for section in asked.confirm:
        assert after.sections[section] is not None
        assert not [path for path, f in after.fields.items() if f.conflict and section_of(path) == section]
    for section in asked.unconfirm:
        assert after.sections[section] is None


def check_that_other_persons_values_stand(asked: FormChanges, before: ShownForm, after: ShownForm) -> None:
    named = (*(change.field for change in asked.changes), *asked.revert, *asked.remove)
    for path, field in before.fields.items():
        if field.source == "person" and not path.endswith("]") and not path.startswith(named):
            assert after.fields[path].value == field.value, path


def check_that_it_is_one_form(stored: StoredForm) -> None:
    assert msgspec.json.decode(msgspec.json.encode(stored.form), type=WorkingForm) == stored.form
    shown = show(stored)
    if shown.form is None:
        assert shown.fields == {}
        return
    for list_path in RULES.lists:
        section, name = list_path.split(".")
        ids = [row["row_id"] for row in shown.form[section][name]]
        all_ids = [place.row_id for place in shown.places[list_path]]
        assert len(set(all_ids)) == len(all_ids)
        assert set(ids) <= set(all_ids)
        for row in shown.form[section][name]:
            values = {
                member: shown.fields[f"{list_path}[{row['row_id']}].{member}"].value
                for member in row
                if member != "row_id"
            }
            assert values == {member: value for member, value in row.items() if member != "row_id"}
        shown_rows = {
            path.partition("]")[0] for path in shown.fields if path.startswith(f"{list_path}[") and "]." in path
        }
        assert shown_rows == {f"{list_path}[{row_id}" for row_id in ids}
    assert shown.attention.conflicts == sum(field.conflict is not None for field in shown.fields.values())


@pytest.mark.parametrize("pattern", RULES.patterns)
def test_every_field_can_be_set_to_what_it_shows_unless_it_is_computed(pattern: str) -> None:
    list_path, in_list, _ = pattern.partition("[]")
    begin: dict[str, Any] = {"add": [{"list": list_path, "item": {}}]} if in_list else {"confirm": ["personal_info"]}
    stored = StoredForm(case=CASE)
    form = edited(changes(begin), stored, show(stored), rules=RULES, by="u1", at=NOW, today=TODAY).form
    stored = msgspec.structs.replace(stored, form=form)
    shown = show(stored)
    [path] = [path for path in shown.fields if pattern_of(path) == pattern]
    asked = changes({"changes": [{"field": path, "value": shown.fields[path].value}]})

    if pattern in RULES.computed_patterns:
        with pytest.raises(InvalidRequest):
            edited(asked, stored, shown, rules=RULES, by="u1", at=NOW, today=TODAY)
    else:
        edit = edited(asked, stored, shown, rules=RULES, by="u1", at=NOW, today=TODAY)
        assert edit.form.values[path].value == shown.fields[path].value


def changes(asked: dict[str, Any]) -> FormChanges:
    return msgspec.convert(asked, FormChanges)
