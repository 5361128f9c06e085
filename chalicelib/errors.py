"""What can go wrong, and what follows from it: the tree below is the whole answer.

CaseworkError
├── Refusal                          a request is not taken; nothing was changed
│   ├── MalformedJson  UnsupportedMediaType  BodyTooLarge  InvalidRequest
│   ├── Unauthorized  Forbidden  NotFound  MethodNotAllowed
│   ├── NoCall  NoTranscript  NoDocuments  AlreadyFinished  NotFinished
│   ├── IdempotencyKeyReused  TooManyOpenJobs
│   └── Unavailable                  storage, queue or key set does not answer; the same request may work later
├── AttemptError                     an attempt ends with this error
│   ├── TransientError               the same attempt may work later
│   │   ├── ProviderRateLimited  ProviderUnavailable  WorkerLost
│   └── PermanentError               repeating it changes nothing
│       ├── ProviderQuotaExhausted  ProviderAuth  ProviderRefused  OutputInvalid
│       └── InputInvalid  DocumentUnreadable  DeadlineExceeded  BudgetExceeded  Internal
└── AttemptStopped                   not an error of the job: this attempt must not go on
    ├── CancelSeen  LeaseLost  OutOfTime
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec


class CaseworkError(Exception):
    """Everything Casework raises on purpose."""


class FieldProblem(msgspec.Struct, frozen=True):
    """One wrong place in a request: `pointer` is a JSON pointer, `header:<Name>` or `query:<name>`."""

    pointer: str
    message: str


class Refusal(CaseworkError):
    """A request that is not taken. `detail` is one sentence for the caller and holds nothing secret."""

    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Request refused"

    def __init__(
        self, detail: str, *, problems: Sequence[FieldProblem] = (), retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.problems = tuple(problems)
        self.retry_after_seconds = retry_after_seconds


class MalformedJson(Refusal):
    """The body is not JSON."""

    code = "malformed_json"
    title = "Malformed JSON"


class UnsupportedMediaType(Refusal):
    """The Content-Type is not JSON."""

    code = "unsupported_media_type"
    title = "Unsupported media type"


class BodyTooLarge(Refusal):
    """The body is longer than this route takes."""

    code = "body_too_large"
    title = "Body too large"


class InvalidRequest(Refusal):
    """The request was understood and breaks a rule; each wrong place is named."""

    code = "invalid_request"
    title = "Invalid request"


class Unauthorized(Refusal):
    """No valid bearer token came with the request."""

    code = "unauthorized"
    title = "Unauthorized"


class Forbidden(Refusal):
    """The caller is known and may not do this."""

    code = "forbidden"
    title = "Forbidden"


class NotFound(Refusal):
    """There is no such thing, or none that this caller may see."""

    code = "not_found"
    title = "Not found"


class MethodNotAllowed(Refusal):
    """The path exists, the method does not; `allowed` names those that do."""

    code = "method_not_allowed"
    title = "Method not allowed"

    def __init__(self, detail: str, *, allowed: Sequence[str]) -> None:
        super().__init__(detail)
        self.allowed = tuple(allowed)


class NoCall(Refusal):
    """The case has no call to analyse."""

    code = "no_call"
    title = "No call"


class NoTranscript(Refusal):
    """The case's call has no transcript."""

    code = "no_transcript"
    title = "No transcript"


class NoDocuments(Refusal):
    """The case has nothing to analyse."""

    code = "no_documents"
    title = "No documents"


class AlreadyFinished(Refusal):
    """The job is done; what was asked needs an open one."""

    code = "already_finished"
    title = "Already finished"


class NotFinished(Refusal):
    """The job is open; what was asked needs a finished one."""

    code = "not_finished"
    title = "Not finished"


class IdempotencyKeyReused(Refusal):
    """The Idempotency-Key came before, with another request."""

    code = "idempotency_key_reused"
    title = "Idempotency key reused"


class TooManyOpenJobs(Refusal):
    """The starter has as many open jobs as one may have."""

    code = "too_many_open_jobs"
    title = "Too many open jobs"


class Unavailable(Refusal):
    """Something Casework stands on does not answer; the same request may work in a moment."""

    code = "unavailable"
    title = "Temporarily unavailable"


class AttemptError(CaseworkError):
    """An attempt ends with this. `str(error)` is one safe sentence that the job shows.

    `provider`, `provider_status` and `provider_request_id` name the call that failed, when a model provider was
    involved; `retry_after_seconds` is what the provider asked for.
    """

    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"

    def __init__(
        self,
        message: str,
        *,
        provider: str | None = None,
        provider_status: int | None = None,
        provider_request_id: str | None = None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.provider = provider
        self.provider_status = provider_status
        self.provider_request_id = provider_request_id
        self.retry_after_seconds = retry_after_seconds


class TransientError(AttemptError):
    """The same attempt may work later."""


class PermanentError(AttemptError):
    """Repeating the attempt changes nothing."""


class ProviderRateLimited(TransientError):
    """The model provider asked us to slow down; the same call may work later."""

    code = "provider_rate_limited"
    title = "The AI provider is busy"


class ProviderUnavailable(TransientError):
    """The model provider did not answer, or not to the end; the same call may work later."""

    code = "provider_unavailable"
    title = "The AI provider did not answer"


class WorkerLost(TransientError):
    """The worker died or lost its lease before the attempt ended."""

    code = "worker_lost"
    title = "The worker was lost"


class ProviderQuotaExhausted(PermanentError):
    """The account at the provider has no credit left."""

    code = "provider_quota_exhausted"
    title = "The AI provider's quota is used up"


class ProviderAuth(PermanentError):
    """The provider does not accept our key, or not for this model."""

    code = "provider_auth"
    title = "The AI provider refused our credentials"


class ProviderRefused(PermanentError):
    """The model declined to answer."""

    code = "provider_refused"
    title = "The AI model declined"


class OutputInvalid(PermanentError):
    """The model's answer does not have the shape that was asked for, or was cut off."""

    code = "output_invalid"
    title = "The AI model's answer was unusable"


class InputInvalid(PermanentError):
    """What the job was to analyse is gone or cannot be analysed."""

    code = "input_invalid"
    title = "The input cannot be analysed"


class DocumentUnreadable(PermanentError):
    """Nothing at all could be read from the case's documents."""

    code = "document_unreadable"
    title = "The documents could not be read"


class DeadlineExceeded(PermanentError):
    """The job's deadline passed before it was done."""

    code = "deadline_exceeded"
    title = "The deadline passed"


class BudgetExceeded(PermanentError):
    """The next provider call could cost more than the job may."""

    code = "budget_exceeded"
    title = "The cost limit was reached"


class Internal(PermanentError):
    """A defect of ours; the log has the traceback under the job's id."""


class AttemptStopped(CaseworkError):
    """This attempt must not go on; raised by every ctx call and between stream events."""


class CancelSeen(AttemptStopped):
    """The job was cancelled while this attempt ran."""


class LeaseLost(AttemptStopped):
    """Another worker owns the job now; nothing this attempt writes may land."""


class OutOfTime(AttemptStopped):
    """The function's time is nearly over; go on from the checkpoints in a fresh invocation."""
