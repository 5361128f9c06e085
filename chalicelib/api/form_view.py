"""The working form as clients see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from chalicelib.api.http import Timestamp, timestamp, timestamp_or_none
from chalicelib.cases.working_form.model import Action, Confirmation, ShownField
from chalicelib.cases.working_form.requests import Done
from chalicelib.cases.working_form.shown import Issue, ShownForm


class ConflictView(msgspec.Struct, frozen=True, kw_only=True):
    """What a later analysis says instead of what a person set or confirmed: a value, or an item of a list."""

    value: Any
    job_id: str | None


class FieldView(msgspec.Struct, frozen=True, kw_only=True):
    """A field; or an item that is not shown, `value` null: removed, or found after its section was confirmed.

    `job_id` is the analysis it comes from, `by` and `at` the person. `analysis_field` is its path in the result of the
    analysis, where `evidence` names it; null where the analysis has it not.
    """

    value: Any
    source: Literal["analysis", "person"]
    job_id: str | None
    by: str | None
    at: Timestamp | None
    conflict: ConflictView | None
    analysis_field: str | None


class SectionView(msgspec.Struct, frozen=True, kw_only=True):
    """A section: later analyses change nothing in a confirmed one. `changed_since`: a person did, after `at`.

    `changed` are the paths of the fields and items that they changed.
    """

    confirmed: bool
    by: str | None
    at: Timestamp | None
    changed_since: bool
    changed: tuple[str, ...]


class FormView(msgspec.Struct, frozen=True, kw_only=True):
    """The working form: the newest form 7801 analysis under what persons set and confirmed."""

    form_7801: Annotated[
        Mapping[str, Any] | None,
        Meta(description="As in a result; items of lists have a `row_id`. Null before the first analysis or change"),
    ]
    fields: Annotated[
        Mapping[str, FieldView],
        Meta(description="By path: `personal_info.phone`, `employment_history.employment_records[<row_id>].end_date`"),
    ]
    sections: Mapping[str, SectionView]
    issues: Annotated[
        tuple[Mapping[str, Any], ...],
        Meta(
            description="Of the analysis, where nobody set the field since, and of the values shown; by paths as above"
        ),
    ]
    version: Annotated[int, Meta(description="Rises with every change and every form 7801 analysis; also the ETag")]


class ChangedFormView(FormView, frozen=True, kw_only=True):
    """The form after changes; `issues` are only those of what was changed, and those that the change brought."""

    added: Annotated[tuple[str, ...], Meta(description="The paths of the items of `add`, in its order")]


class FormEntryView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a person did: to a field, an item of a list or a section."""

    version: int
    at: Timestamp
    by: str
    action: Action
    field: str
    before: Any
    after: Any


class FormHistoryView(msgspec.Struct, frozen=True, kw_only=True):
    """One page of what persons did, newest first; `count` of them."""

    entries: tuple[FormEntryView, ...]
    count: int
    next_cursor: str | None


def form_view(shown: ShownForm, *, version: int) -> FormView:
    """The form as clients see it."""
    return FormView(**_members(shown, issues=shown.issues, version=version))


def changed_form_view(
    shown: ShownForm, *, version: int, issues: tuple[Issue, ...], added: tuple[str, ...]
) -> ChangedFormView:
    """The form after a change as clients see it."""
    return ChangedFormView(**_members(shown, issues=issues, version=version), added=added)


def entry_view(done: Done) -> FormEntryView:
    """One thing that was done as clients see it."""
    revision, entry = done.revision, done.entry
    return FormEntryView(
        version=revision.version,
        at=timestamp(revision.at),
        by=revision.by,
        action=entry.action,
        field=entry.field,
        before=entry.before,
        after=entry.after,
    )


def _members(shown: ShownForm, *, issues: tuple[Issue, ...], version: int) -> dict[str, Any]:
    return {
        "form_7801": shown.form,
        "fields": {path: _field(field) for path, field in shown.fields.items()},
        "sections": {name: _section(name, one, shown) for name, one in shown.sections.items()},
        "issues": issues,
        "version": version,
    }


def _field(field: ShownField) -> FieldView:
    conflict = field.conflict
    return FieldView(
        value=field.value,
        source=field.source,
        job_id=field.job_id,
        by=field.by,
        at=timestamp_or_none(field.at),
        conflict=None if conflict is None else ConflictView(value=conflict.value, job_id=conflict.job_id),
        analysis_field=field.analysis_field,
    )


def _section(name: str, confirmation: Confirmation | None, shown: ShownForm) -> SectionView:
    if confirmation is None:
        return SectionView(confirmed=False, by=None, at=None, changed_since=False, changed=())
    changed = shown.changed[name]
    return SectionView(
        confirmed=True,
        by=confirmation.by,
        at=timestamp(confirmation.at),
        changed_since=bool(changed),
        changed=changed,
    )
