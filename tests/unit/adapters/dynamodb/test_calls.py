from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from chalicelib.adapters.dynamodb.calls import TRIES, ConditionRefused, DynamoCalls, TransactionRefused
from chalicelib.errors import StorageUnavailable

STORED = {"job_id": {"S": "j"}}


def failure(code: str, **more: Any) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "…"}, **more}, "Operation")  # type: ignore[arg-type]


def canceled(*reasons: Mapping[str, Any] | str) -> ClientError:
    listed = [{"Code": reason} if isinstance(reason, str) else reason for reason in reasons]
    return failure("TransactionCanceledException", CancellationReasons=listed)


def name_of(error: Exception) -> str:
    reasons = error.response.get("CancellationReasons", ()) if isinstance(error, ClientError) else ()
    return " ".join([str(error).split(" when ")[0], *(reason["Code"] for reason in reasons)])


CONFLICT = canceled("None", "TransactionConflict")
REFUSED = {"Code": "ConditionalCheckFailed", "Item": STORED}


class ScriptedClient:
    """Answers every operation with the next of the given answers; errors are raised."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.requests: list[Mapping[str, Any]] = []

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def answer(**request: Any) -> Any:
            self.requests.append(request)
            result = self._answers.pop(0)
            if isinstance(result, Exception):
                raise result
            return result

        return answer


def calls_of(client: ScriptedClient, pauses: list[float] | None = None) -> DynamoCalls:
    waits: list[float] = [] if pauses is None else pauses
    return DynamoCalls(client, sleep=waits.append, rng=random.Random(3))


def transact(calls: DynamoCalls) -> None:
    calls.transact({"record": {"Put": {"TableName": "jobs"}}, "lock": {"Delete": {"TableName": "jobs"}}})


def test_a_transaction_in_conflict_is_repeated_after_a_growing_pause() -> None:
    client, pauses = ScriptedClient(CONFLICT, CONFLICT, CONFLICT, {}), list[float]()

    transact(calls_of(client, pauses))

    assert len(client.requests) == 4
    assert all(0 <= pause <= 0.05 * 2**number for number, pause in enumerate(pauses))
    assert len(set(pauses)) == 3


def test_conflicts_without_end_are_unavailable() -> None:
    client, pauses = ScriptedClient(*[CONFLICT] * TRIES), list[float]()

    with pytest.raises(StorageUnavailable) as unavailable:
        transact(calls_of(client, pauses))

    assert isinstance(unavailable.value.__cause__, ClientError)
    assert unavailable.value.retry_after_seconds == 2
    assert (len(client.requests), len(pauses)) == (TRIES, TRIES - 1)
    assert max(pauses) <= 1


@pytest.mark.parametrize(
    "error",
    [
        failure("TransactionConflictException"),
        failure("TransactionInProgressException"),
        failure("ThrottlingException"),
        failure("ProvisionedThroughputExceededException"),
        failure("RequestLimitExceeded"),
        canceled("ThrottlingError", "None"),
        canceled("None", "ProvisionedThroughputExceeded"),
    ],
    ids=name_of,
)
def test_what_passes_by_itself_is_repeated(error: ClientError) -> None:
    client = ScriptedClient(error, {"Item": STORED})

    assert calls_of(client).get("jobs", STORED) == STORED


def test_a_condition_that_failed_beside_a_conflict_says_nothing_yet() -> None:
    client = ScriptedClient(canceled(REFUSED, "TransactionConflict"), {})

    transact(calls_of(client))

    assert len(client.requests) == 2


def test_refused_conditions_come_back_by_name_with_what_is_stored() -> None:
    client = ScriptedClient(canceled("None", REFUSED))

    with pytest.raises(TransactionRefused) as refused:
        transact(calls_of(client))

    assert refused.value.items == {"lock": STORED}
    written = [next(iter(item.values())) for item in client.requests[0]["TransactItems"]]
    assert [item["ReturnValuesOnConditionCheckFailure"] for item in written] == ["ALL_OLD", "ALL_OLD"]


def test_a_refused_condition_without_an_item_is_none() -> None:
    client = ScriptedClient(failure("ConditionalCheckFailedException"))

    with pytest.raises(ConditionRefused) as refused:
        calls_of(client).put({"TableName": "jobs"})

    assert refused.value.item is None


def test_a_refused_condition_comes_back_with_what_is_stored() -> None:
    client = ScriptedClient(failure("ConditionalCheckFailedException", Item=STORED))

    with pytest.raises(ConditionRefused) as refused:
        calls_of(client).update({"TableName": "jobs"})

    assert refused.value.item == STORED


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
        ReadTimeoutError(endpoint_url="http://127.0.0.1:1"),
        failure("InternalServerError"),
        failure("ExpiredTokenException"),
        canceled("ItemCollectionSizeLimitExceeded", "None"),
    ],
    ids=name_of,
)
def test_what_does_not_answer_is_unavailable_at_once(error: Exception) -> None:
    client = ScriptedClient(error)

    with pytest.raises(StorageUnavailable) as unavailable:
        transact(calls_of(client))

    assert unavailable.value.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [
        failure("AccessDeniedException"),
        failure("ResourceNotFoundException"),
        canceled("None", "ValidationError"),
        canceled("AccessDenied"),
    ],
    ids=name_of,
)
def test_a_missing_permission_or_table_is_a_defect_and_is_not_repeated(error: ClientError) -> None:
    client = ScriptedClient(error)

    with pytest.raises(ClientError):
        transact(calls_of(client))

    assert len(client.requests) == 1


def test_a_call_that_is_throttled_for_long_is_given_up_in_time_for_a_503() -> None:
    client = ScriptedClient(*[failure("ThrottlingException")] * TRIES)
    slow = iter([0.0, 4.0, 7.9, 12.0])  # the SDK itself repeats a throttled call, and each takes seconds
    calls = DynamoCalls(client, sleep=lambda seconds: None, rng=random.Random(3), monotonic=lambda: next(slow))

    with pytest.raises(StorageUnavailable):
        transact(calls)

    assert len(client.requests) == 3


def test_a_request_that_is_wrong_in_itself_is_a_defect() -> None:
    client = ScriptedClient(failure("ValidationException"))

    with pytest.raises(ClientError):
        transact(calls_of(client))


def test_a_batch_read_asks_for_a_hundred_keys_at_a_time_and_again_for_those_left_over() -> None:
    keys = [{"job_id": {"S": str(number)}} for number in range(101)]
    left = {"jobs": {"Keys": keys[:1], "ConsistentRead": True}}
    client = ScriptedClient(
        {"Responses": {"jobs": keys[1:100]}, "UnprocessedKeys": left},
        {"Responses": {"jobs": keys[:1]}},
        {"Responses": {"jobs": keys[100:]}, "UnprocessedKeys": {}},
    )

    found = calls_of(client).batch_get("jobs", keys)

    assert found == [*keys[1:100], keys[0], keys[100]]
    assert [len(request["RequestItems"]["jobs"]["Keys"]) for request in client.requests] == [100, 1, 1]


def test_a_batch_write_sends_twenty_five_at_a_time_and_again_those_left_over() -> None:
    writes = [{"DeleteRequest": {"Key": {"job_id": {"S": str(number)}}}} for number in range(30)]
    client = ScriptedClient({"UnprocessedItems": {"jobs": writes[:2]}}, {}, {"UnprocessedItems": {}})

    calls_of(client).batch_write("jobs", writes)

    assert [len(request["RequestItems"]["jobs"]) for request in client.requests] == [25, 2, 5]


def test_a_batch_that_is_never_done_is_unavailable() -> None:
    writes = [{"DeleteRequest": {"Key": STORED}}]
    client = ScriptedClient(*[{"UnprocessedItems": {"jobs": writes}}] * TRIES)

    with pytest.raises(StorageUnavailable):
        calls_of(client).batch_write("jobs", writes)


def test_a_query_asks_for_the_next_page_only_when_it_is_needed() -> None:
    client = ScriptedClient({"Items": [1, 2], "LastEvaluatedKey": STORED}, {"Items": [3]})

    items = calls_of(client).query({"TableName": "jobs"})

    assert (next(items), next(items), len(client.requests)) == (1, 2, 1)  # type: ignore[comparison-overlap]
    assert list(items) == [3]
    assert client.requests[1] == {"TableName": "jobs", "ExclusiveStartKey": STORED}
