"""What did persons set, add, remove and confirm in a form? Stored beside the case; no analysis ever writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, Protocol

import msgspec

from chalicelib.cases.model import Case

Form = dict[str, Any]
"""The JSON of `form_7801`."""

Action = Literal["set", "revert", "add", "remove", "confirm", "unconfirm"]


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A value that no later analysis replaces: a person set it, or confirmed the section in which it was shown.

    `job_id` is the analysis that the person saw (None: there was none); what another one says may be a conflict.
    `read_by` is the analysis that a confirmed value is from.
    """

    value: Any
    by: str
    at: datetime
    job_id: str | None
    source: Literal["analysis", "person"] = "person"
    read_by: str | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a list that a person added, removed, or keeps by what they set or confirmed in it.

    `item` is the item as it was then; a later analysis's item is recognised by it. `apart` are the rows that were shown
    beside a new one: a person said that it is none of them.
    """

    item: Mapping[str, Any]
    by: str
    at: datetime
    job_id: str | None
    state: Literal["kept", "added", "removed"]
    apart: tuple[str, ...] = ()


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """A section that a person confirmed, with the values that they saw, by path."""

    by: str
    at: datetime
    job_id: str | None
    values: Mapping[str, Held]


class WorkingForm(msgspec.Struct, frozen=True, kw_only=True):
    """Everything persons did to a form. `values` by the path of a field, `rows` by the path of an item
    (`….employment_records[<row_id>]`), `sections` by name."""

    values: Mapping[str, Held] = msgspec.field(default_factory=dict)
    rows: Mapping[str, Row] = msgspec.field(default_factory=dict)
    sections: Mapping[str, Confirmation] = msgspec.field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """True when persons did nothing, or took it all back."""
        return not (self.values or self.rows or self.sections)

    def told(self) -> Mapping[str, Any]:
        """What persons set or confirmed, by paths that name items by what they say; None for a removed item."""
        names = {path: f"{path.partition('[')[0]}[{_in_words(row.item)}]" for path, row in self.rows.items()}
        confirmed = (one for section in self.sections.values() for one in section.values.items())
        held = {**{path: one for path, one in confirmed if one.value or one.source == "person"}, **self.values}
        told: dict[str, Any] = {names[path]: None for path, row in self.rows.items() if row.state == "removed"}
        for path, one in held.items():
            row = row_of(path)
            if row is None:
                told[path] = one.value
            elif row in names and self.rows[row].state != "removed":
                told[f"{names[row]}{path.removeprefix(row)}"] = one.value
        return told

    def held(self, path: str) -> Held | None:
        """What is held at the path of a field."""
        section = self.sections.get(section_of(path))
        return self.values.get(path) or (section.values.get(path) if section else None)


class StoredForm(msgspec.Struct, frozen=True, kw_only=True):
    """All that the shown form follows from: what persons did, and the newest form 7801 analysis with its job."""

    case: Case
    form: WorkingForm = WorkingForm()
    analysis: Mapping[str, Any] | None = None
    job_id: str | None = None


class Attention(msgspec.Struct, frozen=True, kw_only=True):
    """What is left to do in a form: issues by weight, sections that nobody confirmed, conflicts."""

    blocking: int = 0
    check: int = 0
    unconfirmed: int = 0
    conflicts: int = 0


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """What a later analysis says instead: a value, or a whole item of a list."""

    value: Any
    job_id: str | None


class ShownField(msgspec.Struct, frozen=True, kw_only=True):
    """One value of the form, or an item of a list that is not shown (`value` None): a person removed it, or an analysis
    found it after its section was confirmed.

    `analysis_field` is where the analysis has it, the path that its evidence names; None where it has it not.
    """

    value: Any
    source: Literal["analysis", "person"]
    job_id: str | None = None
    by: str | None = None
    at: datetime | None = None
    conflict: Conflict | None = None
    analysis_field: str | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a person did: `field` is a path, or the name of a section."""

    action: Action
    field: str
    before: Any = None
    after: Any = None


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted change: the version that it made, who, when, and what in order."""

    version: int
    by: str
    at: datetime
    entries: tuple[Entry, ...]


class FormStore(Protocol):
    """Where forms are stored. Reads are consistent; all methods raise StorageUnavailable."""

    def read(self, case_id: str) -> StoredForm | None:
        """The form of a case; what is read may be newer than its version says, never older. None: no such case."""

    def write(
        self,
        case_id: str,
        form: WorkingForm,
        revision: Revision,
        *,
        attention: Attention,
        claimant: str,
        mark: str,
    ) -> Literal["written", "stale", "gone"]:
        """Store a revision in one transaction; stale when the case's form is not at the version before it.

        `mark` is a fresh id of this write.
        """

    def note(self, case_id: str, *, version: int, attention: Attention, claimant: str) -> None:
        """Correct what lists show of a form at this version; nothing when it is at another one."""

    def history(self, case_id: str, *, up_to: int | None, limit: int) -> Sequence[Revision]:
        """Revisions newest first, from version `up_to` on (None: the newest)."""


class FormRules(Protocol):
    """What is form 7801? Its fields, and the code by which its values are written, checked and computed.

    A pattern is the path of a field without row ids: `employment_history.employment_records[].end_date`.
    """

    sections: Sequence[str]
    lists: Sequence[str]
    patterns: Sequence[str]
    computed_patterns: frozenset[str]

    def blank(self) -> Form:
        """The form with nothing in it."""

    def blank_item(self, list_path: str) -> dict[str, Any]:
        """An item of a list with nothing in it."""

    def form_of(self, analysis: Mapping[str, Any]) -> Form:
        """The form in an analysis, whichever release wrote it: what does not fit is blank."""

    def value(self, pattern: str, value: Any, *, today: date) -> Any:
        """The value of a field as an analysis would have written it. Raises: WrongValue."""

    def is_filled(self, value: Any) -> bool:
        """False for what stands for unknown."""

    def says_otherwise(self, mine: Any, theirs: Any) -> bool:
        """True when the second value says something, and not what the first one says."""

    def identity(self, list_path: str, item: Mapping[str, Any]) -> Sequence[str]:
        """What identifies an item, written in one way."""

    def is_same_item(self, list_path: str, first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
        """True when both items are one thing."""

    def order(self, list_path: str, items: Sequence[Mapping[str, Any]]) -> Sequence[int]:
        """The places of the items in the order in which the form shows them."""

    def completed(self, form: Form, *, today: date) -> Form:
        """The form with all that code computes."""

    def issues(self, form: Form, *, today: date) -> Sequence[Mapping[str, Any]]:
        """What is wrong with the values; `field` names items by number."""

    def is_check(self, code: str) -> bool:
        """True for the code of an issue that `issues` finds."""


def section_of(path: str) -> str:
    """The section in which a path is."""
    return path.partition(".")[0]


def row_of(path: str) -> str | None:
    """The path of the item in which a field is; None for a field that is in no list."""
    row, bracket, _ = path.rpartition("]")
    return row + bracket if bracket else None


def pattern_of(path: str) -> str:
    """The path without its row id."""
    before, bracket, rest = path.partition("[")
    return path if not bracket else f"{before}[]{rest.partition(']')[2]}"


def under(rows: Mapping[str, Any], list_path: str) -> dict[str, Any]:
    """Those of the entries that belong to one list, by row id."""
    return {path[len(list_path) + 1 : -1]: value for path, value in rows.items() if path.startswith(f"{list_path}[")}


def _in_words(item: Mapping[str, Any]) -> str:
    """What an item is called: the first two things that are said of it."""
    said = [value for value in item.values() if isinstance(value, str) and value]
    return ", ".join(said[:2])
