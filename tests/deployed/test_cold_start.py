"""A fresh function of the package answers its first poll soon, in little memory, without what polls never need."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.adapters.dynamodb.job_items import record_of
from chalicelib.jobs.model import Job
from infra.deploy.cold_start import ColdStart, measure
from infra.deploy.package import Package
from infra.emulated import issuer
from infra.emulated.issuer import Issuer
from infra.local.resources import create_resources

ROUNDS = 9
HIGHEST_RATIO = 1.5
"""1.2 to 1.4 on machines busy and quiet; `make bench` measures it quiet, against 1.35."""
MOST_OWN_MODULES = 190
"""What a fresh function loads for a poll beside chalice and boto3: 175, and each takes about half a millisecond."""
MOST_MEGABYTES = 75
USER = "poller"


def pending_job(now: datetime) -> Job:
    return Job(
        job_id=str(uuid.uuid4()),
        job_type="call_analysis",
        case_id="case",
        user_id=USER,
        requested_by=USER,
        endpoint="/vapi/re-analyze-call/case",
        created_at=now,
        updated_at=now,
        due_at=now,
        check_at=now,
        deadline_at=now + timedelta(hours=1),
        expires_at=now + timedelta(days=30),
    )


@pytest.fixture(scope="module")
def cold_start(package: Package, token_issuer: Issuer, moto_endpoint: str) -> ColdStart:
    resources = create_resources(moto_endpoint, prefix="cold-start")
    job = pending_job(datetime.now(UTC))
    resources.client("dynamodb").put_item(TableName=resources.jobs_table, Item=record_of(job))
    environment = {
        **resources.environment,
        "STAGE": "staging",
        "JWKS_URL": token_issuer.jwks_url,
        "JWT_ISSUER": issuer.NAME,
        "JWT_AUDIENCE": issuer.AUDIENCE,
    }
    token = token_issuer.token(USER)
    return measure(package.archive.path, token=token, job_id=job.job_id, environment=environment, rounds=ROUNDS)


def test_the_first_poll_takes_little_more_than_importing_chalice_and_boto3(cold_start: ColdStart) -> None:
    assert cold_start.processor_ratio <= HIGHEST_RATIO, cold_start


def test_a_poll_loads_few_modules(cold_start: ColdStart) -> None:
    assert len(cold_start.own_modules) <= MOST_OWN_MODULES, sorted(cold_start.own_modules)


def test_a_function_that_polls_is_small(cold_start: ColdStart) -> None:
    assert cold_start.rss_mb <= MOST_MEGABYTES, cold_start


def test_a_poll_loads_neither_the_models_sdks_nor_what_only_workers_need(cold_start: ColdStart) -> None:
    heavy = {"openai", "anthropic", "pydantic", "pypdfium2", "PIL", "httpx2", "s3transfer"}

    assert heavy & cold_start.modules == set()
