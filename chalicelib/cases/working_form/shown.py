"""What does a form show? The newest analysis, under what persons set, added, removed and confirmed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import msgspec

from chalicelib.cases.working_form.model import (
    Attention,
    Confirmation,
    Conflict,
    Form,
    FormRules,
    Held,
    Row,
    ShownField,
    StoredForm,
    WorkingForm,
    row_of,
    section_of,
    under,
)
from chalicelib.cases.working_form.rows import Place, places

_NUMBERED = re.compile(r"(?P<row>[a-z0-9_.]+\[\d+\])(?P<rest>.*)")

Issue = Mapping[str, Any]


class ShownForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form as it is shown; `form` is None while there is neither an analysis nor anything that a person did.

    `changed` are the fields and items of each confirmed section that a person changed after it was confirmed.
    `issues` are those of the analysis that still stand, and those of the values shown. `places` are the rows of each
    list, with those that are not shown; `analysed` is the form of the analysis alone.
    """

    form: Form | None
    fields: Mapping[str, ShownField]
    sections: Mapping[str, Confirmation | None]
    changed: Mapping[str, tuple[str, ...]]
    issues: tuple[Issue, ...]
    attention: Attention
    claimant: str
    places: Mapping[str, tuple[Place, ...]]
    analysed: Form | None


def shown_form(stored: StoredForm, *, rules: FormRules, today: date) -> ShownForm:
    """The form of a case as it is on this day."""
    analysed = rules.form_of(stored.analysis or {}) if is_analysed(stored) else None
    rows = {
        name: tuple(places(name, items_of(analysed, name), under(stored.form.rows, name), rules=rules))
        for name in rules.lists
    }
    view = _View(stored, analysed=analysed, rows=rows, rules=rules)
    is_there = analysed is not None or not stored.form.is_empty
    form = view.form(today=today) if is_there else None
    issues = () if form is None else tuple(view.issues(form, today=today))
    return ShownForm(
        form=form,
        fields=view.fields,
        sections={name: stored.form.sections.get(name) for name in rules.sections},
        changed={name: tuple(_changed_since(stored.form, name, one)) for name, one in stored.form.sections.items()},
        issues=issues,
        attention=Attention() if form is None else view.attention(issues),
        claimant="" if form is None else str(form["personal_info"]["full_name"]),
        places=rows,
        analysed=analysed,
    )


def is_analysed(stored: StoredForm) -> bool:
    """Whether there is an analysis with a form."""
    return stored.analysis is not None and isinstance(stored.analysis.get("form_7801"), Mapping)


def items_of(form: Form | None, list_path: str) -> list[dict[str, Any]]:
    """The items of a list; none of a form that is None."""
    if form is None:
        return []
    owner, name = _owner(form, list_path)
    items: list[dict[str, Any]] = owner[name]
    return items


def _changed_since(form: WorkingForm, section: str, confirmed: Confirmation) -> Iterator[str]:
    """What a person set, took back, added or removed in a section after it was confirmed; an item as a whole."""
    items = {path for path, row in form.rows.items() if row.state != "kept" and row.at > confirmed.at}
    yield from (path for path in items if section_of(path) == section)
    for path, held in {**confirmed.values, **form.values}.items():
        if section_of(path) == section and held.at > confirmed.at and row_of(path) not in items:
            yield path


