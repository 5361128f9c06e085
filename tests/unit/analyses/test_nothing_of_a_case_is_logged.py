"""No log line of any analysis, whether it completes, fails or crashes, holds a word of the case.

Everything is listened to, at DEBUG: our own lines and those of the SDKs, the HTTP client and the PDF reader.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import pytest

from chalicelib import telemetry
from chalicelib.analyses import catalogue
from chalicelib.jobs.model import Status
from tests.fakes.engine import Engine
from tests.fakes.sample_case import Providers, sample_json, sample_texts

JOB_TYPES = ["call_analysis", "document_analysis_agent", "document_analysis_form7801"]
FAULTS = [
    *("rate_limited", "unauthorized", "bad_request", "server_error", "html"),
    *("drop", "cut", "cut_abruptly", "malformed_json", "stream_error", "refusal", "schema_breaking", "prose"),
]
SHORTEST_SENTENCE_CHARACTERS = 10


class Overheard(logging.Handler):
    """Every record as text: its message, its facts, its traceback, and the line that is written of it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.events: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        written = [handler.format(record) for handler in logging.getLogger("casework").handlers if handler is not self]
        error = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self.events.append(record.getMessage())
        self.lines.append(" ".join([record.getMessage(), str(vars(record)), error, *written]))


@pytest.fixture
def overheard() -> Iterator[Overheard]:
    loggers = [logging.getLogger(name) for name in (None, "casework", *telemetry.CHATTY_LOGGERS)]
    before = [(logger.level, logger.propagate, list(logger.handlers)) for logger in loggers]
    telemetry.configure("DEBUG")
    handler = Overheard()
    root, casework = loggers[:2]
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    casework.addHandler(handler)
    yield handler
    for logger, (level, propagate, handlers) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.propagate = propagate
        logger.handlers[:] = handlers


@cache
def words_of_the_case() -> frozenset[str]:
    """Names, numbers and every sentence of the sample's documents and call, as they stand and as JSON escapes them."""
    form = sample_json("expected.json")["form_7801"]
    said = str(sample_json("vapi_call.json")["artifact"]["transcript"])
    texts = [said, *(page.text for text in sample_texts() for page in text.pages)]
    found = {line.strip() for text in texts for line in text.splitlines()}
    found |= {line.partition(": ")[2] for line in said.splitlines()}
    found |= {sentence.strip() for line in list(found) for sentence in line.split(". ")}
    sentences = {line for line in found if len(line) >= SHORTEST_SENTENCE_CHARACTERS}
    person, bank = form["personal_info"], form["bank_details"]
    names = {"תמר", "דוגמא-לדוגמה", "בדיוני", "כרמלון", "לוגיסטיקה", "סופר-דמיון", "L4-L5", "פיברומיאלגיה"}
    numbers = {person[name] for name in ("id_number", "phone", "email", "postal_code")} | {"050-0000422", "14/07/1984"}
    files = {text.document.file_name for text in sample_texts()}
    plain = sentences | names | numbers | files | {bank["account_number"], "2026-000422", "00-12345"}
    return frozenset(plain | {json.dumps(text)[1:-1] for text in plain})


def leaked(overheard: Overheard) -> set[str]:
    everything = "\n".join(overheard.lines)
    return {word for word in words_of_the_case() if word in everything}


def run(providers: Providers, job_type: str) -> Status:
    engine = Engine(partial(catalogue()[job_type].run, services=providers.services()))
    submitted = engine.start()
    engine.deliver()
    return engine.job(submitted).status


def test_there_is_something_to_search_for() -> None:
    assert len(words_of_the_case()) > 200


@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_an_analysis_that_completes_logs_nothing_of_the_case(
    providers: Providers, overheard: Overheard, job_type: str
) -> None:
    status = run(providers, job_type)

    assert status is Status.COMPLETED
    assert "provider_answered" in overheard.events
    assert leaked(overheard) == set()


@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_an_analysis_that_fails_logs_nothing_of_the_case(
    providers: Providers, overheard: Overheard, job_type: str
) -> None:
    for fault in FAULTS:
        providers.emulator.state.faults.add({"kind": fault})
        run(providers, job_type)
        providers.emulator.state.faults.clear()

    assert len(overheard.lines) >= len(FAULTS)
    assert leaked(overheard) == set()


@pytest.mark.parametrize("job_type", JOB_TYPES)
def test_a_defect_that_quotes_the_case_logs_where_it_happened_and_nothing_else(
    providers: Providers, overheard: Overheard, job_type: str
) -> None:
    class Broken:
        """Services whose cases cannot be read, for a reason that quotes one."""

        @property
        def cases(self) -> Any:
            raise ValueError("תמר דוגמא-לדוגמה, ת.ז. 000000422")

    engine = Engine(partial(catalogue()[job_type].run, services=Broken()))
    submitted = engine.start()
    engine.deliver()

    assert engine.job(submitted).status is Status.FAILED
    assert "attempt_crashed" in overheard.events
    assert leaked(overheard) == set()
