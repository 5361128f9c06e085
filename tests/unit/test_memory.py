"""A worker's memory: what it and the children that open files really took."""

from __future__ import annotations

import json
import subprocess
import sys

from chalicelib import memory

A_WORKER = """
import json, sys
from pathlib import Path
from chalicelib import memory
from chalicelib.adapters.decoder_process import ChildLimits, lines_of_child

large = bytearray(b"x" * 200_000_000)
del large
alone = memory.percent_of(1000)
content = Path("tests/data/sample_case/doc1_orthopaedic_report.he.pdf").read_bytes()
task = {"task": "picture", "pages": [1], "longest": 1600}
limits = ChildLimits(seconds_a_line=60, ends_at=float("inf"))
list(lines_of_child("chalicelib.adapters.pdfium.child", task, content, limits=limits))
print(json.dumps([alone, memory.percent_of(1000), memory.percent_of(500)]))
"""


def test_a_childs_memory_is_counted_without_what_its_parent_had() -> None:
    done = subprocess.run([sys.executable, "-c", A_WORKER], check=True, capture_output=True, text=True)

    alone, together, of_half = json.loads(done.stdout)
    assert 20 < alone < 40  # percent of 1,000 MB: the 200 and Python itself
    assert 2 < together - alone < 15  # the child alone; with its parent's 200 MB it would be more than 20
    assert abs(of_half - 2 * together) < 0.2


def test_a_process_that_has_ended_has_no_memory() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()

    assert memory.high_water_mb(ended.pid) == 0.0
