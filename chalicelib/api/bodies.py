"""What may be sent? The bodies and queries of all routes; those of cases and documents stand with their use cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.analyses import catalogue
from chalicelib.api.parsing import pointer_to
from chalicelib.errors import FieldProblem
from chalicelib.jobs.model import Priority, Status

RESERVED_LABELS = frozenset({"case_id", "user_id", "requested_by", "endpoint", "document_count"})
LEAST_COST_USD = 1e-9
MOST_COST_USD = 1e9
"""Limits outside of these say the same as these: nothing is that cheap, nothing that dear."""

LabelText = Annotated[str, Meta(min_length=1, max_length=64)]
Limit = Annotated[int, Meta(ge=1, le=100)]
Cursor = Annotated[str, Meta(description="`next_cursor` of the page before, with the same filters")]
Scope = Annotated[
    Literal["all", "mine"],
    Meta(description="mine: of my cases or started by me. Admins default to all, which nobody else may ask for"),
]


class StartBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=False):
    """How a job is to be run; every member has a default."""

    priority: Priority = "normal"
    deadline_seconds: Annotated[int, Meta(ge=60, le=21600, description="Seconds until the job fails if not done")] = (
        3600
    )
    max_cost_usd: Annotated[float, Meta(gt=0, description="US dollars the provider calls may cost")] | UnsetType = UNSET
    dedupe: Annotated[
        Literal["active", "none"], Meta(description="active: an open job of the same kind is the answer")
    ] = "active"
    labels: Annotated[
        Mapping[LabelText, LabelText],
        Meta(
            max_length=10,
            description="Shown in the job's metadata",
            extra_json_schema={"not": {"anyOf": [{"required": [name]} for name in sorted(RESERVED_LABELS)]}},
        ),
    ] = msgspec.field(default_factory=dict)

    def problems(self) -> Sequence[FieldProblem]:
        """The labels whose names are ours."""
        taken = sorted(RESERVED_LABELS.intersection(self.labels))
        return [FieldProblem(pointer_to("labels", name), "is a reserved name") for name in taken]

    @property
    def cost_limit(self) -> Decimal | None:
        """`max_cost_usd` as money that can be stored; None without a limit."""
        if self.max_cost_usd is UNSET:
            return None
        return Decimal(str(min(max(self.max_cost_usd, LEAST_COST_USD), MOST_COST_USD)))


class CancelBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """There is nothing to say beside the request itself: no body and {} are the same."""


class JobListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which jobs, how many, and from where on."""

    status: Status | UnsetType = UNSET
    job_type: Annotated[str, Meta(extra_json_schema={"enum": [*catalogue()]})] | UnsetType = UNSET
    case_id: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,64}$")] | UnsetType = UNSET
    limit: Limit = 20
    cursor: Cursor | UnsetType = UNSET
    scope: Scope | UnsetType = UNSET


class CaseListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases, how many, and from where on."""

    limit: Limit = 20
    cursor: Cursor | UnsetType = UNSET
    scope: Scope | UnsetType = UNSET


class JobQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How the result is to come: inline, or as a link."""

    result: Annotated[
        Literal["link", "inline"],
        Meta(description="link: as a URL that is good for 15 minutes, as larger ones always are"),
    ] = "inline"


class EventsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """After which event; seq counts from 1."""

    after: Annotated[int, Meta(ge=0, le=2**53, description="Only events with a greater seq")] = 0


class HealthQuery(msgspec.Struct, frozen=True, kw_only=True):
    """With deep=1 the table, the queue and the bucket are asked too; that needs an admin."""

    deep: Literal["0", "1"] = "0"
