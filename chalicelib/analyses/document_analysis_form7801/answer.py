"""What did the model say? Its answer as our own values: the form normalised, every path one that the form has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

import msgspec

from chalicelib.analyses.document_analysis_form7801.fields import canonical_path, value_at
from chalicelib.analyses.document_analysis_form7801.form import Form
from chalicelib.analyses.document_analysis_form7801.normalise import normalised_form
from chalicelib.analyses.kit.issues import Issue, Quote


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A quote for a field. `field` is a path in the form; `document_id` is "call" for the transcript."""

    field: str
    document_id: str
    page: int
    quote: str

    @property
    def as_quote(self) -> Quote:
        """The words alone."""
        return Quote(document_id=self.document_id, page=self.page, quote=self.quote)


class Contradiction(Evidence, frozen=True, kw_only=True):
    """What another source says about a filled field, as the model wrote it down."""

    value: str

    @property
    def as_evidence(self) -> Evidence:
        """The same words, as evidence for their own value."""
        return Evidence(field=self.field, document_id=self.document_id, page=self.page, quote=self.quote)


Entry = TypeVar("Entry", bound=Evidence)


class Extracted(msgspec.Struct, frozen=True, kw_only=True):
    """What was read from sources: the form that sources can fill, the words it rests on, and what merging reports."""

    form: Form
    evidence: tuple[Evidence, ...]
    contradictions: tuple[Contradiction, ...]
    issues: tuple[Issue, ...] = ()


def extracted(answer: Mapping[str, Any], *, today: date) -> Extracted:
    """What `facts.flat_answer` gives, as our values. Evidence for a place that the form does not have is dropped."""
    form = normalised_form(answer["form_7801"], today=today)
    return Extracted(
        form=form,
        evidence=tuple(_placed(answer["evidence"], Evidence, form)),
        contradictions=tuple(_placed(answer["contradictions"], Contradiction, form)),
    )


def _placed(rows: Iterable[Mapping[str, Any]], entry: type[Entry], form: Form) -> Iterable[Entry]:
    for row in rows:
        path = canonical_path(row["field"])
        if path is not None and _exists(form, path):
            yield entry(**{**row, "field": path})


def _exists(form: Form, path: str) -> bool:
    try:
        value_at(form, path)
    except (LookupError, TypeError):
        return False
    return True
