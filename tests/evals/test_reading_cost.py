"""Reading documents: time in proportion to pages, and broken files among them."""

from __future__ import annotations

import gc
import resource
import time

import pytest

from chalicelib.adapters.file_readers import FileReaders
from emulator import Emulator
from evals.in_process_run import Models, run_analysis
from evals.reading_cost import a_case, a_document, a_pdf, a_scan


def test_time_grows_no_faster_than_pages() -> None:
    few, many = reading_seconds(a_pdf(10), repeats=3), reading_seconds(a_pdf(40), repeats=2)

    # Four times the pages take at most four times as long, beside the start of the reader's process; with room.
    assert 1 < many / few < 6


def test_a_broken_file_costs_the_others_nothing(emulated: tuple[Emulator, Models]) -> None:
    content = a_pdf(3)

    run = run_analysis("document_analysis_form7801", a_case([content, content[: len(content) // 3]]), emulated[1])

    assert run.error is None
    assert run.result
    assert run.result["documents_analyzed"] == 1
    assert ("documents/d2", "document_unreadable") in [(one["field"], one["code"]) for one in run.analysis["issues"]]


@pytest.mark.parametrize("pages", [5, 200])
def test_the_largest_scan_is_as_large_as_a_file_may_be(pages: int) -> None:
    [scan] = a_scan(pages)

    assert 18_000_000 < len(scan) <= 20 * 1024 * 1024


@pytest.mark.parametrize("job_type", ["document_analysis_form7801", "document_analysis_agent"])
def test_a_scan_of_more_pages_than_a_question_takes_is_looked_at_to_its_end(
    job_type: str, emulated: tuple[Emulator, Models]
) -> None:
    run = run_analysis(job_type, a_case(a_scan(60, size_bytes=500_000)), emulated[1])

    assert run.error is None
    assert run.result
    assert run.result["documents_analyzed"] == 1
    assert run.analysis["issues"] == []
    assert not [gap for gap in run.analysis.get("gaps", ()) if "read" in gap]


def reading_seconds(content: bytes, *, repeats: int) -> float:
    """Processor seconds of the quickest of these readings of a PDF, the reader's processes included."""
    readers, document = FileReaders(), a_document("d1", content)
    seconds = []
    for _ in range(repeats):
        gc.collect()  # what the reading before left behind is not to be this one's
        began = processor_seconds()
        readers.read(document, content)
        seconds.append(processor_seconds() - began)
    return min(seconds)


def processor_seconds() -> float:
    """Of this process and of the children that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
