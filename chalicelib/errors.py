"""What can go wrong, and what follows from it: the tree below is the whole answer.

CaseworkError
├── Refusal                          a request is not taken; nothing was changed
│   ├── MalformedJson  UnsupportedMediaType  BodyTooLarge  InvalidRequest
│   ├── Unauthorized  Forbidden  NotFound  MethodNotAllowed
│   ├── NoCall  NoTranscript  NoDocuments  AlreadyFinished  NotFinished
│   ├── DocumentNotReadable  TooManyDocuments  TooManyOpenJobs
│   ├── PreconditionFailed  PreconditionRequired  IdempotencyKeyReused
│   └── Unavailable                  something that the answer needs does not respond; the same request may work later
├── AttemptError                     an attempt ends with this error
│   ├── TransientError               the same attempt may work later
│   │   ├── ProviderRateLimited  ProviderUnavailable  WorkerLost
│   │   └── StorageUnavailable       our storage, queue or secrets do not answer; of a request it makes Unavailable
│   └── PermanentError               repeating it changes nothing
│       ├── ProviderQuotaExhausted  ProviderAuth  ProviderRefused  OutputInvalid
│       └── InputInvalid  DocumentUnreadable  DeadlineExceeded  BudgetExceeded  Internal
└── AttemptStopped                   not an error of the job: this attempt must not go on
    ├── CancelSeen  LeaseLost  OutOfTime  ModelAtWork  NoFreeSlot
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Reason = Literal[
    "unknown_field", "unknown_item", "hidden_item", "unknown_section", "unknown_list",
    "computed_field", "set_by_confirm", "not_text", "not_number", "not_whole_number", "not_yes_no",
    "not_a_choice", "too_long", "number_too_large", "too_many_items", "form_too_large", "repeated", "taken_back",
]  # fmt: skip
"""Why a place of a change of the form is wrong; a code never changes its meaning."""


class CaseworkError(Exception):
    """Everything Casework raises on purpose."""


class FieldProblem(msgspec.Struct, frozen=True):
    """One wrong place in a request: `pointer` is a JSON pointer, `header:<Name>` or `query:<name>`."""

    pointer: str
    message: str
    code: Annotated[Reason, Meta(description="Of changes of the form: the message for programs")] | UnsetType = UNSET
    params: Annotated[Mapping[str, Any], Meta(description="What the message names, e.g. `longest`")] | UnsetType = UNSET


class WrongValue(ValueError):
    """A value that a field cannot have. `str(error)` says what it must be, `code` and `params` for programs."""

    def __init__(self, message: str, code: Reason, **params: Any) -> None:
        super().__init__(message)
        self.code: Reason = code
        self.params = params


class Refusal(CaseworkError):
    """A request that is not taken. `detail` is one sentence for the caller and holds nothing secret."""

    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Request refused"

    def __init_subclass__(cls, *, code: str | None = None, title: str | None = None) -> None:
        cls.code, cls.title = code or cls.code, title or cls.title

    def __init__(
        self, detail: str, *, problems: Sequence[FieldProblem] = (), retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.problems = tuple(problems)
        self.retry_after_seconds = retry_after_seconds


class MalformedJson(Refusal, code="malformed_json", title="Malformed JSON"):
    """The body is not JSON."""


class UnsupportedMediaType(Refusal, code="unsupported_media_type", title="Unsupported media type"):
    """The Content-Type is not JSON."""


class BodyTooLarge(Refusal, code="body_too_large", title="Body too large"):
    """The body is longer than this route takes."""


class InvalidRequest(Refusal, code="invalid_request", title="Invalid request"):
    """The request was understood and breaks a rule; each wrong place is named."""


class Unauthorized(Refusal, code="unauthorized", title="Unauthorized"):
    """No valid bearer token came with the request. `failed_check` is for the log, never for the caller."""

    def __init__(self, detail: str, *, failed_check: str = "") -> None:
        super().__init__(detail)
        self.failed_check = failed_check


class Forbidden(Refusal, code="forbidden", title="Forbidden"):
    """The caller is known and may not do this."""


class NotFound(Refusal, code="not_found", title="Not found"):
    """There is no such thing, or none that this caller may see."""


class MethodNotAllowed(Refusal, code="method_not_allowed", title="Method not allowed"):
    """The path exists, the method does not; `allowed` names those that do."""

    def __init__(self, detail: str, *, allowed: Sequence[str]) -> None:
        super().__init__(detail)
        self.allowed = tuple(allowed)


class NoCall(Refusal, code="no_call", title="No call"):
    """The case has no call to analyse."""


class NoTranscript(Refusal, code="no_transcript", title="No transcript"):
    """The case's call has no transcript."""


