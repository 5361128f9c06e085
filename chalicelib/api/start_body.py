"""How may a job be run? The body of a start, what its members may be together, and who may ask for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib.analyses.kit.definition import Analysis
from chalicelib.api.http import Request
from chalicelib.api.parsing import invalid, pointer_to
from chalicelib.api.streams import Notify
from chalicelib.errors import FieldProblem, Forbidden
from chalicelib.jobs.model import Priority

RESERVED_LABELS = frozenset({"case_id", "user_id", "requested_by", "endpoint", "document_count"})
LEAST_COST_USD = 1e-9
MOST_COST_USD = 1e9
"""Limits beyond these two mean the same: every call costs more than the first and less than the second."""

SHORTEST_DEADLINE, USUAL_DEADLINE, LONGEST_DEADLINE = 60, 3600, 21_600
LOW_SHORTEST_DEADLINE, LOW_USUAL_DEADLINE, LOW_LONGEST_DEADLINE = 7200, 43_200, 86_400
"""Seconds; the second line is for priority low."""

START_RULES: Mapping[str, Any] = {
    "if": {"properties": {"priority": {"const": "low"}}, "required": ["priority"]},
    "then": {"properties": {"deadline_seconds": {"minimum": LOW_SHORTEST_DEADLINE}}},
    "else": {"properties": {"deadline_seconds": {"maximum": LONGEST_DEADLINE}}},
}
"""What the body's type cannot say."""

WITHOUT_LOW: Mapping[str, Any] = {"properties": {"priority": {"enum": ["high", "normal"]}}}

LabelText = Annotated[str, Meta(min_length=1, max_length=64)]


class StartBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=False):
    """How a job is to be run; every member has a default."""

    priority: Annotated[
        Priority,
        Meta(
            description=(
                "high: before all others, for admins; low: the model answers within hours, at the provider's discount;"
                " only analyses of OpenAI"
            )
        ),
    ] = "normal"
    deadline_seconds: (
        Annotated[
            int,
            Meta(
                ge=SHORTEST_DEADLINE,
                le=LOW_LONGEST_DEADLINE,
                description=(
                    "Seconds until the job fails if not done: 60 to 21600, 3600 by default; with priority low 7200 to"
                    " 86400, 43200 by default"
                ),
            ),
        ]
        | UnsetType
    ) = UNSET
    max_cost_usd: Annotated[float, Meta(gt=0, description="US dollars the provider calls may cost")] | UnsetType = UNSET
    dedupe: Annotated[
        Literal["active", "none"], Meta(description="active: an open job of the same kind is returned")
    ] = "active"
    labels: Annotated[
        Mapping[LabelText, LabelText],
        Meta(
            max_length=10,
            description="Shown in the job's metadata",
            extra_json_schema={"not": {"anyOf": [{"required": [name]} for name in sorted(RESERVED_LABELS)]}},
        ),
    ] = msgspec.field(default_factory=dict)
    notify: Notify | UnsetType = UNSET

    def __post_init__(self) -> None:
        # The default is part of the body, and so of what an Idempotency-Key identifies.
        if self.deadline_seconds is UNSET:
            usual = LOW_USUAL_DEADLINE if self.priority == "low" else USUAL_DEADLINE
            msgspec.structs.force_setattr(self, "deadline_seconds", usual)

    def problems(self) -> Sequence[FieldProblem]:
        """A deadline that does not suit the priority, and the labels with reserved names."""
        taken = sorted(RESERVED_LABELS.intersection(self.labels))
        reserved = [FieldProblem(pointer_to("labels", name), "is a reserved name; choose another") for name in taken]
        if self.priority == "low" and self.deadline < LOW_SHORTEST_DEADLINE:
            message = f"must be at least {LOW_SHORTEST_DEADLINE} with priority low: the model answers within hours"
        elif self.priority != "low" and self.deadline > LONGEST_DEADLINE:
            message = f"must be an integer <= {LONGEST_DEADLINE}; only with priority low it may be more"
        else:
            return reserved
        return [FieldProblem("/deadline_seconds", message), *reserved]

    @property
    def deadline(self) -> int:
        """`deadline_seconds`, the default applied."""
        return self.deadline_seconds or USUAL_DEADLINE

    @property
    def cost_limit(self) -> Decimal | None:
        """`max_cost_usd` as money that can be stored; None without a limit."""
        if self.max_cost_usd is UNSET:
            return None
        return Decimal(str(min(max(self.max_cost_usd, LEAST_COST_USD), MOST_COST_USD)))


def offers_low(analysis: Analysis) -> bool:
    """Whether the analysis can be started with priority low: its provider must answer later at a discount."""
    return analysis.provider == "openai"


def check_offered(analysis: Analysis, body: StartBody) -> None:
    """Raises: InvalidRequest when the analysis does not offer the priority."""
    if body.priority == "low" and not offers_low(analysis):
        message = "must be high or normal: this analysis' provider has no discount for answers that come later"
        raise invalid(FieldProblem("/priority", message))


def check_priority(request: Request, body: StartBody) -> None:
    """Raises: Forbidden when somebody but an admin asks for the high lane."""
    if body.priority == "high" and not request.principal.is_admin:
        raise Forbidden("Only an admin may start a job with high priority.")
