"""What ships is what was locked, its licences are known, and known holes stop the gate."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from infra.deploy.archive import write_archive
from infra.deploy.audit import verdict
from infra.deploy.licences import COPIED_FILES, FILE, dependencies, third_party
from infra.deploy.wheels import checked_wheels, pins, refuse_unlocked
from infra.problem import Problem

ROOT = Path(__file__).resolve().parents[4]
REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf-8")
METADATA = """Metadata-Version: 2.4
Name: Some.Package
Version: 1.2
License-Expression: MIT
Project-URL: Homepage, https://some.example

A description with Name: Another
"""


def test_every_pin_of_what_ships_is_locked_with_its_hashes() -> None:
    hashes = (ROOT / "requirements.hashes.txt").read_text(encoding="utf-8")

    refuse_unlocked(REQUIREMENTS, hashes)
    assert hashes.count("--hash=sha256:") >= len(pins(REQUIREMENTS)) > 20


@pytest.mark.parametrize(
    ("locked", "named"),
    [
        ("boto3==1.44.4 \\\n    --hash=sha256:0\nsix==1.17.0", "boto3"),
        ("six==1.17.0 \\\n    --hash=sha256:0", "boto3"),
        ("boto3==1.44.5\nsix==1.17.0\nextra==1", "extra"),
    ],
)
def test_a_pin_that_is_not_locked_stops_the_package(locked: str, named: str) -> None:
    with pytest.raises(Problem, match=rf"{named}.*make lock"):
        refuse_unlocked("Boto3==1.44.5  # via us\nsix==1.17.0", locked)


def test_a_file_with_another_hash_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "index" / "made_up-1.0-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as made:
        made.writestr("made_up-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: made-up\nVersion: 1.0\n")
        made.writestr("made_up-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        made.writestr("made_up-1.0.dist-info/RECORD", "")
    locked = tmp_path / "hashes.txt"
    locked.write_text(f"--no-index\n--find-links {wheel.parent}\nmade-up==1.0 --hash=sha256:{'0' * 64}\n")

    with pytest.raises(Problem, match="not the ones that were locked"):
        checked_wheels(locked, architecture="arm64", directory=tmp_path / "wheels")


def test_the_package_says_whose_work_is_in_it(tmp_path: Path) -> None:
    source = tmp_path / "chalice.zip"
    with zipfile.ZipFile(source, "w") as archive:
        archive.writestr("some_package-1.2.dist-info/METADATA", METADATA)
        archive.writestr("chalice/__init__.py", "")
        archive.writestr("app.py", "")

    made = write_archive(source, tmp_path / "out.zip")

    with zipfile.ZipFile(made.path) as opened:
        page = opened.read(FILE).decode()
    assert "| Some.Package | 1.2 | MIT | https://some.example |" in page
    assert "| chalice | 1.34.0 | Apache" in page
    assert [one.name for one in dependencies(tmp_path)] == []


def test_a_wheel_with_libraries_of_another_licence_has_both_in_its_row(tmp_path: Path) -> None:
    folder = tmp_path / "some_wheel-1.0.dist-info"
    folder.mkdir()
    lgpl = "Classifier: License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)"
    (folder / "METADATA").write_text(f"Name: some_wheel\nVersion: 1.0\nLicense: BSD-3-Clause\n{lgpl}\n\n")

    [found] = dependencies(tmp_path)

    assert found.licence == "BSD-3-Clause, GNU Lesser General Public License v3 (LGPLv3)"


def test_the_page_about_third_parties_names_everything_that_ships() -> None:
    rows = (ROOT / FILE).read_text(encoding="utf-8").splitlines()
    named = {
        row.split(" | ")[0].removeprefix("| ").lower().replace("_", "-"): row.split(" | ")[1]
        for row in rows
        if row.startswith("| ")
    }

    missing = {name: version for name, version in pins(REQUIREMENTS).items() if named.get(name) != version}

    assert missing == {}, "make package WRITE=1"


def test_the_page_about_third_parties_names_files_that_were_copied_here(tmp_path: Path) -> None:
    licences = {
        str(path.relative_to(ROOT).with_suffix(""))
        for path in (ROOT / "chalicelib").rglob("*")
        if path.match("*.LICENSE")
    }
    page = (ROOT / FILE).read_text(encoding="utf-8")

    assert {str(Path(one.path).with_suffix("")) for one in COPIED_FILES} == licences
    assert all((ROOT / one.path).is_file() for one in COPIED_FILES)
    assert page.endswith(third_party(tmp_path).rpartition("\n\n")[2]), "make package WRITE=1"


def report(*found: dict[str, object]) -> bytes:
    return json.dumps({"dependencies": list(found), "fixes": []}).encode()


def test_a_known_hole_stops_the_gate_and_says_which_version_mends_it() -> None:
    hole = {"id": "CVE-2026-1", "fix_versions": ["7.1.1"], "aliases": [], "description": ""}

    lines, code = verdict(report({"name": "pypdf", "version": "7.1.0", "vulns": [hole]}), said="", on="2026-11-30")

    assert (code, lines[0]) == (1, "pypdf 7.1.0: CVE-2026-1, fixed in 7.1.1")


def test_no_known_hole_is_said_with_the_date() -> None:
    lines, code = verdict(report({"name": "six", "version": "1.17.0", "vulns": []}), said="", on="2026-11-30")

    assert (code, list(lines)) == (0, ["1 packages, no known vulnerability on 2026-11-30."])


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (None, "ERROR:pip_audit._cli:Could not connect to OSV"),
        (None, ""),
        (report({"name": "six", "skip_reason": "not found"}), ""),
    ],
)
def test_what_could_not_be_asked_is_not_called_checked(made: bytes | None, said: str) -> None:
    lines, code = verdict(made, said=said, on="2026-11-30")

    assert code == 0
    assert lines[0].startswith("NOT CHECKED on 2026-11-30")
