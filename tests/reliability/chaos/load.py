"""What is there to lose? Cases with a document or a call each, and one job of one of the three analyses on each."""

from __future__ import annotations

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import msgspec

from clients.demo.sample import DIRECTORY
from infra.local.token import token
from tests.reliability.chaos.client import PatientClient
from tests.reliability.chaos.plan import Plan

ROUTES = {
    "call_analysis": "/vapi/re-analyze-call/{case_id}",
    "document_analysis_agent": "/cases/{case_id}/analyze-with-agent",
    "document_analysis_form7801": "/cases/{case_id}/analyze-documents-form7801",
}
JOBS_A_USER = 10  # below the limit of open jobs
CLIENTS = 4


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """A job that was accepted."""

    job_id: str
    job_type: str
    case_id: str


class Load:
    """Starts the jobs of a plan; `started` grows while it does."""

    def __init__(self, plan: Plan, *, api_url: str) -> None:
        self._plan = plan
        self._api_url = api_url
        self._lock = threading.Lock()
        self._started: list[Started] = []
        self._high_every = round(1 / plan.high_share) if plan.high_share else 0

    @property
    def started(self) -> tuple[Started, ...]:
        """The jobs accepted so far."""
        with self._lock:
            return tuple(self._started)

    def start_all(self, *, within_seconds: float) -> None:
        """Start every job, spread evenly over this time, by several clients at once. Raises: ChaosProblem."""
        with ThreadPoolExecutor(CLIENTS) as clients:
            asked = []
            for number in range(self._plan.jobs):
                asked.append(clients.submit(self._start, number))
                time.sleep(within_seconds / self._plan.jobs)
        for one in asked:
            one.result()

    def _start(self, number: int) -> None:
        is_high = bool(self._high_every) and number % self._high_every == 0
        user, role = ("chaos-admin", "admin") if is_high else (f"chaos-{number // JOBS_A_USER}", "user")
        client = PatientClient(self._api_url, token(user=user, role=role, now=time.time()))
        job_type = list(ROUTES)[number % len(ROUTES)]
        case_id = client.ask("POST", "/cases", {"title": f"chaos {number}"})["id"]
        if job_type == "call_analysis":
            client.ask("PUT", f"/cases/{case_id}/call", {"id": f"call-{number}", "transcript": _transcript(number)})
        else:
            document = {"file_name": f"{number}.txt", "content_type": "text/plain", "text": _document(number)}
            client.ask("POST", f"/cases/{case_id}/documents", document)
        body = {"priority": "high"} if is_high else {}
        answer = client.ask("POST", ROUTES[job_type].format(case_id=case_id), body, key=str(uuid.uuid4()))
        with self._lock:
            self._started.append(Started(job_id=answer["job_id"], job_type=job_type, case_id=case_id))


def _document(number: int) -> str:
    text = (DIRECTORY / "doc2_discharge_letter.he.txt").read_text(encoding="utf-8")
    return f"{text}\nRef. {number:06}"


def _transcript(number: int) -> str:
    text = (DIRECTORY / "transcript.he.txt").read_text(encoding="utf-8")
    return f"{text}\nAI: {number:06}"
