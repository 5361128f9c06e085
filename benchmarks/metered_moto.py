"""A moto server that counts who asked for what, and what it would have cost, with one door for each side.

    python -m benchmarks.metered_moto           prints {"client": URL, "worker": URL} once it listens

Both doors lead to the same state; a call is counted on the side whose door it came through, so nobody's SDK is touched.
GET /__meter/ answers the counts as JSON, GET /__meter/reset answers and forgets them. Connections are kept alive, as
AWS keeps them; DynamoDB answers one call at a time, so its conditional writes are atomic.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from benchmarks.capacity import Item, get_units, index_units, query_units, write_units
from benchmarks.keep_alive import HOST, KeepAliveServer
from infra.local.invocation import ACCOUNT
from infra.local.patches import patch_moto
from infra.local.resources import REGION

SIDES = ("client", "worker")
METER_PATH = "/__meter/"


class Meter:
    """Counts by side; its numbers are one dict that JSON can hold."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Begin again at zero."""
        with self._lock:
            self._calls = {side: Counter[str]() for side in SIDES}
            self._units = {side: Counter[str]() for side in SIDES}
            self._empty_receives = 0

    def read(self) -> dict[str, Any]:
        """Calls by operation, capacity units read and written, empty receives, and the server's own CPU seconds."""
        with self._lock:
            return {
                "calls": self._calls,
                "units": self._units,
                "empty_receives": self._empty_receives,
                "cpu_seconds": time.process_time(),
            }

    def count(self, side: str, operation: str, *, read_units: float, written_units: int, empty_receive: bool) -> None:
        """Count one call."""
        with self._lock:
            self._calls[side][operation] += 1
            self._units[side]["read"] += read_units  # type: ignore[assignment]  # halves are exact
            self._units[side]["written"] += written_units
            self._empty_receives += empty_receive


class MeteredApp:
    """One door: a WSGI app that passes requests on to moto and counts them."""

    _dynamodb = threading.RLock()

    def __init__(self, moto: Callable[..., Any], *, side: str, meter: Meter) -> None:
        self._moto = moto
        self._side = side
        self._meter = meter

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """See PEP 3333."""
        if environ["PATH_INFO"].startswith(METER_PATH):
            return self._told(environ["PATH_INFO"], start_response)
        body = environ["wsgi.input"].getvalue()
        service, _, operation = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
        if service.startswith("DynamoDB"):
            return self._metered_dynamodb(operation, json.loads(body), environ, start_response)
        answer = b"".join(self._moto(environ, start_response))
        empty = operation == "ReceiveMessage" and b'"MessageId"' not in answer
        name = operation or environ["REQUEST_METHOD"]
        self._meter.count(self._side, name, read_units=0, written_units=0, empty_receive=empty)
        return [answer]

    def _metered_dynamodb(
        self, operation: str, request: Mapping[str, Any], environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Any:
        with self._dynamodb:
            touched = _writes_of(operation, request)
            before = [_stored(table, key) for table, key, _ in touched]
            answer = b"".join(self._moto(environ, start_response))
            written = sum(
                _written_units(table, image, _stored(table, key), factor=factor)
                for (table, key, factor), image in zip(touched, before, strict=True)
            )
        read = _read_units(operation, request, answer)
        self._meter.count(self._side, operation, read_units=read, written_units=written, empty_receive=False)
        return [answer]

    def _told(self, path: str, start_response: Callable[..., Any]) -> Any:
        answer = json.dumps(self._meter.read()).encode()
        if path.endswith("reset"):
            self._meter.reset()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]


def _writes_of(operation: str, request: Mapping[str, Any]) -> Sequence[tuple[str, Item, int]]:
    """The items that a call may write: table, key (or the item itself), and what a unit costs there."""
    match operation:
        case "PutItem":
            return [(request["TableName"], request["Item"], 1)]
        case "UpdateItem" | "DeleteItem":
            return [(request["TableName"], request["Key"], 1)]
        case "TransactWriteItems":
            asked = [next(iter(item.values())) for item in request["TransactItems"]]
            return [(one["TableName"], one.get("Key") or one["Item"], 2) for one in asked]
        case "BatchWriteItem":
            return [
                (table, write["PutRequest"]["Item"] if "PutRequest" in write else write["DeleteRequest"]["Key"], 1)
                for table, writes in request["RequestItems"].items()
                for write in writes
            ]
        case _:
            return []


def _written_units(table: str, before: Item | None, after: Item | None, *, factor: int) -> int:
    """A write of a transaction costs double in the table; its index rows cost what they always do."""
    indexes = dynamodb_backends[ACCOUNT][REGION].tables[table].global_indexes
    rows = sum(
        index_units(before, after, keys=index.schema_key_attrs, projected=_projected(index)) for index in indexes
    )
    return factor * write_units(before, after) + rows


def _projected(index: Any) -> Sequence[str] | None:
    kind = (index.projection or {}).get("ProjectionType", "ALL")
    if kind == "ALL":
        return None
    keys = [*index.table_key_attrs, *index.schema_key_attrs]
    return [*keys, *index.projection.get("NonKeyAttributes", ())]


def _read_units(operation: str, request: Mapping[str, Any], answer: bytes) -> float:
    """What a call read. A Query here has no filter: what it read is what it answered."""
    if operation not in ("GetItem", "BatchGetItem", "Query"):
        return 0
    parsed = json.loads(answer)
    consistent = bool(request.get("ConsistentRead"))
    if operation == "GetItem":
        return get_units(parsed.get("Item"), consistent=consistent)
    if operation == "Query":
        return query_units(parsed["Items"], consistent=consistent)
    return sum(
        get_units(item, consistent=bool(request["RequestItems"][table].get("ConsistentRead")))
        for table, items in parsed["Responses"].items()
        for item in items
    )


def _stored(table: str, key: Item) -> Item | None:
    """The item as it is stored now; `key` may hold more than the key."""
    stored: Any = dynamodb_backends[ACCOUNT][REGION].tables[table]
    row = stored.items.get(DynamoType(key[stored.hash_key_attr]))
    if row is not None and stored.has_range_key:
        row = row.get(DynamoType(key[stored.range_key_attr]))
    return None if row is None else {name: value.to_regular_json() for name, value in row.attrs.items()}


def serve() -> dict[str, str]:
    """Start the server in threads of this process; the URL of each side."""
    patch_moto()
    moto, meter = DomainDispatcherApplication(create_backend_app), Meter()
    urls = {}
    for side in SIDES:
        server = KeepAliveServer(MeteredApp(moto, side=side, meter=meter))
        threading.Thread(target=server.serve_forever, name=side, daemon=True).start()
        urls[side] = f"http://{HOST}:{server.server_port}"
    return urls


def main() -> None:
    """Serve until the parent closes this process's standard input."""
    print(json.dumps(serve()), flush=True)
    while os.read(0, 1):
        pass


if __name__ == "__main__":
    main()
