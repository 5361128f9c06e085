"""The sample case through the whole analysis: real files, the real SDK, the emulated provider.

This measures plumbing: the emulator reads labelled values. What it must show is that nothing is lost on the way.
"""

from __future__ import annotations

from typing import Any

from chalicelib.analyses.document_analysis_form7801 import run
from chalicelib.analyses.document_analysis_form7801.fields import value_at
from chalicelib.jobs.outcomes import Completed
from tests.fakes.attempt_context import FakeContext
from tests.fakes.sample_case import Providers, sample_json

EXPECTED: dict[str, Any] = sample_json("expected.json")


def analysed(providers: Providers) -> tuple[Completed, FakeContext]:
    ctx = FakeContext()
    return run(ctx, providers.services()), ctx


def test_at_least_nine_of_ten_exact_fields_are_found(providers: Providers) -> None:
    done, ctx = analysed(providers)

    form = done.result["analysis"]["form_7801"]
    exact = EXPECTED["_match_rules"]["exact"]
    missing = [path for path in exact if value_at(form, path) != value_at(EXPECTED["form_7801"], path)]
    assert len(missing) <= 0.1 * len(exact), missing
    assert len(ctx.usage.calls) == 1


def test_the_looser_rules_of_the_sample_hold(providers: Providers) -> None:
    form = analysed(providers)[0].result["analysis"]["form_7801"]

    for path, part in EXPECTED["_match_rules"]["contains"].items():
        assert part in value_at(form, path)
    for name in EXPECTED["_match_rules"]["must_be_false"]:
        assert form["disability_info"]["disability_types"][name] is False
    assert form["employment_history"]["total_employment_months"] == EXPECTED["_derived_checks"]["months"]["sum"]


def test_everything_found_stands_in_the_documents(providers: Providers) -> None:
    analysis = analysed(providers)[0].result["analysis"]

    assert analysis["form_7801"]["metadata"]["document_extraction_confidence"] >= 0.95
    assert [entry["quote"] for entry in analysis["evidence"] if not entry["verified"]] == []
    assert [issue for issue in analysis["issues"] if issue["code"] == "prompt_injection_suspected"] == []


def test_the_result_says_what_was_read_and_by_what(providers: Providers) -> None:
    done, _ = analysed(providers)

    assert done.result["documents_analyzed"] == 3
    assert done.result["analysis"]["metadata"]["prompt_version"] == "form7801_v2"
    assert done.write_back.fields["analysis_status"] == "completed"
