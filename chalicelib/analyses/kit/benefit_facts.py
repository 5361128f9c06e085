"""Which public rules does the benefit have? Topics of `benefit_facts.toml`, each as a text with its source and date."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType


@cache
def benefit_facts() -> Mapping[str, str]:
    """The rules by topic (`medical_disability`, …), as a model reads them."""
    table = tomllib.loads(Path(__file__).with_name("benefit_facts.toml").read_text(encoding="utf-8"))
    origin = f"Source: {table['source']}; as of {table['as_of']}."
    return MappingProxyType(
        {
            topic: "\n".join([f"{row['title']}:", *(f"- {rule}" for rule in row["rules"]), origin])
            for topic, row in table["topics"].items()
        }
    )
