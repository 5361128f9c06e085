"""What do the tests of the working form need? An analysis of a case that ends with a form, and requests for changes."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.analyses.document_analysis_form7801.person_values import PersonValues
from chalicelib.jobs import lifecycle
from chalicelib.jobs.outcomes import Completed, WriteBack
from tests.app.client import Answered, Api, Caller

RECORDS = "employment_history.employment_records"
PHYSICIANS = "disability_info.treating_physicians"
STAYS = "disability_info.hospitalizations"
TEKHELET = {"employer_name": 'תכלת בע"מ', "start_date": "2018-09-01", "monthly_salary_gross": 9400.0}
GALIL = {"employer_name": "מפעלי הגליל", "start_date": "2012-01-01", "end_date": "2018-06-30"}
DR_LEVI = {"name": 'ד"ר לוי', "specialty": "אורתופדיה", "last_visit_date": "2026-05-28"}
PERSON = {"full_name": "רות כהן", "id_number": "000000018", "phone": "0500000422", "city": "חיפה"}
_tokens = itertools.count(1)


def a_form(
    *,
    person: Mapping[str, Any] = PERSON,
    records: Sequence[Mapping[str, Any]] = (TEKHELET, GALIL),
    physicians: Sequence[Mapping[str, Any]] = (DR_LEVI,),
    **sections: Mapping[str, Any],
) -> dict[str, Any]:
    """A form as an analysis writes it; what is not named is blank."""
    rules = PersonValues()
    form = copy.deepcopy(rules.blank())
    form["personal_info"] |= person
    form["employment_history"]["employment_records"] = [{**rules.blank_item(RECORDS), **one} for one in records]
    form["disability_info"]["treating_physicians"] = [{**rules.blank_item(PHYSICIANS), **one} for one in physicians]
    for name, members in sections.items():
        form[name] |= members
    return form


def analysed(api: Api, case_id: str, form: Mapping[str, Any] | None = None, *, issues: Sequence[Any] = ()) -> str:
    """Let a form 7801 job of the case complete with this form, as its worker would; the job's id."""
    job_id = api.user.new_job(case_id, {"dedupe": "none"})
    end(api, job_id, a_form() if form is None else form, issues=issues)
    return job_id


def end(api: Api, job_id: str, form: Mapping[str, Any], *, issues: Sequence[Any] = ()) -> None:
    """Let the job complete with this form, as its worker would."""
    store, now = api.jobs, api.clock()
    token = f"worker-{next(_tokens)}"
    job = store.claim(job_id, now=now, lease_until=lifecycle.lease_end(now), claim_token=token)
    assert job is not None
    analysis = {"form_7801": form, "issues": list(issues)}
    outcome = Completed(
        result={"analysis": analysis}, write_back=WriteBack(bodies={"final_document_analysis": analysis})
    )
    outcome = api.system.forms.with_attention(outcome, job)
    store.save(
        job, lifecycle.completed(job, result_bytes=2, at=api.clock()), result=b"{}", write_back=outcome.write_back
    )


def an_analysed_case(api: Api, form: Mapping[str, Any] | None = None, *, issues: Sequence[Any] = ()) -> tuple[str, str]:
    """A case with a document and a completed analysis: its id and the job's."""
    case_id = api.user.new_case()
    api.user.new_document(case_id)
    return case_id, analysed(api, case_id, form, issues=issues)


def form_of(caller: Caller, case_id: str) -> dict[str, Any]:
    """The working form as it is."""
    answer = caller.get(f"/cases/{case_id}/form")
    assert answer.status == 200, answer.text
    form: dict[str, Any] = answer.json
    return form


def changed(caller: Caller, case_id: str, **asked: Any) -> dict[str, Any]:
    """The form after an accepted request, made to the version of now."""
    answer = refused(caller, case_id, **asked)
    assert answer.status == 200, answer.text
    form: dict[str, Any] = answer.json
    return form


def refused(caller: Caller, case_id: str, **asked: Any) -> Answered:
    """The answer to a request made to the version of now."""
    version = form_of(caller, case_id)["version"]
    return caller.patch(f"/cases/{case_id}/form", {"version": version, **asked})


def set_to(**values: Any) -> list[dict[str, Any]]:
    """Changes of fields of the personal section."""
    return [{"field": f"personal_info.{name}", "value": value} for name, value in values.items()]


def row_path(form: Mapping[str, Any], list_path: str, **identity: Any) -> str:
    """The path of the item with these members."""
    section, _, name = list_path.partition(".")
    rows = form["form_7801"][section][name]
    found = [row for row in rows if all(row[member] == value for member, value in identity.items())]
    assert len(found) == 1, found
    return f"{list_path}[{found[0]['row_id']}]"
