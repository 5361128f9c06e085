"""The catalogue of analyses. A package in here that exports `ANALYSIS` is one analysis; adding one adds a job type.

`kit` is what they share.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from chalicelib.analyses.kit.definition import Analysis


@cache
def catalogue() -> Mapping[str, Analysis]:
    """Every analysis by its job type. Importing them is cheap: SDKs and pydantic load when one runs."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        analysis = getattr(importlib.import_module(f"{__name__}.{module.name}"), "ANALYSIS", None)
        if analysis is not None:
            found[analysis.job_type] = analysis
    return MappingProxyType(found)
