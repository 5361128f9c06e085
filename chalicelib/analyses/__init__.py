"""The analyses. Each module right in this package is one analysis and defines `ANALYSIS`; adding one adds a job type.

The packages beside them are what they are made of: `kit` is shared by all, the others belong to one analysis each.
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
        if not module.ispkg:
            analysis = importlib.import_module(f"{__name__}.{module.name}").ANALYSIS
            found[analysis.job_type] = analysis
    return MappingProxyType(found)
