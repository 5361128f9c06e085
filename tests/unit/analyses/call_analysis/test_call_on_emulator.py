"""The call analysis with the real SDK on the emulator: the sample call in both shapes, every fault, long calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.analyses.call_analysis import ANALYSIS
from chalicelib.analyses.call_analysis.analyse import analyse_call
from chalicelib.errors import (
    AttemptError,
    OutputInvalid,
    ProviderRefused,
)
from tests.fakes.analysis_services import FakeServices
from tests.fakes.attempt_context import FakeContext
from tests.fakes.provider_faults import FAULTS
from tests.fakes.sample_case import Providers, sample_json


def _analysis(services: FakeServices) -> Mapping[str, Any]:
    analysis: Mapping[str, Any] = ANALYSIS.run(FakeContext(), services).result["analysis"]
    return analysis


@pytest.mark.parametrize("shape", ["vapi_call.json", "case_call_details.json"])
def test_the_sample_call_is_analysed_in_both_shapes(providers: Providers, shape: str) -> None:
    expected = sample_json("expected.json")["call_analysis_expect"]

    analysis = _analysis(providers.services(texts=[], call_details=sample_json(shape)))

    everything = str(analysis)
    names = [entry["name"] for entry in analysis["documents_requested_list"]]
    assert set(expected["keys"]) <= set(analysis)
    for wanted in expected["documents_requested_names_any_of"]:
        assert any(wanted in name for name in names)
    for either in expected["must_mention"]:
        assert re.search(either, everything)
    assert analysis["products"]
    assert 0 <= analysis["chance_of_approval"] <= 100
    assert all(entry["uploaded"] is False for entry in analysis["documents_requested_list"])


def test_an_analysis_again_keeps_the_links_of_the_sample_case(providers: Providers) -> None:
    stored = sample_json("case.json")["call_summary"]

    analysis = _analysis(providers.services(texts=[], call_summary=stored))

    kept = {entry["id"]: entry["document_id"] for entry in analysis["documents_requested_list"] if "id" in entry}
    assert kept == {
        "r1": "d0000421-0000-4000-8000-000000000000",
        "r2": "d0000422-0000-4000-8000-000000000000",
        "r3": "d0000423-0000-4000-8000-000000000000",
        "r4": None,
    }


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        *FAULTS,
        ("content_filter", ProviderRefused),
        ("truncated", OutputInvalid),
        ("schema_breaking", OutputInvalid),
        ("prose", OutputInvalid),
        ("empty", OutputInvalid),
    ],
)
def test_a_fault_fails_the_attempt_and_never_makes_up_a_result(
    providers: Providers, kind: str, expected: type[AttemptError]
) -> None:
    providers.emulator.state.faults.add({"kind": kind})

    with pytest.raises(AttemptError) as raised:
        _analysis(providers.services(texts=[]))

    assert type(raised.value) is expected


def test_what_any_part_asks_for_is_asked_for(providers: Providers) -> None:
    done = analyse_call(FakeContext(), providers.services(texts=[]), part_characters=1_000)

    analysis = done.result["analysis"]
    names = " ".join(entry["name"] for entry in analysis["documents_requested_list"])
    assert all(wanted in names for wanted in ("אורתופד", "שחרור", "MRI"))
    assert "כרמלון" in analysis["call_summary"]
