"""The time until a fresh function has answered its first poll: the shipped zip, with its bytecode and without."""

from __future__ import annotations

import json
import os
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from benchmarks.jobs import a_job
from benchmarks.keep_alive import HOST, KeepAliveServer
from benchmarks.processes import metered_aws
from chalicelib.adapters.dynamodb.job_items import record_of
from infra.deploy.cold_start import ColdStart, measure
from infra.deploy.package import Package
from infra.local.resources import resource_names

ROUNDS = 5
USER = "poller"
KEY_ID = "k1"


class FreshProcess(msgspec.Struct, frozen=True, kw_only=True):
    """The zip as it ships, and the same zip without bytecode."""

    shipped: ColdStart
    without_bytecode: ColdStart


def measured(package: Package) -> FreshProcess:
    """Medians over `ROUNDS` fresh processes each."""
    with polled_function() as asked, TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.zip"
        _without_bytecode(package.archive.path, bare)
        return FreshProcess(
            shipped=measure(package.archive.path, **asked, rounds=ROUNDS),
            without_bytecode=measure(bare, **asked, rounds=ROUNDS),
        )


@contextmanager
def polled_function() -> Iterator[dict[str, Any]]:
    """What `cold_start.measure` needs to poll a job that is there: its id, a token and a function's environment."""
    now = datetime.now(UTC)
    job = a_job(job_id=str(uuid.uuid4()), user_id=USER, requested_by=USER, created_at=now)
    with metered_aws() as aws, _issuer() as (jwks_url, token):
        resources = resource_names(aws.client_url)
        resources.client("dynamodb").put_item(TableName=resources.jobs_table, Item=record_of(job))
        environment = {
            **resources.environment,
            "STAGE": "staging",
            "JWKS_URL": jwks_url,
            "JWT_ISSUER": "bench",
            "JWT_AUDIENCE": "bench",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": os.environ["PATH"],
        }
        yield {"token": token, "job_id": job.job_id, "environment": environment}


def _without_bytecode(archive: Path, target: Path) -> None:
    with zipfile.ZipFile(archive) as opened, zipfile.ZipFile(target, "w") as bare:
        for name in opened.namelist():
            if not name.endswith(".pyc"):
                bare.writestr(name, opened.read(name))


@contextmanager
def _issuer() -> Iterator[tuple[str, str]]:
    """The URL of a key set, and a token for `USER` signed with its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = {**json.loads(RSAAlgorithm.to_jwk(key.public_key())), "kid": KEY_ID, "alg": "RS256", "use": "sig"}
    answer = json.dumps({"keys": [public]}).encode()

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [answer]

    claims = {"sub": USER, "iss": "bench", "aud": "bench", "exp": datetime.now(UTC) + timedelta(hours=1)}
    token = jwt.encode(claims, key, algorithm="RS256", headers={"kid": KEY_ID})
    server = KeepAliveServer(app)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{HOST}:{server.server_port}/keys", token
    finally:
        server.shutdown()
        server.server_close()
