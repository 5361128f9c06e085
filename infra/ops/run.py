"""`run`: start an analysis and follow it, through the API and with a token, as any client does."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Mapping
from datetime import datetime

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from chalicelib.analyses import catalogue
from clients.python.casework import CaseworkError, Client
from infra.local.environment import HOST, JWT_SECRET, read_ports
from infra.local.token import token
from infra.ops.output import print_json
from infra.ops.progress import Bars, display_name
from infra.ops.stage import LOCAL_STAGE, Clients, Stage
from infra.problem import Problem

TOKEN_VARIABLE = "CASEWORK_TOKEN"  # noqa: S105  # its name


def run_analysis(stage: Stage, arguments: argparse.Namespace, *, console: Console, now: datetime) -> None:
    """Start an analysis of a case and follow it to its end. Raises: Problem, also when the job did not complete."""
    job_type = chosen_job_type(arguments.analysis)
    client = api_client(stage, environ=os.environ, clients=stage.client)
    quiet = Console(quiet=True) if arguments.json else console
    try:
        with Bars(quiet, [job_type]) as bars:
            started = client.start(job_type, arguments.case)
            job = client.jobs.wait(started["job_id"], on_progress=bars.show)
    except CaseworkError as error:
        raise Problem(str(error)) from error
    if arguments.json:
        print_json(console, dict(job))
    else:
        console.print(f"{display_name(job_type)}: {job['status']}, job {job['job_id']}", highlight=False)
    if job["status"] != "completed":
        raise Problem(f"The job has {job['status']}: {job['error']}")


def chosen_job_type(text: str) -> str:
    """The analysis that the text names: its job type, or a part of it that no other has. Raises: Problem."""
    job_types = list(catalogue())
    if text in job_types:
        return text
    found = [job_type for job_type in job_types if text and text in job_type.split("_")]
    if len(found) != 1:
        raise Problem(f"ANALYSIS must be one of: {', '.join(job_types)}; or a word that only one of them contains.")
    return found[0]


def api_client(stage: Stage, *, environ: Mapping[str, str], clients: Clients) -> Client:
    """A client of the stage's API: with a development token on this machine, else with the one in CASEWORK_TOKEN.

    Raises: Problem.
    """
    if stage.name == LOCAL_STAGE:
        url = f"http://{HOST}:{read_ports(environ).api}"
        made = token(user="operator", role="admin", now=time.time(), secret=environ.get("JWT_SECRET") or JWT_SECRET)
        return Client(url, environ.get(TOKEN_VARIABLE) or made)
    given = environ.get(TOKEN_VARIABLE, "").strip()
    if not given:
        raise Problem(f"Put a token of the stage's issuer into {TOKEN_VARIABLE}; a case's owner or an admin may start.")
    return Client(_api_url(stage, clients), given)


def _api_url(stage: Stage, clients: Clients) -> str:
    stack = f"casework-{stage.name}"
    try:
        found = clients("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    except (ClientError, BotoCoreError) as exc:
        raise Problem(f"AWS cannot be asked for the address of {stack}: {exc}") from exc
    outputs = {output["OutputKey"]: str(output["OutputValue"]) for output in found.get("Outputs", ())}
    if "ApiUrl" not in outputs:
        raise Problem(
            f"{stack} has no address yet ({found.get('StackStatus')}): its first deploy has not come to its end."
        )
    return outputs["ApiUrl"]
