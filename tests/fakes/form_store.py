"""What would the form store answer? A FormStore in memory, held to the same contract as the one on DynamoDB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from chalicelib.cases.working_form.model import Attention, Revision, StoredForm, WorkingForm
from tests.fakes.case_store import FORM, FakeCaseStore


class FakeFormStore:
    """The forms of a FakeCaseStore's cases, under its lock; what is stored goes through JSON."""

    def __init__(self, cases: FakeCaseStore) -> None:
        self._cases = cases

    def read(self, case_id: str) -> StoredForm | None:
        """See FormStore.read."""
        with self._cases.called("read_form"):
            file = self._cases.file(case_id)
            if file is None:
                return None
            form, _ = self._cases.forms.get(case_id, (b"{}", []))
            return StoredForm(
                case=file.case,
                form=msgspec.json.decode(form, type=WorkingForm),
                analysis=file.final_document_analysis,
                job_id=self._cases.writer_of(case_id, FORM),
            )

    def write(
        self, case_id: str, form: WorkingForm, revision: Revision, *, attention: Attention, claimant: str, mark: str
    ) -> Literal["written", "stale", "gone"]:
        """See FormStore.write."""
        with self._cases.called("write_form"):
            file = self._cases.file(case_id)
            if file is None:
                return "gone"
            if file.case.form_version != revision.version - 1:
                return "stale"
            _, revisions = self._cases.forms.get(case_id, (b"{}", []))
            self._cases.forms[case_id] = (msgspec.json.encode(form), [msgspec.json.encode(revision), *revisions])
            self._cases.change(
                case_id,
                form_version=revision.version,
                attention=msgspec.to_builtins(attention),
                claimant=claimant,
                updated_at=revision.at,
            )
            return "written"

    def note(self, case_id: str, *, version: int, attention: Attention, claimant: str) -> None:
        """See FormStore.note."""
        with self._cases.called("note_form"):
            file = self._cases.file(case_id)
            if file is not None and file.case.form_version == version:
                self._cases.change(case_id, attention=msgspec.to_builtins(attention), claimant=claimant)

    def history(self, case_id: str, *, up_to: int | None, limit: int) -> Sequence[Revision]:
        """See FormStore.history."""
        with self._cases.called("form_history"):
            _, revisions = self._cases.forms.get(case_id, (b"{}", []))
            found = [msgspec.json.decode(one, type=Revision) for one in revisions]
            return [one for one in found if up_to is None or one.version <= up_to][:limit]
