"""A code update reaches the live stack, and the job that runs meanwhile completes all the same.

AWS lets a running invocation end on the old code; MiniStack ends it, so that the job goes on with the new one.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import msgspec

from infra.deploy import deployment
from infra.deploy.archive import described
from infra.deploy.package import Package
from infra.emulated.system import Deployed
from tests.deployed.sample import new_case
from tests.deployed.test_mishaps import RECOVERY_SECONDS

INIT = "chalicelib/__init__.py"


def next_release(package: Package, directory: Path, *, version: str) -> Package:
    """The package with another version in its code, in a directory of its own."""
    directory.mkdir()
    (directory / package.template.name).write_bytes(package.template.read_bytes())
    target = directory / package.archive.path.name
    with zipfile.ZipFile(package.archive.path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if not entry.filename.startswith("chalicelib/__pycache__/__init__."):  # it would hide the new source
                new.writestr(entry, f'__version__ = "{version}"\n' if entry.filename == INIT else old.read(entry))
    return msgspec.structs.replace(package, directory=directory, archive=described(target))


def test_a_job_that_runs_during_an_update_completes(deployed: Deployed, tmp_path: Path) -> None:
    client = deployed.client("updated")
    before = client.ask("GET", "/health").body["version"]
    deployed.model("POST", "/pace", {"seconds": 8})
    job_id = client.start("call_analysis", new_case(client))["job_id"]
    client.until(job_id, lambda job: job["status"] == "running")
    release = next_release(deployed.package, tmp_path / "release", version="99.0.0")

    change_set = deployment.prepare(deployed.stack, release, parameters={})
    deployed.stack.execute(change_set)

    modified = {change.resource for change in change_set.changes if change.action == "Modify"}
    assert modified >= {"APIHandler", "WorkHigh", "WorkNormal", "Rescue"}
    assert "yes" not in {change.replacement for change in change_set.changes}
    assert client.ask("GET", "/health").body["version"] == "99.0.0" != before
    done = client.until_done(job_id, within_seconds=RECOVERY_SECONDS)
    assert done["status"] == "completed"


def test_deploying_the_same_package_again_changes_nothing(deployed: Deployed) -> None:
    deployed.stack.execute(deployment.prepare(deployed.stack, deployed.package, parameters={}))

    change_set = deployment.prepare(deployed.stack, deployed.package, parameters={})

    assert change_set.name is None
