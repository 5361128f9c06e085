"""What is kept of a changed form? Every value shown in a confirmed section; of the rest only what persons hold."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from chalicelib.cases.working_form.model import (
    FormRules,
    Held,
    Row,
    StoredForm,
    WorkingForm,
    pattern_of,
    row_of,
    section_of,
)
from chalicelib.cases.working_form.shown import is_analysed, items_of, shown_form


def frozen(
    form: WorkingForm, *, stored: StoredForm, rules: FormRules, by: str, at: datetime, today: date
) -> WorkingForm:
    """The form as it is stored: what is shown in its confirmed sections is held, items that nobody holds are not.

    `stored` is what was there before; a section that it does not have as confirmed is confirmed as it is shown now,
    one that it has keeps what was confirmed.
    """
    form = _pruned(form)
    for section in form.sections:
        form = _with_section(form, section, stored=stored, rules=rules, by=by, at=at, today=today)
    return form


def _pruned(form: WorkingForm) -> WorkingForm:
    held = {row_of(path) for path in form.values}
    rows = {
        path: row
        for path, row in form.rows.items()
        if row.state != "kept" or path in held or section_of(path) in form.sections
    }
    values = {path: one for path, one in form.values.items() if row_of(path) is None or row_of(path) in rows}
    return msgspec.structs.replace(form, rows=rows, values=values)


def _with_section(
    form: WorkingForm, section: str, *, stored: StoredForm, rules: FormRules, by: str, at: datetime, today: date
) -> WorkingForm:
    """The form with every value of a confirmed section held."""
    seen = form
    if section not in stored.form.sections:
        # Newly confirmed: the items of the analysis are shown, and are not held yet.
        others = {name: one for name, one in form.sections.items() if name != section}
        seen = msgspec.structs.replace(form, sections=others)
    # Without an analysis a blank form is what was confirmed.
    analysis = stored.analysis if is_analysed(stored) else {"form_7801": {}}
    shown = shown_form(msgspec.structs.replace(stored, form=seen, analysis=analysis), rules=rules, today=today)
    confirmation, rows = form.sections[section], dict(form.rows)
    values = dict(confirmation.values)
    for list_path in rules.lists:
        if section_of(list_path) != section:
            continue
        for place in shown.places[list_path]:
            path = f"{list_path}[{place.row_id}]"
            if place.row is None and place.index is not None and path not in shown.fields:
                item = items_of(shown.analysed, list_path)[place.index]
                rows[path] = Row(item=item, by=by, at=at, job_id=stored.job_id, state="kept")
    settable = {*rules.patterns} - rules.computed_patterns
    for path, field in shown.fields.items():
        if section_of(path) == section and pattern_of(path) in settable and form.held(path) is None:
            values[path] = Held(
                value=field.value,
                by=by,
                at=at,
                job_id=stored.job_id,
                source=field.source,
                read_by=field.job_id,
            )
    sections = {**form.sections, section: msgspec.structs.replace(confirmation, values=values)}
    return msgspec.structs.replace(form, rows=rows, sections=sections)
