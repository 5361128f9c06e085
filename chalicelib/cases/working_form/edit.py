"""What does a request for changes make of a form? All of it is taken, or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from chalicelib.cases.working_form.asked import Addition, Change, FormChanges
from chalicelib.cases.working_form.freeze import frozen
from chalicelib.cases.working_form.model import (
    Action,
    Confirmation,
    Entry,
    FormRules,
    Held,
    Row,
    StoredForm,
    WorkingForm,
    pattern_of,
    row_of,
    section_of,
    under,
)
from chalicelib.cases.working_form.refusals import Refusals
from chalicelib.cases.working_form.rows import free_row_id
from chalicelib.cases.working_form.shown import ShownForm, items_of
from chalicelib.errors import WrongValue

MOST_ROWS = 100
"""Items of one list that persons added or removed, or keep."""

LARGEST_FORM_BYTES = 300 * 1024
"""What persons set and confirmed is one item; DynamoDB takes 400 KB."""

_PATH = re.compile(r"[a-z][a-z0-9_.]*(?:\[[A-Za-z0-9-]{1,40}\](?:\.[a-z_]+)?)?")


class Edited(msgspec.Struct, frozen=True, kw_only=True):
    """What comes of the changes: the form, what was done (nothing: nothing is to be stored), and the new items."""

    form: WorkingForm
    entries: tuple[Entry, ...]
    added: tuple[str, ...]


def edited(
    asked: FormChanges, stored: StoredForm, shown: ShownForm, *, rules: FormRules, by: str, at: datetime, today: date
) -> Edited:
    """The form after the changes. Raises: InvalidRequest naming every place that is wrong."""
    edit = _Edit(stored, shown, rules=rules, by=by, at=at, today=today)
    for place, section in enumerate(asked.unconfirm):
        edit.unconfirm(section, pointer=f"/unconfirm/{place}")
    for place, path in enumerate(asked.revert):
        edit.revert(path, pointer=f"/revert/{place}")
    for place, path in enumerate(asked.remove):
        edit.remove(path, pointer=f"/remove/{place}")
    for place, addition in enumerate(asked.add):
        edit.add(addition, pointer=f"/add/{place}")
    for place, change in enumerate(asked.changes):
        edit.set(change, pointer=f"/changes/{place}")
    for place, section in enumerate(asked.confirm):
        edit.confirm(section, pointer=f"/confirm/{place}")
    return edit.outcome()


class _Edit:
    """One form while it is changed; problems are collected, so that an answer names them all."""

    def __init__(
        self, stored: StoredForm, shown: ShownForm, *, rules: FormRules, by: str, at: datetime, today: date
    ) -> None:
        self._stored, self._shown, self._rules = stored, shown, rules
        self._by, self._at, self._today = by, at, today
        self._values = dict(stored.form.values)
        self._rows = dict(stored.form.rows)
        self._sections = dict(stored.form.sections)
        self._places = {f"{name}[{one.row_id}]": one for name, found in shown.places.items() for one in found}
        self._hidden = {path for path, field in shown.fields.items() if path.endswith("]")}
        self._entries: list[Entry] = []
        self._refusals = Refusals(rules)
        self._added: list[str] = []

    def unconfirm(self, section: str, *, pointer: str) -> None:
        """Let later analyses change the section again."""
        if self._refusals.is_section(section, pointer=pointer) and self._sections.pop(section, None) is not None:
            self._note("unconfirm", section, before=True, after=False)

    def revert(self, path: str, *, pointer: str) -> None:
        """Take the analysis's value of a field, or its item, again."""
        if path.endswith("]"):
            if self._is_row(path, pointer=pointer):
                self._revert_row(path)
        elif self._is_field(path, pointer=pointer):
            before, after = self._shown_value(path), self._theirs(path)
            was_set = self._values.pop(path, None) is not None
            self._confirm_as(path, after)
            if was_set or before != after:
                self._note("revert", path, before=before, after=after)

    def remove(self, path: str, *, pointer: str) -> None:
        """Take an item out of its list."""
        if not self._is_row(path, pointer=pointer):
            return
        row, before = self._rows.get(path), self._shown_item(path)
        if row is not None and row.state == "added" and self._places[path].index is None:
            self._drop(path)
        else:
            self._rows[path] = self._row("removed", item=self._their_item(path))
        self._hidden.add(path)
        self._note("remove", path, before=before, after=None)

    def add(self, addition: Addition, *, pointer: str) -> None:
        """Put an item into a list."""
        name = addition.list
        if not self._refusals.is_list(name, pointer=f"{pointer}/list"):
            return
        given = {}
        for member, value in addition.item.items():
            where = f"{pointer}/item/{member.replace('~', '~0').replace('/', '~1')}"
            if self._refusals.is_settable(f"{name}[].{member}", pointer=where):
                given[member] = self._value(f"{name}[].{member}", value, pointer=where)
        taken = under(dict.fromkeys([*self._places, *self._rows]), name)
        if sum(path.startswith(f"{name}[") for path in self._rows) >= MOST_ROWS:
            message = f"would be more than {MOST_ROWS} items of this list that persons changed"
            self._refusals.add(pointer, message, "too_many_items", most=MOST_ROWS)
            return
        item = {**self._rules.blank_item(name), **given}
        path = f"{name}[{free_row_id(name, item, taken=taken, rules=self._rules)}]"
        self._rows[path] = self._row("added", item=item, apart=tuple(taken))
        self._values |= {f"{path}.{member}": self._held(value) for member, value in given.items()}
        self._added.append(path)
        self._note("add", path, before=None, after=item)

    def set(self, change: Change, *, pointer: str) -> None:
        """Set one field."""
        path = change.field
        if not self._is_field(path, pointer=f"{pointer}/field"):
            return
        value = self._value(pattern_of(path), change.value, pointer=f"{pointer}/value")
        if self._is_said(self._values.get(path), value):
            return
        row = row_of(path)
        if row is not None and row not in self._rows:
            self._rows[row] = self._row("kept", item=self._their_item(row))
        self._values[path] = self._held(value)
        self._note("set", path, before=self._shown_value(path), after=value)

    def confirm(self, section: str, *, pointer: str) -> None:
        """Keep every value of the section as it is shown: it was looked at beside this analysis."""
        if not self._refusals.is_section(section, pointer=pointer):
            return
        before = self._sections.get(section)
        job_id = self._stored.job_id
        if before is not None and self._is_as_confirmed(section, before):
            return
        self._sections[section] = Confirmation(
            by=self._by, at=self._at, job_id=job_id, values=_seen(before.values if before else {}, section, job_id)
        )
        self._values = _seen(self._values, section, job_id)
        self._rows = _seen(self._rows, section, job_id)
        self._note("confirm", section, before=before is not None, after=True)

    def outcome(self) -> Edited:
        """The changed form. Raises: InvalidRequest naming every problem."""
        self._refusals.raise_if_any()
        if not self._entries:
            return Edited(form=self._stored.form, entries=(), added=())
        form = WorkingForm(values=self._values, rows=self._rows, sections=self._sections)
        form = frozen(form, stored=self._stored, rules=self._rules, by=self._by, at=self._at, today=self._today)
        if len(msgspec.json.encode(form)) > LARGEST_FORM_BYTES:
            message = "make the form larger than it may be; shorten its longest values"
            self._refusals.add("/changes", message, "form_too_large")
        self._refusals.raise_if_any()
        return Edited(form=form, entries=tuple(self._entries), added=tuple(self._added))

    def _revert_row(self, path: str) -> None:
        row, before, theirs = self._rows.get(path), self._shown_item(path), dict(self._their_item(path))
        is_confirmed = section_of(path) in self._sections
        if row is not None and row.state == "removed":
            self._rows[path] = msgspec.structs.replace(row, state="kept")  # not kept if nobody holds any of it
        elif row is not None and row.state == "added" and self._places[path].index is None:
            self._drop(path)
            self._hidden.add(path)
            self._note("revert", path, before=before, after=None)
            return
        elif row is not None or (is_confirmed and path in self._hidden):
            self._drop(path)
            if is_confirmed:
                self._rows[path] = self._row("kept", item=theirs)
                for name, value in theirs.items():
                    self._confirm_as(f"{path}.{name}", value)
        else:
            return
        self._hidden.discard(path)
        self._note("revert", path, before=before, after=theirs)

    def _drop(self, path: str) -> None:
        self._rows.pop(path, None)
        self._values = {name: held for name, held in self._values.items() if row_of(name) != path}

    def _confirm_as(self, path: str, value: Any) -> None:
        """In a section that stays confirmed the analysis's value is the one that is confirmed from now on."""
        confirmation = self._sections.get(section_of(path))
        if confirmation is not None and pattern_of(path) not in self._rules.computed_patterns:
            taken = msgspec.structs.replace(self._held(value), source="analysis", read_by=self._stored.job_id)
            values = {**confirmation.values, path: taken}
            self._sections[section_of(path)] = msgspec.structs.replace(confirmation, values=values)

    def _shown_value(self, path: str) -> Any:
        field = self._shown.fields.get(path)
        return self._theirs(path) if field is None else field.value

    def _shown_item(self, path: str) -> dict[str, Any] | None:
        """The item as the form shows it; None when it does not."""
        if path in self._hidden:
            return None
        return {name: self._shown_value(f"{path}.{name}") for name in self._rules.blank_item(_list_of(path))}

    def _theirs(self, path: str) -> Any:
        """What the analysis has at the path of a field."""
        row = row_of(path)
        found: Any = self._their_item(row) if row else self._shown.analysed or self._rules.blank()
        for name in path.removeprefix(row or "").removeprefix(".").split("."):
            found = found[name]
        return found

    def _their_item(self, path: str) -> Mapping[str, Any]:
        """The item as the analysis has it; as it was when a person first held it where the analysis has it no more."""
        index = self._places[path].index
        if index is not None:
            return items_of(self._shown.analysed, _list_of(path))[index]
        blank, row = self._rules.blank_item(_list_of(path)), self._stored.form.rows[path]
        return blank if row.state == "added" else {**blank, **row.item}

    def _held(self, value: Any) -> Held:
        return Held(value=value, by=self._by, at=self._at, job_id=self._stored.job_id)

    def _is_said(self, held: Held | None, value: Any) -> bool:
        """Whether this person said so before, beside this analysis."""
        return held is not None and (held.value, held.by, held.job_id) == (value, self._by, self._stored.job_id)

    def _is_as_confirmed(self, section: str, before: Confirmation) -> bool:
        """Whether this person confirmed the section as it is, beside this analysis."""
        is_touched = any(section_of(entry.field) == section for entry in self._entries)
        is_same = (before.by, before.job_id) == (self._by, self._stored.job_id)
        return is_same and not is_touched and not self._shown.changed[section]

    def _row(
        self, state: Literal["kept", "added", "removed"], *, item: Mapping[str, Any], apart: tuple[str, ...] = ()
    ) -> Row:
        return Row(item=item, by=self._by, at=self._at, job_id=self._stored.job_id, state=state, apart=apart)

    def _note(self, action: Action, field: str, *, before: Any, after: Any) -> None:
        self._entries.append(Entry(action=action, field=field, before=before, after=after))

    def _value(self, pattern: str, value: Any, *, pointer: str) -> Any:
        try:
            return self._rules.value(pattern, value, today=self._today)
        except WrongValue as wrong:
            self._refusals.add(pointer, str(wrong), wrong.code, **wrong.params)
            return None

    def _is_row(self, path: str, *, pointer: str) -> bool:
        if path in self._places:
            return True
        message = f"is no item of the form: {self._rules.lists[0]}[<row_id>] is the path of one"
        self._refusals.add(pointer, message, "unknown_item")
        return False

    def _is_field(self, path: str, *, pointer: str) -> bool:
        if not self._refusals.is_settable(pattern_of(path) if _PATH.fullmatch(path) else "", pointer=pointer):
            return False
        row = row_of(path)
        if row is None:
            return True
        if row in self._hidden:
            message = "is in an item that the form does not show; revert the item first"
            self._refusals.add(pointer, message, "hidden_item")
            return False
        return self._is_row(row, pointer=pointer)


def _list_of(row: str) -> str:
    return row.partition("[")[0]


def _seen(held: Mapping[str, Any], section: str, job_id: str | None) -> dict[str, Any]:
    """What a person holds in the section stands, whatever the analysis says that they look at now."""
    return {
        path: msgspec.structs.replace(one, job_id=job_id) if section_of(path) == section else one
        for path, one in held.items()
    }
