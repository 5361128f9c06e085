"""How slots are counted, on the fake and on DynamoDB: taken, given back, waited for, given out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.call_slots import DynamoSlotStore
from chalicelib.jobs.call_limits import CoolDown, LimitState, Shard, SlotStore, Waiter
from infra.local.resources import Resources
from tests.fakes.jobs import CREATED_AT
from tests.fakes.slot_store import FakeSlotStore

NOW = CREATED_AT
SOON = NOW + timedelta(seconds=60)
A = "00000000-0000-4000-8000-00000000000a"
B = "00000000-0000-4000-8000-00000000000b"
C = "00000000-0000-4000-8000-00000000000c"


@pytest.fixture(params=["fake", "dynamodb"])
def slots(request: pytest.FixtureRequest) -> SlotStore:
    if request.param == "fake":
        return FakeSlotStore()
    return on_dynamodb(request.getfixturevalue("local_resources"))


def on_dynamodb(resources: Resources) -> DynamoSlotStore:
    return DynamoSlotStore(resources.client("dynamodb"), table=resources.jobs_table)


def take(slots: SlotStore, job_id: str, *, calls: int = 1, size: int = 3, **changes: Any) -> bool:
    wanted: dict[str, Any] = {"careful_at": NOW, "held": 0, **changes}
    return slots.take("openai", 0, job_id=job_id, calls=calls, size=size, **wanted)


def waiter(job_id: str, *, rank: int = 1, age: int = 0, calls: int = 1) -> Waiter:
    return Waiter(job_id=job_id, rank=rank, created_at=NOW - timedelta(seconds=age), calls=calls)


def wait(slots: SlotStore, *waiters: Waiter) -> None:
    for one in waiters:
        slots.wait("openai", one, expires_at=SOON)


def test_slots_are_taken_until_there_are_none_and_can_be_taken_again_when_given_back(slots: SlotStore) -> None:
    assert (take(slots, A, calls=2), take(slots, B), take(slots, C)) == (True, True, False)

    assert slots.give_back("openai", 0, job_id=A) is None
    assert take(slots, C, calls=2)
    assert slots.state("openai") == LimitState(shards=[Shard(number=0, held={B: 1, C: 2})])


def test_what_a_job_has_is_not_taken_twice_and_not_given_back_twice(slots: SlotStore) -> None:
    assert take(slots, A)
    assert take(slots, A)
    assert take(slots, B)

    slots.give_back("openai", 0, job_id=A)
    slots.give_back("openai", 0, job_id=A)

    assert slots.state("openai").used == 1


def test_a_job_takes_more_when_it_needs_more(slots: SlotStore) -> None:
    take(slots, A)
    take(slots, B)

    assert not take(slots, A, calls=3, held=1)
    assert take(slots, A, calls=2, held=1)
    assert take(slots, A, calls=2, held=1)  # the first answer was lost

    assert slots.state("openai").used == 3
    slots.give_back("openai", 0, job_id=A)
    assert slots.state("openai").used == 1


def test_giving_back_what_was_never_there_is_no_error(slots: SlotStore) -> None:
    assert slots.give_back("openai", 7, job_id=A) is None


def test_of_a_careful_shard_nobody_takes_without_having_looked(slots: SlotStore) -> None:
    slots.be_careful("openai", 0, until=SOON)
    slots.be_careful("openai", 0, until=NOW)

    assert not take(slots, A)
    assert take(slots, A, careful_at=None)
    assert take(slots, B, careful_at=SOON)
    assert slots.give_back("openai", 0, job_id=A) == SOON


def test_high_comes_before_normal_and_the_oldest_first(slots: SlotStore) -> None:
    young, old, high = waiter(A, age=1), waiter(B, age=100), waiter(C, rank=0)
    wait(slots, young, old, high, old)

    assert list(slots.waiting("openai", count=9)) == [high, old, young]
    assert list(slots.waiting("openai", count=1)) == [high]
    assert list(slots.waiting("anthropic", count=9)) == list(slots.waiting("openai-low", count=9)) == []


def test_a_waiter_is_admitted_once_and_only_where_there_are_slots(slots: SlotStore) -> None:
    wait(slots, waiter(A, calls=2), waiter(B, calls=2))

    assert slots.admit("openai", waiter(A, calls=2), 0, size=3)
    assert not slots.admit("openai", waiter(A, calls=2), 1, size=3)
    assert not slots.admit("openai", waiter(B, calls=2), 0, size=3)
    assert slots.state("openai").holding(A) == Shard(number=0, held={A: 2})
    assert list(slots.waiting("openai", count=9)) == [waiter(B, calls=2)]


def test_who_leaves_waits_no_longer(slots: SlotStore) -> None:
    assert not slots.anyone_waits()
    wait(slots, waiter(A))
    assert slots.anyone_waits()

    slots.leave("openai", waiter(A))
    slots.leave("openai", waiter(A))

    assert list(slots.waiting("openai", count=9)) == []
    assert not slots.anyone_waits()


def test_a_cool_down_is_found_beside_the_shards(slots: SlotStore) -> None:
    lowered = CoolDown(percent=50, lowered_at=NOW, paused_until=SOON)
    take(slots, A)
    wait(slots, waiter(B))

    slots.cool_down("openai", CoolDown(percent=100, lowered_at=NOW, paused_until=NOW))
    slots.cool_down("openai", lowered)

    assert slots.state("openai") == LimitState(shards=[Shard(number=0, held={A: 1})], cool_down=lowered)


def test_of_many_at_once_no_more_take_slots_than_there_are(local_resources: Resources) -> None:
    slots = on_dynamodb(local_resources)

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda number: take(slots, f"{A[:-1]}{number:x}", size=5), range(16)))

    assert sum(taken) == slots.state("openai").used == 5


def test_a_shard_of_twenty_jobs_is_one_unit(local_resources: Resources) -> None:
    slots = on_dynamodb(local_resources)
    for number in range(20):
        take(slots, f"00000000-0000-4000-8000-{number:012d}", size=20)
    slots.be_careful("openai", 0, until=SOON)

    item = local_resources.client("dynamodb").query(
        TableName=local_resources.jobs_table,
        KeyConditionExpression="job_id = :limit",
        ExpressionAttributeValues={":limit": {"S": "limit#openai"}},
    )["Items"][0]
    size = sum(len(name) + len(str(next(iter(value.values())))) for name, value in item.items())

    assert size <= 1024