class _View:
    """One form while it is put together; `fields` fills while `form` reads. `rows` are all places of each list."""

    def __init__(
        self, stored: StoredForm, *, analysed: Form | None, rows: Mapping[str, tuple[Place, ...]], rules: FormRules
    ) -> None:
        self._stored = stored
        self._analysed = analysed
        self._rows = rows
        self._rules = rules
        self._confirmed = frozenset(stored.form.sections)
        self.fields: dict[str, ShownField] = {}

    def form(self, *, today: date) -> Form:
        """The values, every list in order, and what code computes of them."""
        form = self._rules.blank() if self._analysed is None else self._rules.form_of(self._stored.analysis or {})
        for pattern in self._rules.patterns:
            if "[]" not in pattern:
                owner, name = _owner(form, pattern)
                owner[name] = self._value(pattern, theirs=owner[name], analysis_field=pattern)
        for list_path in self._rules.lists:
            items = [self._item(list_path, one) for one in self._rows[list_path] if self._is_shown(list_path, one)]
            owner, name = _owner(form, list_path)
            owner[name] = [items[place] for place in self._rules.order(list_path, items)]
            for place in self._rows[list_path]:
                if not self._is_shown(list_path, place):
                    self.fields[f"{list_path}[{place.row_id}]"] = self._absent(list_path, place)
        form = self._rules.completed(form, today=today)
        for section in self._rules.sections:
            form[section]["section_confirmed"] = section in self._confirmed
        form["metadata"]["all_sections_confirmed"] = self._is_all_confirmed
        for pattern in self._rules.computed_patterns:
            list_path, _, name = pattern.partition("[].")
            for item in items_of(form, list_path):
                path = f"{list_path}[{item['row_id']}].{name}"
                self.fields[path] = msgspec.structs.replace(self.fields[path], value=item[name])
        return form

    def issues(self, form: Form, *, today: date) -> Iterator[Issue]:
        """Those of the values shown, and those of the analysis that no person has answered by setting the field."""
        shown_rows, rows = {}, {}
        for list_path in self._rules.lists:
            for index, item in enumerate(items_of(form, list_path)):
                shown_rows[f"{list_path}[{index}]"] = f"{list_path}[{item['row_id']}]"
            for place in self._rows[list_path]:
                if self._is_shown(list_path, place):
                    rows[f"{list_path}[{place.index}]"] = f"{list_path}[{place.row_id}]"
        for issue in self._rules.issues(form, today=today):
            yield {**issue, "field": _with_row_id(issue["field"], shown_rows)}
        for issue in (self._stored.analysis or {}).get("issues") or ():
            if not isinstance(issue, Mapping) or self._rules.is_check(str(issue.get("code"))):
                continue
            path = _with_row_id(str(issue.get("field")), rows)
            if path and (path not in self.fields or self.fields[path].source == "analysis"):
                yield {**issue, "field": path}

    def attention(self, issues: tuple[Issue, ...]) -> Attention:
        """An issue counts until its section is confirmed; one that is about no field until every section is."""
        open_issues = [
            issue.get("weight")
            for issue in issues
            if not self._is_all_confirmed and section_of(str(issue["field"])) not in self._confirmed
        ]
        return Attention(
            blocking=open_issues.count("blocking"),
            check=open_issues.count("check"),
            unconfirmed=sum(section not in self._confirmed for section in self._rules.sections),
            conflicts=sum(field.conflict is not None for field in self.fields.values()),
        )

    @property
    def _is_all_confirmed(self) -> bool:
        return self._confirmed >= set(self._rules.sections)

    def _is_shown(self, list_path: str, place: Place) -> bool:
        if place.row is not None:
            return place.row.state != "removed"
        return section_of(list_path) not in self._confirmed

    def _item(self, list_path: str, place: Place) -> dict[str, Any]:
        theirs = self._theirs(list_path, place)
        # Of an item that a person added all that they said is held, and nobody said more.
        seen: Mapping[str, Any] = place.row.item if place.row and place.row.state != "added" else {}
        item: dict[str, Any] = {"row_id": place.row_id}
        for name, blank in self._rules.blank_item(list_path).items():
            path = f"{list_path}[{place.row_id}].{name}"
            if theirs is not None:
                where = f"{list_path}[{place.index}].{name}"
                item[name] = self._value(path, theirs=theirs[name], analysis_field=where)
            else:
                item[name] = self._value_of_row(path, seen=seen.get(name, blank), row=place.row)
        return item

    def _value(self, path: str, *, theirs: Any, analysis_field: str) -> Any:
        """The value at a place that the analysis has, or that every form has."""
        held = self._stored.form.held(path)
        if held is not None:
            return self._held(path, held, theirs=theirs, analysis_field=analysis_field)
        where = None if self._analysed is None else analysis_field
        job_id = None if self._analysed is None else self._stored.job_id
        self.fields[path] = ShownField(value=theirs, source="analysis", job_id=job_id, analysis_field=where)
        return theirs

    def _value_of_row(self, path: str, *, seen: Any, row: Row | None) -> Any:
        """The value in an item that the analysis has not: held, or as it was when a person first held the item."""
        held = self._stored.form.held(path)
        if held is not None:
            return self._held(path, held, theirs=None, analysis_field=None)
        self.fields[path] = ShownField(
            value=seen, source="analysis", job_id=None if row is None or row.state == "added" else row.job_id
        )
        return seen

    def _held(self, path: str, held: Held, *, theirs: Any, analysis_field: str | None) -> Any:
        person, conflict = held.source == "person", None
        is_later = self._analysed is not None and self._stored.job_id != held.job_id
        if is_later and analysis_field is not None and self._rules.says_otherwise(held.value, theirs):
            conflict = Conflict(value=theirs, job_id=self._stored.job_id)
        self.fields[path] = ShownField(
            value=held.value,
            source=held.source,
            job_id=held.read_by,
            by=held.by if person else None,
            at=held.at if person else None,
            conflict=conflict,
            analysis_field=None if self._analysed is None else analysis_field,
        )
        return held.value

    def _absent(self, list_path: str, place: Place) -> ShownField:
        """A row that is not shown: removed by a person, or found after its section was confirmed."""
        why: Row | Confirmation = place.row or self._stored.form.sections[section_of(list_path)]
        theirs, conflict = self._theirs(list_path, place), None
        if theirs is not None and self._stored.job_id != why.job_id:
            conflict = Conflict(value=theirs, job_id=self._stored.job_id)
        where = None if theirs is None else f"{list_path}[{place.index}]"
        return ShownField(value=None, source="person", by=why.by, at=why.at, conflict=conflict, analysis_field=where)

    def _theirs(self, list_path: str, place: Place) -> dict[str, Any] | None:
        return None if place.index is None else items_of(self._analysed, list_path)[place.index]


def _with_row_id(field: str, rows: Mapping[str, str]) -> str:
    """The field with the row id for the number of its item; "" when that item is not shown."""
    numbered = _NUMBERED.fullmatch(field)
    if numbered is None:
        return field
    row = rows.get(numbered["row"], "")
    return f"{row}{numbered['rest']}" if row else ""


def _owner(form: Form, path: str) -> tuple[dict[str, Any], str]:
    """The object that holds what is at the path, and its name there."""
    *owners, name = path.split(".")
    place: Any = form
    for owner in owners:
        place = place[owner]
    return place, name
