"""Files that are made to kill or to hang whoever opens them cost their own page, and the worker nothing."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
import zlib
from pathlib import Path

import pytest

from chalicelib.adapters.decoder_process import ChildLimits, ChildStopped, lines_of_child
from chalicelib.adapters.pdfium.reader import BLANK, CHILD, DAMAGED
from tests.unit.adapters.pdfs import lines, pdf

SIDE = 30_000
SECONDS = 8.0
MB = 1024


def with_object(content: bytes, old: bytes, new: bytes) -> bytes:
    """The file with one object replaced; every reader mends a cross-reference table that is off."""
    assert old in content
    return content.replace(old, new, 1)


def a_huge_image() -> bytes:
    """A page that draws 30,000 by 30,000 pixels of three colours, 2.7 GB, out of 2.6 MB."""
    squeezer = zlib.compressobj(9)
    row = bytes(3 * SIDE)
    packed = b"".join(squeezer.compress(row) for _ in range(SIDE // 10)) + squeezer.flush()
    head = b"/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8"
    content = pdf(b"q 600 0 0 800 0 0 cm /I1 Do Q", lines("a sound page"), image=True)
    start = content.index(head)
    stream = content.index(b"stream", start)
    end = content.index(b"endstream", stream)
    huge = b"/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/FlateDecode/Length %d>>" % (
        SIDE,
        SIDE,
        len(packed),
    )
    return content[:start] + huge + b"stream\n" + packed + b"\n" + content[end:]


def a_drawing_without_end() -> bytes:
    """A page whose form draws itself 2,000 times 2,000 times."""
    inner = b"BT /F1 12 Tf 50 750 Td " + b"(a) Tj " * 2_000 + b"ET"
    return pdf(b"q " + b"/X1 Do " * 2_000 + b"Q", lines("a sound page"), form=inner)


def nested(depth: int) -> bytes:
    """Dictionaries within dictionaries."""
    content = pdf(lines("the first page"), lines("a sound page"))
    return with_object(content, b"/MediaBox[0 0 600 800]", b"/X " + b"<</X " * depth + b"1" + b">>" * depth)


HOSTILE = {
    "an image of 2.7 GB": a_huge_image,
    "a drawing without end": a_drawing_without_end,
    "dictionaries 100,000 deep": lambda: nested(100_000),
    "a page of 10^9 points": lambda: pdf(lines("x"), lines("a sound page")).replace(
        b"600 800]", b"999999999 999999999]", 1
    ),
    "its own form inside a form": lambda: pdf(b"/X1 Do", lines("a sound page"), form=b"/X1 Do /X1 Do"),
}


READING = """
import json, resource, sys
from pathlib import Path
from chalicelib.adapters.pdfium.reader import PdfReader
from chalicelib.documents.page import ReadLimits

content, reader = Path(sys.argv[1]).read_bytes(), PdfReader(seconds_a_page=float(sys.argv[2]))
text = reader.text(content, limits=ReadLimits(), check=lambda: None)
pictures = reader.pictures(content, [1, 2], longest=800)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
last = text.pages[-1].text if text.pages else None
print(json.dumps({"problem": text.problem, "last": last, "pictures": [*pictures], "peak": peak}))
"""
"""A process of its own: the peak of this one's children is that of everything that the suite has run before."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_costs_no_more_than_itself(name: str, tmp_path: Path) -> None:
    (tmp_path / "hostile.pdf").write_bytes(HOSTILE[name]())
    command = [sys.executable, "-c", READING, str(tmp_path / "hostile.pdf"), str(SECONDS)]
    began = time.monotonic()

    read = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=30 * SECONDS).stdout)

    assert time.monotonic() - began < 8 * SECONDS
    if read["problem"] is None:
        assert read["last"] == "a sound page"
        assert 2 in read["pictures"]
    else:
        assert read["problem"] in (DAMAGED, BLANK)
    assert read["peak"] / MB < 500


def test_a_child_that_dies_is_told_from_a_slow_one() -> None:
    def stopped(module: str, seconds: float) -> ChildStopped:
        limits = ChildLimits(seconds_a_line=seconds, ends_at=time.monotonic() + seconds)
        with pytest.raises(ChildStopped) as raised:
            list(lines_of_child(module, {"task": "text", "first": 1, "last": 9}, pdf(lines("x")), limits=limits))
        return raised.value

    assert not stopped("chalicelib.adapters.no_such_module", 30.0).slow
    assert stopped(CHILD, 0.0).slow


def test_no_child_outlives_a_reading_that_was_stopped() -> None:
    limits = ChildLimits(seconds_a_line=30.0, ends_at=time.monotonic() + 30.0)
    told = lines_of_child(CHILD, {"task": "text", "first": 1, "last": 500}, pdf(*[lines("x")] * 200), limits=limits)
    next(told)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime

    told.close()  # waits for the child, which only a child that was ended allows at once

    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime >= before


def test_a_child_inherits_no_secret_and_no_open_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "what_is_there.py").write_text(
        "import os\n"
        "from chalicelib.adapters.decoder_process import write_line\n"
        "write_line({'environment': sorted(os.environ), 'files': len(os.listdir('/proc/self/fd'))})\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    limits = ChildLimits(seconds_a_line=30.0, ends_at=time.monotonic() + 30.0)

    with (tmp_path / "another.txt").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        [told] = lines_of_child("what_is_there", {}, b"", limits=limits)

    allowed = {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "LD_LIBRARY_PATH", "MALLOC_ARENA_MAX"}
    assert set(told["environment"]) <= {*allowed, "LC_CTYPE"}  # Python sets the last one itself
    assert told["files"] == len(("stdin", "stdout", "stderr", "the list itself"))
