"""The zip that ships has bytecode, nothing that is never read, and the same bytes for the same inputs."""

from __future__ import annotations

import importlib.util
import re
import zipfile
from pathlib import Path

import msgspec
import pytest

from infra.deploy.archive import (
    MOST_ZIPPED_BYTES,
    SERVICES,
    Archive,
    described,
    is_read,
    refuse_too_large,
    write_archive,
)
from infra.problem import Problem

UNCHECKED_HASH = 0b01
SOURCES = {
    "app.py": "from chalicelib import answer\n",
    "chalicelib/__init__.py": "answer = {'one', 'two', 'three'} | {1, 2, 3}\n",
    "botocore/data/dynamodb/2012-08-10/service-2.json": "{}",
    "botocore/data/ec2/2016-11-15/service-2.json": "{}",
}


def chalice_zip(path: Path, *, names: list[str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, SOURCES[name])
    return path


def test_the_same_inputs_give_the_same_bytes_whatever_their_order_and_date(tmp_path: Path) -> None:
    first = chalice_zip(tmp_path / "first.zip", names=sorted(SOURCES))
    second = chalice_zip(tmp_path / "second.zip", names=sorted(SOURCES, reverse=True))

    archives = [write_archive(source, tmp_path / "out" / source.name) for source in (first, second, first)]

    assert len({archive.sha256 for archive in archives}) == 1


def test_a_changed_source_gives_another_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = write_archive(chalice_zip(tmp_path / "a.zip", names=sorted(SOURCES)), tmp_path / "before.zip")
    monkeypatch.setitem(SOURCES, "app.py", "from chalicelib import answer as a\n")

    after = write_archive(chalice_zip(tmp_path / "b.zip", names=sorted(SOURCES)), tmp_path / "after.zip")

    assert after.sha256 != before.sha256


def test_bytecode_is_there_for_this_python_and_is_not_checked_against_its_source(tmp_path: Path) -> None:
    archive = write_archive(chalice_zip(tmp_path / "in.zip", names=sorted(SOURCES)), tmp_path / "out.zip")

    with zipfile.ZipFile(archive.path) as opened:
        code = opened.read("__pycache__/app.cpython-311.pyc")

    assert code[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(code[4:8], "little") == UNCHECKED_HASH
    assert b"/var/task/app.py" in code


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("botocore/data/dynamodb/2012-08-10/service-2.json.gz", True),
        ("botocore/data/endpoints.json", True),
        ("botocore/data/ec2/2016-11-15/service-2.json.gz", False),  # a service that nobody calls
        ("boto3/data/s3/2006-03-01/resources-1.json", False),  # only low-level clients are used
        ("boto3/session.py", True),
        ("opentelemetry_api-1.45.2.dist-info/entry_points.txt", True),  # read when it is imported
        ("opentelemetry_api-1.45.2.dist-info/METADATA", True),
        ("openai-3.54.0.dist-info/RECORD", False),
        ("cryptography/hazmat/bindings/_rust.abi3.so", True),
        ("cryptography/hazmat/bindings/_rust/__init__.pyi", False),
        ("chalicelib/analyses/prompts/call_v2.md", True),
        ("chalicelib/analyses/kit/injection/signs.toml", True),
        ("bin/httpx", False),
    ],
)
def test_only_what_a_function_may_read_is_shipped(name: str, read: bool) -> None:
    assert is_read(name) is read


def test_a_package_that_is_too_large_is_refused_with_what_makes_it_so(tmp_path: Path) -> None:
    archive = described(chalice_zip(tmp_path / "in.zip", names=sorted(SOURCES)))
    large: Archive = msgspec.structs.replace(archive, zipped_bytes=MOST_ZIPPED_BYTES + 1, largest=(("torch", 10**9),))

    refuse_too_large(archive)
    with pytest.raises(Problem, match=r"torch 1000\.0 MB"):
        refuse_too_large(large)


def test_a_source_that_does_not_compile_is_not_packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SOURCES, "app.py", "def\n")

    with pytest.raises(Problem, match=r"does not compile"):
        write_archive(chalice_zip(tmp_path / "in.zip", names=sorted(SOURCES)), tmp_path / "out.zip")


def test_the_definition_of_each_service_that_the_app_speaks_to_ships() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path("chalicelib").rglob("*.py")]
    spoken = {name for text in texts for name in re.findall(r'_?client(?:\(|, )"([a-z0-9]+)"', text)}

    assert {"dynamodb", "sqs", "apigatewaymanagementapi", "lambda", "ssm"} <= spoken
    assert spoken <= SERVICES
