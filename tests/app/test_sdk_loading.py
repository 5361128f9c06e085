"""Which SDK does a job load? Only its own provider's: importing the other's would cost its cold start a second."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.analyses import catalogue

ROOT = Path(__file__).resolve().parents[2]
RUN_ONE = """
import sys
from chalicelib.analyses import catalogue
from emulator.server import Emulator
from tests.fakes.attempt_context import FakeContext
from tests.fakes.sample_case import Providers, sample_texts

with Emulator() as emulator:
    import os
    os.environ["ANTHROPIC_BASE_URL"], os.environ["OPENAI_BASE_URL"] = emulator.url, emulator.url + "/v1"
    catalogue()[sys.argv[1]].run(FakeContext(), Providers(emulator).services(texts=sample_texts()[1:]))
print(sorted({"openai", "anthropic"} & set(sys.modules)))
"""


@pytest.mark.parametrize("job_type", sorted(name for name, found in catalogue().items() if found.provider != "none"))
def test_a_job_loads_no_sdk_of_the_other_provider(job_type: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN_ONE, job_type], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == f"['{catalogue()[job_type].provider}']"
