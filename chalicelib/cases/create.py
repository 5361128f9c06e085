"""How does a case begin? Empty, and belonging to whoever creates it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec

from chalicelib.cases.metadata import checked_metadata
from chalicelib.cases.model import Case, CaseStore
from chalicelib.principal import Principal


class NewCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a request for a new case."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    description: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    metadata: Mapping[str, Any] = msgspec.field(default_factory=dict)


def create_case(new: NewCase, *, principal: Principal, store: CaseStore, now: datetime, case_id: str) -> Case:
    """Store a new case that belongs to the caller.

    Raises: InvalidRequest when the metadata is too large.
    """
    case = Case(
        id=case_id,
        user_id=principal.user_id,
        title=new.title,
        description=new.description,
        metadata=checked_metadata(new.metadata),
        created_at=now,
        updated_at=now,
    )
    store.create(case)
    return case
