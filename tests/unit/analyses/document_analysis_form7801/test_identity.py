"""A document that names another person's identity number is pointed out."""

from __future__ import annotations

import pytest

from chalicelib.analyses.document_analysis_form7801.identity import other_identities
from tests.fakes.analysis_services import a_document, a_text

MINE = "000000422"
OTHER = "123456782"  # 1+4+3+8+5+3+7+7+2 = 40

NAMED = [
    # line, reported: why
    (f"שם: פלוני, ת.ז. {OTHER}", True),
    (f'ת"ז: {OTHER}', True),
    (f"ת״ז {OTHER}", True),
    ("תעודת זהות 12345678-2", True),  # written with a hyphen
    (f"ID no. {OTHER}", True),
    (f"ת.ז. של הבעל: {OTHER}", True),
    (f"מס' זהות בן הזוג: {OTHER}", True),
    (f"תעודת זהות (בת זוג) {OTHER}", True),
    (f"ת.ז. המטופלת {OTHER}", True),
    (f"ID of the patient: {OTHER}", True),
    (f"ID no. (spouse): {OTHER}", True),
    (f"ת.ז. של הבעל לא נמסרה, תיק {OTHER}", False),
    (f"ת.ז. {MINE}", False),  # the claimant's
    ("ת.ז. 422", False),  # too short to be sure
    ("ת.ז. 00000042-2", False),  # the claimant's, written otherwise
    ("ת.ז. 123456789", False),  # no valid number: a misprint, not a person
    (f"תיק מספר {OTHER}", False),  # not labelled as an identity number
    (f"paid {OTHER}", False),
]


@pytest.mark.parametrize(("line", "reported"), NAMED)
def test_a_valid_number_of_somebody_else_is_reported(line: str, reported: bool) -> None:
    text = a_text(a_document("d1"), "עמוד ראשון", f"כותרת\n{line}")

    issues = other_identities([text], id_number=MINE)

    assert [(issue.field, issue.code) for issue in issues] == (
        [("documents/d1", "other_id_number")] if reported else []
    )
    assert [(quote.page, quote.quote) for issue in issues for quote in issue.quotes] == (
        [(2, line)] if reported else []
    )


@pytest.mark.parametrize("id_number", ["", "422", "000000423"])
def test_nothing_is_compared_with_an_unknown_or_invalid_number(id_number: str) -> None:
    assert other_identities([a_text(a_document("d1"), f"ת.ז. {OTHER}")], id_number=id_number) == []
