"""A case that takes longer to read than a function lives is read all the same, each document once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.analyses.kit.reading import LONGEST_READING_SECONDS, read_case
from chalicelib.cases.model import Document, DocumentText
from chalicelib.jobs.model import Job, Status
from chalicelib.jobs.outcomes import Completed, WriteBack
from chalicelib.jobs.ports import AttemptContext
from tests.fakes.analysis_services import FakeCaseReader, FakeServices, a_document, a_file, a_text
from tests.fakes.engine import Engine

BEAT_SECONDS = 10
MOST_DELIVERIES = 50


class SlowCases(FakeCaseReader):
    """Each document takes so long to read; the worker's pulse goes on meanwhile."""

    def __init__(self, *, documents: int, seconds_each: float) -> None:
        texts = [a_text(a_document(f"d{number}"), f"מסמך {number}") for number in range(documents)]
        super().__init__(a_file(), texts=texts)
        self.engine: Engine
        self._seconds_each = seconds_each

    def text(self, document: Document, *, seconds: float, check: Callable[[], None]) -> DocumentText | None:
        left = min(self._seconds_each, seconds)
        while left > 0:
            self.engine.clock.advance(seconds=min(BEAT_SECONDS, left))
            self.engine.attempts[-1].beat()
            left -= BEAT_SECONDS
            check()
        return super().text(document, seconds=seconds, check=check)


def completed(cases: SlowCases) -> tuple[Job, list[str]]:
    """The job at its end, and the texts that its last attempt had."""
    found: list[str] = []

    def run(ctx: AttemptContext) -> Completed:
        reading = read_case(ctx, FakeServices(cases), percents=(0, 90))
        found[:] = [page.text for text in reading.texts for page in text.pages]
        return Completed(result={"texts": len(found)}, write_back=WriteBack(bodies={}))

    engine = cases.engine = Engine(run)
    submitted = engine.start(lock=None)
    for _ in range(MOST_DELIVERIES):
        engine.deliver()
        if engine.job(submitted).is_done:
            break
        engine.clock.advance(seconds=1)
    return engine.job(submitted), found


@pytest.mark.parametrize(("documents", "seconds_each"), [(40, 8), (6, 55), (7, LONGEST_READING_SECONDS)])
def test_all_documents_are_read_each_once(documents: int, seconds_each: float) -> None:
    cases = SlowCases(documents=documents, seconds_each=seconds_each)

    job, texts = completed(cases)

    assert job.status is Status.COMPLETED
    assert cases.texts_read == [f"d{number}" for number in range(documents)]
    assert texts == [f"מסמך {number}" for number in range(documents)]
    assert job.attempt == 1  # going on in another function is no attempt


def test_the_same_file_uploaded_twice_is_read_once() -> None:
    texts = [a_text(a_document("d1"), "אותו קובץ"), a_text(a_document("d2"), "אותו קובץ")]

    class SameBytes(FakeCaseReader):
        def version(self, document: Document) -> str | None:
            return "the same bytes"

    cases = SameBytes(a_file(), texts=texts)
    found: list[str] = []

    def run(ctx: AttemptContext) -> Completed:
        found.extend(text.document.id for text in read_case(ctx, FakeServices(cases), percents=(0, 90)).texts)
        return Completed(result={}, write_back=WriteBack(bodies={}))

    engine = Engine(run)
    engine.start(lock=None)
    engine.deliver()

    assert found == ["d1", "d2"]
    assert cases.texts_read == ["d1"]
