"""The engine's promises in any order of events, kept by the store that production uses: DynamoDB, one table an example.

The same machine runs on the fake (tests/unit/jobs/test_engine_model.py) with far more examples.
"""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import Phase

from infra.local.resources import create_resources
from tests.contract.conftest import Backend, dynamo_backend
from tests.fakes.engine import Engine
from tests.fakes.engine_drive import drive, machine
from tests.fakes.engine_machine import complete
from tests.fakes.jobs import CASE_ID

EXAMPLES = 8
STEPS_PER_EXAMPLE = 30

MUST_HAPPEN = {"claim", "claim lost", "refused", "running to completed", "running to pending", "worker_lost"}


class DynamoEngine(Engine):
    """The engine on empty tables of its own, with the one case that its jobs are of."""

    def __init__(self, endpoint_url: str, *, prefix: str) -> None:
        self.resources = create_resources(endpoint_url, prefix=prefix)
        self.backend: Backend = dynamo_backend(self.resources)
        self.backend.new_case(case_id=CASE_ID, call_id="call-1")
        super().__init__(complete, store=self.backend.store)


def in_case(engine: Engine) -> Any:
    """What the stored case holds of the analysis."""
    assert isinstance(engine, DynamoEngine)
    file = engine.backend.cases.file(CASE_ID)
    assert file is not None
    return file.final_document_analysis


def left_behind(engine: Engine) -> list[str]:
    """Locks that are held and counters that are not zero, by their key in the table."""
    assert isinstance(engine, DynamoEngine)
    pages = engine.resources.client("dynamodb").get_paginator("scan").paginate(TableName=engine.resources.jobs_table)
    items = [item for page in pages for item in page["Items"]]
    locks = [item["job_id"]["S"] for item in items if item["item"]["S"] == "active"]
    counters = [item["job_id"]["S"] for item in items if item.get("open_jobs", {"N": "0"})["N"] != "0"]
    return [*locks, *counters]


def test_any_order_of_events_leaves_the_promises_standing_on_dynamodb(moto_endpoint: str) -> None:
    prefixes = itertools.count(1)
    drive(
        lambda number: machine(
            new_engine=lambda: DynamoEngine(moto_endpoint, prefix=f"model{next(prefixes)}"),
            completed_in_case=in_case,
            left_behind=left_behind,
            number=number,
        ),
        until=MUST_HAPPEN,
        examples=EXAMPLES,
        steps=STEPS_PER_EXAMPLE,
        phases=[Phase.generate],
    )
