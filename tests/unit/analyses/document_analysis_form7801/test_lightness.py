"""The catalogue of analyses loads no SDK and no pydantic: those wait until a job runs."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("openai", "anthropic", "pydantic", "pypdfium2", "PIL")


def test_the_definition_costs_nothing_to_import() -> None:
    program = (
        "import sys, chalicelib.analyses.document_analysis_form7801 as module; module.ANALYSIS;"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
