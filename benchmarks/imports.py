"""Which providers' SDKs a process loads: a worker its own provider's, everything else none."""

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
import json, sys
import app
from evals.cases import load_case
from evals.in_process_run import run_analysis
from evals.providers import emulated_models

with emulated_models() as (_, models):
    error = run_analysis(sys.argv[1], load_case("sample_case"), models).error
if error:
    sys.exit(error)
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
