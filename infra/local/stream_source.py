"""Lambda's DynamoDB event source: it reads the jobs table's stream and invokes the outbox function with batches.

    python -m infra.local.stream_source --endpoint-url URL --table NAME --handler app.publish

The filter of the deployed event source is read from its overlay, so that what is skipped there is skipped here.
A batch that fails is repeated a few times, then left behind. One shard, one reader: moto has no more.
"""

from __future__ import annotations

import argparse
import json
import signal
import threading
import traceback
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.cloudformation import read_yaml
from infra.local.invocation import Handler, LambdaContext, load_handler
from infra.local.resources import TEMPLATE, client

OVERLAY = TEMPLATE.parent / "deploy" / "overlays" / "live.yaml"

POLL_SECONDS = 0.2
BATCH_SIZE = 10
REPEATS = 2
TIMEOUT_SECONDS = 60
PAUSE_SECONDS = 1.0


class StreamSource:
    """One reader of one table's stream."""

    def __init__(
        self, streams: Any, *, arn: str, handler: Handler, patterns: Sequence[Any], say: Callable[[str], None]
    ) -> None:
        self._streams = streams
        self._arn = arn
        self._handler = handler
        self._patterns = patterns
        self._say = say
        self._iterator: str | None = None
        self._after: str | None = None

    def run(self, stop: threading.Event) -> None:
        """Poll and invoke until `stop`; errors of the stream are reported and waited out."""
        while not stop.is_set():
            try:
                came = self.poll()
            except (BotoCoreError, ClientError) as exc:
                self._iterator = self._after = None if _is_new_stream(exc) else self._after
                if not stop.wait(PAUSE_SECONDS):
                    self._say(f"the stream does not answer ({type(exc).__name__}); trying again")
                continue
            if came < BATCH_SIZE:
                stop.wait(POLL_SECONDS)

    def poll(self) -> int:
        """Read once and invoke for what came; how many records came. Raises: BotoCoreError, ClientError."""
        iterator, self._iterator = self._iterator or self._begin(), None  # used once: a lost answer begins again
        answer = self._streams.get_records(ShardIterator=iterator, Limit=BATCH_SIZE)
        found = answer["Records"]
        if found:
            self._after = found[-1]["dynamodb"]["SequenceNumber"]
            wanted = [record for record in found if any(matches(record, pattern) for pattern in self._patterns)]
            if wanted:
                self._invoke({"Records": [_lambda_record(record, arn=self._arn) for record in wanted]})
        self._iterator = answer["NextShardIterator"]
        return len(found)

    def _begin(self) -> str:
        shard = self._streams.describe_stream(StreamArn=self._arn)["StreamDescription"]["Shards"][0]["ShardId"]
        # The beginning is right on a fresh moto; LATEST would lose what came while this started.
        place = (
            {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": self._after}
            if self._after
            else {"ShardIteratorType": "TRIM_HORIZON"}
        )
        answer = self._streams.get_shard_iterator(StreamArn=self._arn, ShardId=shard, **place)
        iterator: str = answer["ShardIterator"]
        return iterator

    def _invoke(self, event: Mapping[str, Any]) -> None:
        for _ in range(1 + REPEATS):
            context = LambdaContext("publish", request_id=str(uuid.uuid4()), timeout_seconds=TIMEOUT_SECONDS)
            try:
                self._handler(event, context)
            except Exception:  # noqa: BLE001  # as Lambda: the batch comes again
                self._say("publish failed:")
                self._say(traceback.format_exc().rstrip())
            else:
                return


def read_patterns() -> Sequence[Any]:
    """The filter patterns of the deployed event source."""
    source = read_yaml(OVERLAY)["Resources"]["Publish"]["Properties"]["Events"]["PublishDynamodbEventSource"]
    return [json.loads(rule["Pattern"]) for rule in source["Properties"]["FilterCriteria"]["Filters"]]


def matches(record: Any, pattern: Any) -> bool:
    """Whether a record matches a filter pattern: nested objects, lists of values, and {"exists": true}.

    Raises: NotImplementedError for any other rule, so that a pattern is never ignored in silence.
    """
    if isinstance(pattern, list):
        return any(_matches_value(record, rule) for rule in pattern)
    below = record if isinstance(record, dict) else {}
    return all(matches(below.get(name), inner) for name, inner in pattern.items())


def _matches_value(value: Any, rule: Any) -> bool:
    if not isinstance(rule, dict):
        return bool(value == rule)
    if set(rule) == {"exists"}:
        return bool((value is not None) == rule["exists"])
    raise NotImplementedError(rule)


def _lambda_record(record: Mapping[str, Any], *, arn: str) -> dict[str, Any]:
    """As Lambda has it: the time is a number, and the stream's ARN is there."""
    change = record["dynamodb"]
    at = change["ApproximateCreationDateTime"].timestamp()
    return {
        **record,
        "eventVersion": "1.1",
        "dynamodb": {**change, "ApproximateCreationDateTime": at},
        "eventSourceARN": arn,
    }


def _is_new_stream(error: Exception) -> bool:
    """Whether moto was started again: its new stream knows nothing of where this reader was."""
    code = error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
    return code in ("ResourceNotFoundException", "TrimmedDataAccessException", "ExpiredIteratorException")


def main() -> None:
    """Feed the table's changes to the function until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.stream_source", description="A stream's event source.")
    parser.add_argument("--endpoint-url", required=True)
    parser.add_argument("--table", required=True)
    parser.add_argument("--handler", required=True, help="module.function, e.g. app.publish")
    arguments = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    table = client("dynamodb", arguments.endpoint_url).describe_table(TableName=arguments.table)["Table"]
    source = StreamSource(
        client("dynamodbstreams", arguments.endpoint_url),
        arn=table["LatestStreamArn"],
        handler=load_handler(arguments.handler),
        patterns=read_patterns(),
        say=_say,
    )
    _say(f"reads the stream of {arguments.table} for {arguments.handler.rpartition('.')[2]}")
    source.run(stop)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
