"""How is an analysis started from the shell? Through the front door: the API, with a token, as any client does."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from clients.demo.client import Client, DemoProblem
from infra.local.environment import HOST, JWT_SECRET, read_ports
from infra.local.token import token
from infra.ops.problem import OpsProblem
from infra.ops.stage import LOCAL_STAGE, Clients, Stage

TOKEN_VARIABLE = "CASEWORK_TOKEN"  # noqa: S105  # its name
ROUTES = {
    "call": "/vapi/re-analyze-call/{case_id}",
    "agent": "/cases/{case_id}/analyze-with-agent",
    "form7801": "/cases/{case_id}/analyze-documents-form7801",
}


def api_client(stage: Stage, *, environ: Mapping[str, str], clients: Clients) -> Client:
    """A client of the stage's API: with a development token on this machine, else with the one in CASEWORK_TOKEN.

    Raises: OpsProblem.
    """
    if stage.name == LOCAL_STAGE:
        url = f"http://{HOST}:{read_ports(environ).api}"
        made = token(user="operator", role="admin", now=time.time(), secret=environ.get("JWT_SECRET") or JWT_SECRET)
        return Client(url, environ.get(TOKEN_VARIABLE) or made)
    given = environ.get(TOKEN_VARIABLE, "").strip()
    if not given:
        raise OpsProblem(
            f"Put a token of the stage's issuer into {TOKEN_VARIABLE}; a case's owner or an admin may start."
        )
    return Client(_api_url(stage, clients), given)


def start_and_follow(
    client: Client,
    *,
    case_id: str,
    analysis: str,
    show: Callable[[Mapping[str, Any]], None],
    pause: Callable[[float], None],
) -> Mapping[str, Any]:
    """Start the analysis and poll as often as the API asks for, until it is done; the job. Raises: OpsProblem."""
    try:
        job_id = client.post(ROUTES[analysis].format(case_id=case_id))["job_id"]
        while True:
            job: Mapping[str, Any] = client.get(f"/jobs/{job_id}")
            show(job)
            if job["done"]:
                return job
            pause(job["retry_after_ms"] / 1000)
    except DemoProblem as problem:
        raise OpsProblem(str(problem)) from problem


def _api_url(stage: Stage, clients: Clients) -> str:
    stack = f"casework-{stage.name}"
    try:
        found = clients("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except (ClientError, BotoCoreError) as exc:
        raise OpsProblem(f"AWS cannot be asked for the address of {stack}: {exc}") from exc
    return next(output["OutputValue"] for output in found["Outputs"] if output["OutputKey"] == "ApiUrl")
