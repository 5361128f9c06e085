"""The agent with the real SDK on the emulator: the sample case, every fault, planted mistakes, repeated attempts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from chalicelib.analyses.document_analysis_agent import ANALYSIS
from chalicelib.analyses.kit.quotes import Sources
from chalicelib.errors import (
    AttemptError,
)
from chalicelib.jobs.model import Status
from tests.fakes.analysis_services import FakeServices
from tests.fakes.attempt_context import FakeContext
from tests.fakes.engine import Engine
from tests.fakes.provider_faults import FAULTS
from tests.fakes.sample_case import Providers, sample_texts


def _run(services: FakeServices, context: FakeContext | None = None) -> Mapping[str, Any]:
    return ANALYSIS.run(context or FakeContext(), services).result


def _questions(providers: Providers) -> list[int]:
    """How many messages each call to the model had."""
    return [len(entry["body"]["messages"]) for entry in providers.emulator.state.log.listed(with_bodies=True)]


def test_the_sample_case_is_analysed_with_findings_that_stand_in_its_documents(providers: Providers) -> None:
    services = providers.services()
    context = FakeContext()

    result = _run(services, context)

    findings = result["analysis"]["findings"]
    sources = Sources(sample_texts(), transcript=_transcript(services))
    assert result["documents_analyzed"] == 3
    assert len(findings) >= 5
    assert {"d1", "d2"} <= {finding["document_id"] for finding in findings}
    for finding in findings:
        place = sources.find(finding["quote"], document_id=finding["document_id"], page=finding["page"])
        assert place is not None
        assert place.page == finding["page"]
    assert 0 < result["analysis"]["claim_rate"] <= 100
    assert result["analysis"]["issues"] == []
    assert context.usage.cost_usd is not None
    assert context.usage.cached_tokens > 0  # later turns read the earlier ones from the provider's cache


def test_progress_names_each_document_as_the_agent_reads_it(providers: Providers) -> None:
    context = FakeContext()

    _run(providers.services(), context)

    said = [message for percent, message in context.progress_made if percent >= 15]
    for number in (1, 2, 3):
        assert any(message.startswith(f"Reading document {number} of 3: doc{number}_") for message in said)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [*FAULTS],
)
def test_a_fault_fails_the_attempt_and_never_makes_up_a_result(
    providers: Providers, kind: str, expected: type[AttemptError]
) -> None:
    providers.emulator.state.faults.add({"kind": kind})

    with pytest.raises(AttemptError) as raised:
        _run(providers.services())

    assert type(raised.value) is expected


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        ("truncated", 0),
        ("truncated_tool_call", 3),  # in the middle of recording findings
        ("pause_turn", 1),
        ("unknown_tool", 2),
        ("schema_breaking", 6),  # in the submission
        ("empty", 4),
        ("prose", 5),
    ],
)
def test_an_odd_turn_is_worked_around(providers: Providers, kind: str, after: int) -> None:
    providers.emulator.state.faults.add({"kind": kind, "after": after})

    analysis = _run(providers.services())["analysis"]

    assert len(analysis["findings"]) >= 5
    assert analysis["summary"]


def test_a_provider_that_fails_in_the_middle_is_asked_no_answered_turn_again(providers: Providers) -> None:
    _run(providers.services())
    undisturbed = _questions(providers)
    providers.emulator.state.log.clear()
    providers.emulator.state.faults.add({"kind": "overloaded", "after": 3})
    engine = Engine(partial(ANALYSIS.run, services=providers.services()))
    submitted = engine.start()

    engine.deliver()
    engine.clock.advance(seconds=900)
    engine.deliver()

    job = engine.job(submitted)
    assert (job.status, job.attempt) == (Status.COMPLETED, 2)
    # The one question that met the fault was asked twice, every other one once.
    assert _questions(providers) == sorted([*undisturbed, undisturbed[3]])


def _transcript(services: FakeServices) -> str:
    file = services.cases.file_now
    assert file is not None
    assert file.call_details is not None
    return str(file.call_details["artifact"]["transcript"])
