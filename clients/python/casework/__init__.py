"""The client of Casework: `Client(base_url, token).run("document_analysis_form7801", case_id)`.

Client            start, run; .jobs, .cases, .documents; request() for everything else
result_of(job)    the result of a job that is done, or the error that says why there is none
CaseworkError     the root of all that is raised; the tree is in casework/errors.py
"""

from .client import Client
from .errors import (
    CaseworkError,
    JobCancelledError,
    JobFailedError,
    NetworkError,
    ProblemError,
    ResultMissingError,
    TokenError,
    WaitTimeoutError,
)
from .http import Ports, Response
from .jobs import result_of
from .types import (
    Case,
    CaseSummary,
    Delivery,
    Document,
    Event,
    Form,
    FormChanges,
    FormEntry,
    Job,
    Notify,
    Start,
    StartOptions,
)

__all__ = [
    "Case",
    "CaseSummary",
    "CaseworkError",
    "Client",
    "Delivery",
    "Document",
    "Event",
    "Form",
    "FormChanges",
    "FormEntry",
    "Job",
    "JobCancelledError",
    "JobFailedError",
    "NetworkError",
    "Notify",
    "Ports",
    "ProblemError",
    "Response",
    "ResultMissingError",
    "Start",
    "StartOptions",
    "TokenError",
    "WaitTimeoutError",
    "result_of",
]
