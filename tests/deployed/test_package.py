"""The package, made twice from the same sources: the same bytes, all of it compiled, and nothing of ours left out."""

from __future__ import annotations

import zipfile
from pathlib import Path

from infra.deploy.archive import MOST_UNZIPPED_BYTES, MOST_ZIPPED_BYTES
from infra.deploy.package import Package, make_package, own_architecture
from infra.emulated.stack import STAGE
from infra.local.environment import ROOT


def test_the_same_sources_give_the_same_zip_and_template(package: Package) -> None:
    template = package.template.read_bytes()

    again = make_package(stage=STAGE, architecture=own_architecture())

    assert again.archive.sha256 == package.archive.sha256
    assert again.template.read_bytes() == template


def test_the_package_is_within_its_limits(package: Package) -> None:
    assert package.archive.zipped_bytes <= MOST_ZIPPED_BYTES
    assert package.archive.unzipped_bytes <= MOST_UNZIPPED_BYTES


def test_every_module_has_its_bytecode_and_every_file_of_ours_is_there(package: Package) -> None:
    with zipfile.ZipFile(package.archive.path) as opened:
        names = set(opened.namelist())

    modules = [Path(name) for name in names if name.endswith(".py")]
    compiled = [str(path.parent / "__pycache__" / f"{path.stem}.cpython-311.pyc") for path in modules]
    ours = [path for path in (ROOT / "chalicelib").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert [name for name in compiled if name not in names] == []
    assert [path for path in ours if path.relative_to(ROOT).as_posix() not in names] == []
    assert not any(name.startswith(("infra/", "tests/", "moto/")) for name in names)
