"""What may a request ask of a form? Its shape, and what it must not say twice or take back itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.cases.working_form.model import row_of
from chalicelib.errors import FieldProblem

MOST_CHANGES = 500
MOST_ADDITIONS = 100
MOST_SECTIONS = 20

_ROW = "employment_history.employment_records[r0123456789]"

Path = Annotated[str, Meta(min_length=1, max_length=200, examples=["personal_info.phone", f"{_ROW}.end_date"])]
RowPath = Annotated[str, Meta(min_length=1, max_length=200, examples=[_ROW])]
Section = Annotated[str, Meta(min_length=1, max_length=100, examples=["personal_info"])]
Value = Annotated[
    str | float | bool,
    Meta(description='As the field has it: a string, a number or a boolean; "", 0 and false say that it is unknown'),
]


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value for one field."""

    field: Path
    value: Value


class Addition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new item of a list; members that are left out are empty."""

    list: Annotated[str, Meta(min_length=1, max_length=200, examples=["employment_history.employment_records"])]
    item: Annotated[
        Mapping[str, Any],
        Meta(extra_json_schema={"additionalProperties": {"type": ["string", "number", "boolean"]}}),
    ]


class FormChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be changed, in the order unconfirm, revert, remove, add, changes, confirm: all of it or nothing."""

    version: (
        Annotated[int, Meta(ge=0, le=2**53, description="The version that was shown, unless If-Match names it")]
        | UnsetType
    ) = UNSET
    changes: Annotated[tuple[Change, ...], Meta(max_length=MOST_CHANGES)] = ()
    revert: Annotated[
        tuple[Path, ...],
        Meta(max_length=MOST_CHANGES, description="Fields and items that take the analysis's value again"),
    ] = ()
    add: Annotated[tuple[Addition, ...], Meta(max_length=MOST_ADDITIONS)] = ()
    remove: Annotated[tuple[RowPath, ...], Meta(max_length=MOST_CHANGES)] = ()
    confirm: Annotated[tuple[Section, ...], Meta(max_length=MOST_SECTIONS)] = ()
    unconfirm: Annotated[tuple[Section, ...], Meta(max_length=MOST_SECTIONS)] = ()

    def problems(self) -> Sequence[FieldProblem]:
        """What has no type that a field can have, and what the request says twice or takes back itself."""
        return [*self._untyped(), *self._repeated(), *self._taken_back()]

    def _untyped(self) -> Iterator[FieldProblem]:
        for n, addition in enumerate(self.add):
            for name, value in addition.item.items():
                if not isinstance(value, str | int | float):
                    yield FieldProblem(
                        f"/add/{n}/item/{name.replace('~', '~0').replace('/', '~1')}",
                        "must be a string, a number or a boolean",
                    )

    def _repeated(self) -> Iterator[FieldProblem]:
        yield from _twice([(change.field, f"/changes/{n}/field") for n, change in enumerate(self.changes)])
        for name in ("revert", "remove", "confirm", "unconfirm"):
            yield from _twice([(path, f"/{name}/{n}") for n, path in enumerate(getattr(self, name))])

    def _taken_back(self) -> Iterator[FieldProblem]:
        reverted, removed, unconfirmed = set(self.revert), set(self.remove), set(self.unconfirm)
        for n, change in enumerate(self.changes):
            if change.field in reverted:
                yield FieldProblem(f"/changes/{n}/field", "is reverted by the same request", "taken_back")
            elif row_of(change.field) in removed:
                yield FieldProblem(f"/changes/{n}/field", "is in an item that the same request removes", "taken_back")
        for n, path in enumerate(self.revert):
            if path in removed or row_of(path) in removed:
                yield FieldProblem(f"/revert/{n}", "is removed by the same request", "taken_back")
        for n, section in enumerate(self.confirm):
            if section in unconfirmed:
                yield FieldProblem(f"/confirm/{n}", "is unconfirmed by the same request", "taken_back")


def _twice(named: Sequence[tuple[str, str]]) -> Iterator[FieldProblem]:
    seen: set[str] = set()
    for path, pointer in named:
        if path in seen:
            yield FieldProblem(pointer, "is named twice", "repeated")
        seen.add(path)
