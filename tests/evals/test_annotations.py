"""The share of form values and notes that reaches the analysis is counted, and what is lost is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.adapters.pdfium import reader
from chalicelib.documents.page import FileText
from evals.annotations import annotations_reached, table
from evals.documents import FORMS

FORM = FORMS / "filled_form.pdf"


def test_every_value_note_and_stamp_of_the_form_reaches_the_analysis() -> None:
    found = annotations_reached(FORM)

    assert found.shown == 11  # seven fields, two notes, a stamp and ink; the hidden field is not shown
    assert found.lost == ()
    assert "| filled_form.pdf | 11 | 11 |" in table([found])


def test_what_a_reader_leaves_out_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader.PdfReader, "text", lambda *_, **__: FileText(pages=()))

    assert len(annotations_reached(Path(FORM)).lost) == 11
