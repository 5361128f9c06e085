"""Progress on a terminal is a bar; elsewhere each change is one line."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from infra.ops.progress import Bars, display_name


def job(**changes: Any) -> Any:
    return {"job_type": "document_analysis_form7801", **changes}


def test_an_analysis_is_called_by_its_title_and_an_unknown_one_by_its_type():
    assert display_name("call_analysis") == "Call analysis"
    assert display_name("letters") == "letters"


def test_without_a_terminal_each_change_of_progress_is_one_line():
    console = Console(file=io.StringIO(), width=160)

    with Bars(console, ["document_analysis_form7801"]) as bars:
        for progress in (10, 10, 40):
            bars.show(job(progress=progress, progress_message=f"[Step] {progress}", done=False))

    assert [line.rstrip() for line in console.file.getvalue().splitlines()] == [
        "Form 7801 analysis  10%  [Step] 10",
        "Form 7801 analysis  40%  [Step] 40",
    ]
