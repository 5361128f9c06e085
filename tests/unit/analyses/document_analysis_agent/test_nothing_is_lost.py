"""From the first finding on nothing loses what the agent found: no error, no limit, no input of an odd shape."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.analyses.document_analysis_agent.loop import Limits
from chalicelib.analyses.kit.llm import FileRefused
from chalicelib.errors import (
    InputInvalid,
    PermanentError,
    ProviderAuth,
    ProviderQuotaExhausted,
    ProviderRateLimited,
    ProviderRefused,
    ProviderUnavailable,
)
from tests.fakes.attempt_context import NOW, FakeContext, a_job
from tests.fakes.conversations import FakeConversationModel, calls
from tests.unit.analyses.document_analysis_agent.cases import ANALYSIS
from tests.unit.analyses.document_analysis_agent.conversing import READ_1, RECORD, a_conversation

PERMANENT = [
    InputInvalid("The AI provider could not take the request."),
    ProviderQuotaExhausted("The account at the AI provider has no credit left."),
    ProviderAuth("The AI provider did not accept our key for this model."),
    ProviderRefused("The AI model declined to answer."),
    FileRefused("The AI provider could not take the request."),
]


@pytest.mark.parametrize("error", PERMANENT, ids=lambda error: type(error).__name__)
def test_an_error_that_no_retry_cures_keeps_what_was_found(error: PermanentError) -> None:
    conversation = a_conversation(FakeConversationModel(calls(READ_1, RECORD), error))

    assert len(conversation.notebook.findings) == 1
    assert conversation.stopped == f"The analysis stopped early: {error}"


@pytest.mark.parametrize("error", PERMANENT, ids=lambda error: type(error).__name__)
def test_such_an_error_fails_the_job_before_anything_was_found(error: PermanentError) -> None:
    with pytest.raises(type(error)):
        a_conversation(FakeConversationModel(calls(READ_1), error))


def test_a_transient_error_is_left_to_the_queue_while_there_is_time_to_try_again() -> None:
    with pytest.raises(ProviderUnavailable):
        a_conversation(FakeConversationModel(calls(READ_1, RECORD), ProviderUnavailable("no answer")))


@pytest.mark.parametrize(
    ("seconds_left", "retry_after"),
    [
        (300, None),  # the longest backoff, 300 s, and 30 s to store the result end after the deadline
        (900, 880.0),  # 880 s that the provider asks for, and 30 s to store the result, too
    ],
)
def test_a_transient_error_with_no_time_for_a_retry_keeps_what_was_found(
    seconds_left: int, retry_after: float | None
) -> None:
    context = FakeContext(a_job(deadline_at=NOW + timedelta(seconds=seconds_left)))
    error = ProviderRateLimited("slow down", retry_after_seconds=retry_after)

    conversation = a_conversation(FakeConversationModel(calls(READ_1, RECORD), error), context=context)

    assert len(conversation.notebook.findings) == 1


def test_lists_and_numbers_written_as_strings_of_json_are_read() -> None:
    stringified = {**ANALYSIS, "recommendations": '["א", "ב"]', "gaps": "חסר MRI", "claim_rate": "65"}
    model = FakeConversationModel(calls(READ_1, RECORD), calls(("submit_analysis", stringified)))

    submission = a_conversation(model).notebook.submission

    assert submission is not None
    assert (submission.recommendations, submission.gaps, submission.claim_rate) == (("א", "ב"), ("חסר MRI",), 65)


def test_a_submission_that_cannot_be_read_keeps_the_members_that_can() -> None:
    broken = {**ANALYSIS, "claim_rate": {"value": 65}}
    model = FakeConversationModel(calls(READ_1, RECORD), calls(("submit_analysis", broken)))

    notebook = a_conversation(model, limits=Limits(turns=2)).notebook

    assert notebook.submission is None
    assert notebook.refused is not None
    assert (notebook.refused.summary, notebook.refused.claim_rate) == ("סיכום", None)
