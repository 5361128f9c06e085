"""What did an earlier analysis say? The texts inside its JSON, without the names of its members, one a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.analyses.kit.issues import INJECTION_SUSPECTED


def told_texts(summary: str) -> str:
    """The texts in a stored summary: a JSON string as analyses write it, or, of older rows, plain text.

    An issue that reports an injection is left out: it quotes what it reports.
    """
    try:
        value = msgspec.json.decode(summary)
    except msgspec.DecodeError:
        return summary
    return "\n".join(_texts(value))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        if value.get("code") != INJECTION_SUSPECTED:
            for member in value.values():
                yield from _texts(member)
    elif isinstance(value, Sequence):
        for member in value:
            yield from _texts(member)
