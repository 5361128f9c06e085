"""Which providers' SDKs does a process load? A worker loads its own provider's, and everything else loads none."""

from __future__ import annotations

import json
import sys

from benchmarks.processes import Aws, answer_of

SDKS = ("openai", "anthropic")

PROGRAM = """
import json, sys
import app
from chalicelib.bootstrap import system
getattr(system().services, {service!r}, None)
print(json.dumps(sorted({{"openai", "anthropic"}} & set(sys.modules))))
"""


def strangers(aws: Aws) -> dict[str, list[str]]:
    """By process: the SDKs it loaded without needing them. `api` is the app alone."""
    environment = {**aws.environment("worker"), "OPENAI_API_KEY": "none", "ANTHROPIC_API_KEY": "none"}
    found = {}
    for process, needed in (("api", ""), *((sdk, sdk) for sdk in SDKS)):
        code = PROGRAM.format(service=needed or "no_service")
        loaded = answer_of(["-c", code], python=sys.executable, environment=environment)
        if needed and needed not in loaded:
            raise RuntimeError(f"the worker of {needed} did not load it: {json.dumps(loaded)}")
        found[process] = [sdk for sdk in loaded if sdk != needed]
    return found
