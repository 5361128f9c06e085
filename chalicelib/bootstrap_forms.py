"""The working form's part of the assembly: its store, the rules of form 7801, and what a completed analysis adds."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from chalicelib import telemetry
from chalicelib.jobs.outcomes import FORM_BODY, Completed

if TYPE_CHECKING:
    from chalicelib.bootstrap import System
    from chalicelib.cases.working_form.model import FormRules, FormStore
    from chalicelib.jobs.model import Job


class Forms:
    """What the routes of the working form use."""

    def __init__(self, system: System) -> None:
        self._system = system

    @cached_property
    def store(self) -> FormStore:
        """What persons set and confirmed, in DynamoDB."""
        from chalicelib.adapters.dynamodb.form_store import DynamoFormStore

        settings = self._system.settings
        return DynamoFormStore(self._system.dynamodb, table=settings.cases_table, blobs=self._system.blob_store)

    @cached_property
    def rules(self) -> FormRules:
        """How values of form 7801 are written and checked: the code of its analysis."""
        from chalicelib.analyses.document_analysis_form7801.person_values import PersonValues

        return PersonValues()

    @property
    def today(self) -> date:
        """The day in Israel."""
        return self.day_of(self._system.clock())

    def day_of(self, moment: datetime) -> date:
        """The day in Israel at a moment."""
        from chalicelib.analyses.kit.stamp import israeli_day

        return israeli_day(moment)

    def with_attention(self, completed: Completed, job: Job) -> Completed:
        """The outcome of an analysis, with what lists then show of its case's form."""
        analysis: Any = completed.write_back.bodies.get(FORM_BODY)
        if analysis is None:
            return completed
        from chalicelib.cases.working_form.requests import after_analysis

        try:
            shown = after_analysis(
                job.case_id, analysis=analysis, job_id=job.job_id, store=self.store, rules=self.rules, today=self.today
            )
        except Exception as exc:  # noqa: BLE001  # the analysis is paid for; the form's next read stores what lists show
            telemetry.defect("attention_not_computed", exc, job_id=job.job_id)
            return completed
        fields: dict[Any, Any] = {**completed.write_back.fields, **shown}
        write_back = msgspec.structs.replace(completed.write_back, fields=fields)
        return msgspec.structs.replace(completed, write_back=write_back)
