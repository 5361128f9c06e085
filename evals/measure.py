"""The whole measurement: the three analyses of every case, and how code stands up to mistakes and attacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from evals.attribution import Attribution, measure_attribution
from evals.cases import EvalCase
from evals.code_rules import RuleScore, measure_rules
from evals.fault_injection import ATTRIBUTION, Planting, plant_everything
from evals.field_mutation import Altered, alter_every_field
from evals.in_process_run import Models, Run, forget_texts, run_analysis
from evals.injection_robustness import Detection, Withstood, detections, withstand_everything
from evals.providers import emulated_models
from evals.scoring import Comparison, Tally, compare_forms, tally
from evals.text_facts import AgentScore, CallScore, Share, score_agent, score_call, score_issues

FORM, AGENT, CALL = "document_analysis_form7801", "document_analysis_agent", "call_analysis"
Say = Callable[[str], None]
FEWEST_MOVED = 0.75


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """How well a form is grounded: quotes that are in their source, and the form's own confidence."""

    standing: Share
    confidence: float


class CaseScore(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one case. A run that failed has an error and nothing to compare."""

    case: str
    about: str
    form_run: Run
    agent_run: Run
    call_run: Run
    comparisons: tuple[Comparison, ...]
    evidence: Evidence
    issues: Share
    beyond: tuple[Mapping[str, Any], ...]
    agent: AgentScore
    call: CallScore

    @property
    def tally(self) -> Tally:
        """The form's fields."""
        return tally(self.comparisons)

    @property
    def runs(self) -> tuple[Run, Run, Run]:
        """The form's, the agent's and the call's."""
        return self.form_run, self.agent_run, self.call_run


class Robustness(msgspec.Struct, frozen=True, kw_only=True):
    """What code does about wrong answers and attacks; always measured on the emulator, which makes them on purpose."""

    plantings: tuple[Planting, ...]
    altered: tuple[Altered, ...]
    withstood: tuple[Withstood, ...]
    detections: tuple[Detection, ...]
    attribution: Attribution = msgspec.field(default_factory=Attribution)
    rules: tuple[RuleScore, ...] = ()

    @property
    def holds(self) -> bool:
        """True when all that was planted was caught (of words in the wrong place, three quarters), and every attack was
        reported and broke nothing."""
        moved = [one for one in self.plantings if one.kind == ATTRIBUTION]
        caught = all(not one.missed for one in self.plantings if one.kind != ATTRIBUTION)
        caught = caught and sum(one.caught for one in moved) >= FEWEST_MOVED * sum(one.planted for one in moved)
        return caught and all(one.reported and not one.broken for one in self.withstood)


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """One whole measurement. `openai_name` and `anthropic_name` say who answered."""

    openai_name: str
    anthropic_name: str
    is_emulated: bool
    cases: tuple[CaseScore, ...]
    robustness: Robustness | None

    @property
    def comparisons(self) -> list[Comparison]:
        """All fields of all cases."""
        return [one for case in self.cases for one in case.comparisons]

    @property
    def cost_usd(self) -> Decimal | None:
        """What the provider took for all cases; None when a price is unknown."""
        return added(run.cost_usd for case in self.cases for run in case.runs)


def measure_cases(cases: Sequence[EvalCase], models_of: Callable[[EvalCase], Models], *, say: Say) -> list[CaseScore]:
    """The three analyses of each case, scored. `models_of` gives the models that answer about a case."""
    scores = []
    for case in cases:
        say(f"{case.name}: the three analyses")
        models = models_of(case)
        scores.append(_score(case, *(_timed(job_type, case, models) for job_type in (FORM, AGENT, CALL))))
    return scores


def measure_robustness(cases: Sequence[EvalCase], *, say: Say) -> Robustness:
    """Planted mistakes, altered fields, attacks and the detector's rates."""
    with emulated_models() as (emulator, models):
        say(f"Planting mistakes in {len(cases)} cases")
        plantings = plant_everything(cases, emulator, models)
        say("Altering every field in turn")
        altered = alter_every_field(cases, models)
        say("Moving every value to other fields of its kind")
        attribution = measure_attribution(cases, models)
        say("Attacking the sample case")
        withstood = withstand_everything(emulator, models)
    return Robustness(
        plantings=tuple(plantings),
        altered=tuple(altered),
        withstood=tuple(withstood),
        detections=tuple(detections()),
        attribution=attribution,
        rules=measure_rules(),
    )


def added(costs: Any) -> Decimal | None:
    """The sum of these costs; None when one of them is unknown."""
    known = list(costs)
    return None if any(cost is None for cost in known) else sum(known, Decimal(0))


def _timed(job_type: str, case: EvalCase, models: Models) -> Run:
    """A run that reads its documents itself, as a job does."""
    forget_texts()
    return run_analysis(job_type, case, models)


def _score(case: EvalCase, form_run: Run, agent_run: Run, call_run: Run) -> CaseScore:
    issues, beyond = score_issues(case, form_run)
    return CaseScore(
        case=case.name,
        about=str(
            case.expected.get("_about", "A back injury at work; a speaker who corrects herself; a refused waiver.")
        ),
        form_run=form_run,
        agent_run=agent_run,
        call_run=call_run,
        comparisons=_comparisons(case, form_run),
        evidence=_evidence(form_run),
        issues=issues,
        beyond=tuple(beyond),
        agent=score_agent(case, agent_run),
        call=score_call(case, call_run),
    )


def _comparisons(case: EvalCase, run: Run) -> tuple[Comparison, ...]:
    """A form that never came about has missed everything."""
    if run.result is None:
        return tuple(
            msgspec.structs.replace(one, found="", verdict="missed")
            for one in compare_forms(case.expected["form_7801"], case.expected)
        )
    return tuple(compare_forms(run.analysis["form_7801"], case.expected))


def _evidence(run: Run) -> Evidence:
    entries = run.analysis.get("evidence", ())
    metadata = run.analysis.get("form_7801", {}).get("metadata", {})
    return Evidence(
        standing=Share(sum(one["verified"] for one in entries), len(entries)),
        confidence=float(metadata.get("document_extraction_confidence", 0)),
    )
