"""Do two values of one field really differ, or are they only written differently?"""

from __future__ import annotations

from typing import Any

from chalicelib.analyses.document_analysis_form7801.fields import Kind
from chalicelib.analyses.document_analysis_form7801.place_names import name_words
from chalicelib.documents.normalise import same_text


def differ(kind: Kind, first: Any, second: Any) -> bool:
    """True when both cannot be meant as one. Descriptions never differ; a name and a shorter form of it do not,
    nor a town and its abbreviation."""
    if kind is Kind.TEXT or first == second:
        return False
    if not isinstance(first, str) or not isinstance(second, str):
        return True
    if kind is Kind.NAME:
        one, other = set(name_words(first)), set(name_words(second))
        return not (one <= other or other <= one)
    return not same_text(first, second)
