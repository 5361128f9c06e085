"""The use cases of the working form: read it, change it, see who changed what; and what an analysis that ends adds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from chalicelib import telemetry
from chalicelib.auth import Principal
from chalicelib.cases.read import is_case_id, no_such_case
from chalicelib.cases.working_form.asked import FormChanges
from chalicelib.cases.working_form.edit import edited
from chalicelib.cases.working_form.model import Attention, Entry, FormRules, FormStore, Revision, StoredForm
from chalicelib.cases.working_form.shown import Issue, ShownForm, shown_form
from chalicelib.errors import PreconditionFailed, PreconditionRequired, StorageUnavailable

REVISIONS_AT_ONCE = 25


class FormNow(msgspec.Struct, frozen=True, kw_only=True):
    """A form as it is shown today, with what it follows from, its version and its case's owner."""

    shown: ShownForm
    stored: StoredForm
    version: int
    owner: str

    @property
    def created_at(self) -> datetime:
        """When the case was created."""
        return self.stored.case.created_at

    def has_been_so_since(self, day: date, *, rules: FormRules) -> bool:
        """Whether this version was shown like this on every day since: work that goes on has more months each month,
        and what lies in the future comes to pass. Nothing of it turns back, so that the first day says it."""
        return shown_form(self.stored, rules=rules, today=day) == self.shown


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a person did: an entry of a revision."""

    revision: Revision
    number: int

    @property
    def entry(self) -> Entry:
        """What was done."""
        return self.revision.entries[self.number]


class FormHistory(msgspec.Struct, frozen=True, kw_only=True):
    """One page of what was done, newest first, and the case's owner."""

    done: tuple[Done, ...]
    is_last: bool
    owner: str


class ChangedForm(msgspec.Struct, frozen=True, kw_only=True):
    """A form after a change: `issues` are those of what was changed, `added` the paths of new items."""

    now: FormNow
    issues: tuple[Issue, ...]
    added: tuple[str, ...]


def read_form(case_id: str, *, principal: Principal, store: FormStore, rules: FormRules, today: date) -> FormNow:
    """The working form as it is shown. Raises: NotFound."""
    stored = _visible(case_id, principal=principal, store=store)
    shown = shown_form(stored, rules=rules, today=today)
    case = stored.case
    if (shown.attention, shown.claimant) != (attention_of(case.attention), case.claimant):
        try:
            store.note(case_id, version=case.form_version, attention=shown.attention, claimant=shown.claimant)
        except StorageUnavailable:
            telemetry.warning("attention_not_stored", case_id=case_id)  # for lists; the next read stores it
    return FormNow(shown=shown, stored=stored, version=case.form_version, owner=case.user_id)


def change_form(
    case_id: str,
    asked: FormChanges,
    *,
    expected: Collection[int] | Literal["any"] | None,
    principal: Principal,
    store: FormStore,
    rules: FormRules,
    now: datetime,
    today: date,
    mark: str,
) -> ChangedForm:
    """The form after the changes; all of them, in one transaction, or none.

    `expected` are the versions that the caller may have seen. `mark` is a fresh id.
    Raises: NotFound; PreconditionRequired when none is expected; PreconditionFailed when the form has another version;
    InvalidRequest naming each wrong place.
    """
    stored = _visible(case_id, principal=principal, store=store)
    version = stored.case.form_version
    if expected is None:
        raise PreconditionRequired(
            "Say which version is to be changed: If-Match with the ETag of the form, or `version` in the body."
        )
    if expected != "any" and version not in expected:
        raise stale(version)
    before = shown_form(stored, rules=rules, today=today)
    edit = edited(asked, stored, before, rules=rules, by=principal.user_id, at=now, today=today)
    if not edit.entries:
        unchanged = FormNow(shown=before, stored=stored, version=version, owner=stored.case.user_id)
        return ChangedForm(now=unchanged, issues=(), added=())
    changed = msgspec.structs.replace(stored, form=edit.form)
    shown = shown_form(changed, rules=rules, today=today)
    written = store.write(
        case_id,
        edit.form,
        Revision(version=version + 1, by=principal.user_id, at=now, entries=edit.entries),
        attention=shown.attention,
        claimant=shown.claimant,
        mark=mark,
    )
    if written == "gone":
        raise no_such_case()
    if written == "stale":
        raise stale(None)
    telemetry.info("form_changed", case_id=case_id, changes=len(edit.entries))
    return ChangedForm(
        now=FormNow(shown=shown, stored=changed, version=version + 1, owner=stored.case.user_id),
        issues=_issues_of([entry.field for entry in edit.entries], shown, before=before),
        added=edit.added,
    )


def form_history(
    case_id: str, *, after: tuple[int, int] | None, limit: int, principal: Principal, store: FormStore
) -> FormHistory:
    """One page of what was done to the form, newest first; `after` is the place of the last entry of the page before.

    Raises: NotFound.
    """
    owner = _visible(case_id, principal=principal, store=store).case.user_id
    version = None if after is None else after[0]
    found: list[Done] = []
    while len(found) <= limit and (revisions := store.history(case_id, up_to=version, limit=REVISIONS_AT_ONCE)):
        done = [
            Done(revision=revision, number=number)
            for revision in revisions
            for number in reversed(range(len(revision.entries)))
        ]
        found += [one for one in done if after is None or (one.revision.version, one.number) < after]
        version = revisions[-1].version - 1
    return FormHistory(done=tuple(found[:limit]), is_last=len(found) <= limit, owner=owner)


def after_analysis(
    case_id: str, *, analysis: Mapping[str, Any], job_id: str, store: FormStore, rules: FormRules, today: date
) -> Mapping[str, Any]:
    """What lists show of the case once this analysis is stored: `attention` and `claimant`."""
    stored = store.read(case_id)
    if stored is None:
        return {}
    analysed = msgspec.structs.replace(stored, analysis=analysis, job_id=job_id)
    shown = shown_form(analysed, rules=rules, today=today)
    return {"attention": msgspec.to_builtins(shown.attention), "claimant": shown.claimant}


def attention_of(stored: Mapping[str, Any]) -> Attention:
    """What is left to do, as the case's record has it; nothing while there is no form."""
    return msgspec.convert(stored, Attention)


def stale(version: int | None) -> PreconditionFailed:
    """The refusal of changes to a version that is no longer the form's."""
    now = "" if version is None else f" It has version {version} now."
    return PreconditionFailed(
        f"The form was changed since it was read, by a person or by an analysis.{now} GET it and decide again."
    )


def _visible(case_id: str, *, principal: Principal, store: FormStore) -> StoredForm:
    stored = store.read(case_id) if is_case_id(case_id) else None
    if stored is None or not principal.sees(stored.case.user_id):
        raise no_such_case()
    return stored


def _issues_of(changed: Sequence[str], shown: ShownForm, *, before: ShownForm) -> tuple[Issue, ...]:
    """The issues of the changed fields, items and sections, and those that the change brought elsewhere."""
    known = {(issue["field"], issue["code"]) for issue in before.issues}
    return tuple(
        issue
        for issue in shown.issues
        if (issue["field"], issue["code"]) not in known
        or any(issue["field"] == field or str(issue["field"]).startswith(f"{field}.") for field in changed)
    )
