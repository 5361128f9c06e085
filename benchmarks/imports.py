"""Which providers' SDKs does a process load? A worker loads its own provider's, and everything else loads none."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.processes import Aws, answer_of
from chalicelib.analyses import catalogue

API = """
import json, sys
import app
print(json.dumps(sorted({"openai", "anthropic"} & set(sys.modules))))
"""

JOB = """
import json, os, sys
import app
from emulator.server import Emulator
from chalicelib.analyses import catalogue
from tests.fakes.attempt_context import FakeContext
from tests.fakes.sample_case import Providers, sample_texts

with Emulator() as emulator:
    os.environ["ANTHROPIC_BASE_URL"], os.environ["OPENAI_BASE_URL"] = emulator.url, emulator.url + "/v1"
    catalogue()[sys.argv[1]].run(FakeContext(), Providers(emulator).services(texts=sample_texts()[1:]))
print(json.dumps(sorted({"openai", "anthropic"} & set(sys.modules))))
"""


def strangers(aws: Aws) -> Mapping[str, list[str]]:
    """By process, `api` or a job type that has run: the SDKs it loaded that are not its provider's."""
    environment = aws.environment("worker")
    found = {"api": answer_of(["-c", API], environment=environment)}
    for job_type, analysis in catalogue().items():
        loaded = answer_of(["-c", JOB, job_type], environment=environment)
        if analysis.provider not in ("none", *loaded):
            raise RuntimeError(f"{job_type} ran without {analysis.provider}")
        found[job_type] = [sdk for sdk in loaded if sdk != analysis.provider]
    return found
