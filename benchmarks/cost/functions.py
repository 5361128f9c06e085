"""How much memory each function has, which is what its seconds are charged for."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from infra.local.environment import ROOT

API = "api"


def function_mb(name: str) -> int:
    """Megabytes of a function of `.chalice/config.json`; the API's are those of every function that says nothing."""
    config = _config()
    own = {} if name == API else config["lambda_functions"][name]
    return int(own.get("lambda_memory_size", config["lambda_memory_size"]))


def function_gb(name: str) -> float:
    """The same in gigabytes."""
    return function_mb(name) / 1024


@cache
def _config() -> dict[str, Any]:
    config: dict[str, Any] = json.loads((ROOT / ".chalice" / "config.json").read_text(encoding="utf-8"))
    return config