class NoDocuments(Refusal, code="no_documents", title="No documents"):
    """The case has nothing to analyse."""


class AlreadyFinished(Refusal, code="already_finished", title="Already finished"):
    """The job is done; what was asked needs an open one."""


class NotFinished(Refusal, code="not_finished", title="Not finished"):
    """The job is open; what was asked needs a finished one."""


class DocumentNotReadable(Refusal, code="document_unreadable", title="The document cannot be read"):
    """Nothing of the document can be read, so that there is no page to show; the detail says what to do."""


class TooManyDocuments(Refusal, code="too_many_documents", title="Too many documents"):
    """The case has as many documents as one may have."""


class PreconditionFailed(Refusal, code="precondition_failed", title="Changed since it was read"):
    """The object is no longer what the request was made for; nothing was changed."""


class PreconditionRequired(Refusal, code="precondition_required", title="Version required"):
    """The request does not say to which version it is made."""


class IdempotencyKeyReused(Refusal, code="idempotency_key_reused", title="Idempotency key reused"):
    """The Idempotency-Key came before, with another request."""

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key was used for a different request. Use a new key for a new request.",
            problems=[FieldProblem("header:Idempotency-Key", "was used for a different request")],
        )


class TooManyOpenJobs(Refusal, code="too_many_open_jobs", title="Too many open jobs"):
    """The starter has as many open jobs as one may have."""


class Unavailable(Refusal, code="unavailable", title="Temporarily unavailable"):
    """Something that the answer needs does not respond; the same request may work in a moment."""


class AttemptError(CaseworkError):
    """An attempt ends with this. `str(error)` is one safe sentence that the job shows.

    `provider`, `provider_status` and `provider_request_id` name the call that failed, when a model provider was
    involved; `retry_after_seconds` is what the provider asked for.
    """

    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"

    def __init_subclass__(cls, *, code: str | None = None, title: str | None = None) -> None:
        cls.code, cls.title = code or cls.code, title or cls.title

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


class ProviderRateLimited(TransientError, code="provider_rate_limited", title="The AI provider is busy"):
    """The model provider asked us to slow down; the same call may work later."""


class ProviderUnavailable(TransientError, code="provider_unavailable", title="The AI provider did not answer"):
    """The model provider did not answer, or not to the end; the same call may work later."""


class WorkerLost(TransientError, code="worker_lost", title="The worker was lost"):
    """The worker died or lost its lease before the attempt ended."""


class StorageUnavailable(TransientError, code="storage_unavailable", title="Our storage did not answer"):
    """Our own storage, queue or secrets do not answer; the same call may work in a moment.

    Raised by adapters. A request that meets it is answered as `Unavailable`, an attempt is repeated.
    """

    def refusal(self) -> Unavailable:
        """What a request that met this is answered."""
        return Unavailable(str(self), retry_after_seconds=math.ceil(self.retry_after_seconds or 0) or None)


class ProviderQuotaExhausted(
    PermanentError, code="provider_quota_exhausted", title="The AI provider's quota is used up"
):
    """The account at the provider has no credit left."""


class ProviderAuth(PermanentError, code="provider_auth", title="The AI provider refused our credentials"):
    """The provider does not accept our key, or not for this model."""


class ProviderRefused(PermanentError, code="provider_refused", title="The AI model declined"):
    """The model declined to answer."""


class OutputInvalid(PermanentError, code="output_invalid", title="The AI model's answer was unusable"):
    """The model's answer does not have the shape that was asked for, or was cut off."""


class InputInvalid(PermanentError, code="input_invalid", title="The input cannot be analysed"):
    """What the job was to analyse is gone or cannot be analysed."""


class DocumentUnreadable(PermanentError, code="document_unreadable", title="The documents could not be read"):
    """Nothing at all could be read from the case's documents."""


class DeadlineExceeded(PermanentError, code="deadline_exceeded", title="The deadline passed"):
    """The job's deadline passed before it was done."""


class BudgetExceeded(PermanentError, code="budget_exceeded", title="The cost limit was reached"):
    """The next provider call could cost more than the job may."""


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


class ModelAtWork(AttemptStopped):
    """A model is at work without us; go on when its answer is there."""


class NoFreeSlot(AttemptStopped):
    """As many calls as may be are in flight at the provider; go on when there are slots for `calls` more at once."""

    def __init__(self, provider: str, *, calls: int) -> None:
        super().__init__(f"no slot is free at {provider}")
        self.provider = provider
        self.calls = calls
