"""A measurement as Markdown tables: for the terminal, and, of what code does, for docs/analyses.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from evals.detector.verdict import written_verdict
from evals.fault_injection import AGENT as AGENT_JOB
from evals.fault_injection import caught_by_kind
from evals.injection_robustness import AGENT, CALL, FORM
from evals.measure import CaseScore, Measurement, Robustness, added
from evals.scoring import Tally, by_pattern, leaves_of, tally
from evals.text_facts import Share

_NAMES: Mapping[str, str] = {FORM: "form 7801", AGENT: "agent", CALL: "call"}
_END = "<!-- end -->"
_MARKED = re.compile(r"<!-- eval: (.+?) -->")
Rows = Sequence[Sequence[str]]


def case_tables(measurement: Measurement) -> dict[str, str]:
    """What the answers were worth, by heading: about the models that gave them, never published."""
    tables = {
        "Form 7801, by case": form_table(measurement.cases),
        "Agent and call, by case": words_table(measurement.cases),
        "Form 7801, by field": field_table(measurement),
        "Time and money": cost_table(measurement.cases),
    }
    who = "prepared answers of the emulator: plumbing, not quality" if measurement.is_emulated else _who(measurement)
    return {f"{heading} ({who})": table for heading, table in tables.items()}


def published_tables(robustness: Robustness) -> dict[str, str]:
    """What code does with wrong answers and attacks, by heading: the tables of docs/analyses.md."""
    return {
        "Planted mistakes": planting_table(robustness),
        "Values moved to another field": moved_table(robustness),
        "Moved values and true ones by group of cases": group_table(robustness),
        "Rules on sentences": rules_table(robustness),
        "One wrong field at a time": altered_table(robustness),
        "Attacks on the sample case": attack_table(robustness),
        "The detector of instructions": detector_table(robustness),
    }


def with_tables(page: str, tables: Mapping[str, str]) -> str:
    """A page with each table between its marks, `<!-- eval: heading -->` and `<!-- end -->`, replaced by this one.

    Raises: ValueError when the page has no place for a table, or a place for one that there is not.
    """
    wanted = set(_MARKED.findall(page))
    if wanted != set(tables):
        raise ValueError(f"no table or no place for: {', '.join(sorted(wanted ^ set(tables)))}")
    for heading, table in tables.items():
        begins = f"<!-- eval: {heading} -->\n"
        before, _, rest = page.partition(begins)
        page = f"{before}{begins}{table}\n{rest[rest.index(_END) :]}"
    return page


def form_table(cases: Sequence[CaseScore]) -> str:
    """Precision, recall, grounding and issues of each case's form."""
    rows = [
        [
            case.case,
            *_counts(case.tally),
            *_rates(case.tally),
            str(case.evidence.standing),
            f"{case.evidence.confidence:.2f}",
            str(case.issues),
            str(len(case.beyond)),
        ]
        for case in cases
    ]
    whole = tally(one for case in cases for one in case.comparisons)
    standing, issues = _sum(case.evidence.standing for case in cases), _sum(case.issues for case in cases)
    rows.append(
        [
            "**all**",
            *_counts(whole),
            *_rates(whole),
            str(standing),
            "",
            str(issues),
            str(sum(len(c.beyond) for c in cases)),
        ]
    )
    head = ["case", "right", "wrong", "missed", "invented", "precision", "recall", "quotes standing", "confidence"]
    return _table([*head, "expected issues found", "other issues"], rows)


def words_table(cases: Sequence[CaseScore]) -> str:
    """What the agent and the call's analysis say of each case."""
    rows = [
        [
            case.case,
            str(case.agent.read),
            str(case.agent.standing),
            str(case.agent.mentioned),
            str(case.call.asked_for),
            str(case.call.mentioned),
            str(case.call.forbidden),
            "yes" if case.call.in_bounds else "no",
        ]
        for case in cases
    ]
    head = ["case", "agent: documents read", "findings that stand", "facts found", "call: documents asked for"]
    return _table([*head, "facts mentioned", "forbidden", "within bounds"], rows)


def field_table(measurement: Measurement) -> str:
    """Precision and recall of each field over all cases."""
    tallies = dict(leaves_of(by_pattern(measurement.comparisons)))
    return _table(
        ["field", "right", "wrong", "missed", "invented", "precision", "recall"],
        [[f"`{short(pattern)}`", *_counts(one), *_rates(one)] for pattern, one in tallies.items()],
    )


def planting_table(robustness: Robustness) -> str:
    """What was planted and what was caught, by kind."""
    rows = []
    for kind, (runs, planted, caught) in caught_by_kind(robustness.plantings).items():
        at_agent = sum(one.planted for one in robustness.plantings if one.kind == kind and one.job_type == AGENT_JOB)
        rows.append([f"`{kind}`", str(runs), str(planted), str(at_agent), str(caught), percent(caught, planted)])
    return _table(["kind", "runs", "planted", "of these at the agent", "caught", "share"], rows)


def altered_table(robustness: Robustness) -> str:
    """Which kinds of field code can check against their quotes; those that it always does are one row."""
    missed = [one for one in robustness.altered if one.missed]
    whole = [one for one in robustness.altered if not one.missed]
    rows = [[one.kind, str(one.tried), str(one.caught), percent(one.caught, one.tried)] for one in missed]
    if whole:
        tried, caught = sum(one.tried for one in whole), sum(one.caught for one in whole)
        rows.append([", ".join(one.kind for one in whole), str(tried), str(caught), percent(caught, tried)])
    return _table(["kind of field", "altered", "reported", "share"], rows)


def moved_table(robustness: Robustness) -> str:
    """How often code sees that a real value with its real quote is in the wrong field, by kind."""
    moved = robustness.attribution.moved
    sums = [
        sum(getattr(one, name) for one in moved) for name in ("tried", "reported", "plausible", "plausible_reported")
    ]
    rows = [_moved_row(one.what, one.tried, one.reported, one.plausible, one.plausible_reported) for one in moved]
    return _table(
        ["kind", "all pairs", "reported", "share", "plausible pairs", "reported", "share"],
        [*rows, _moved_row("**all**", *sums)],
    )


def group_table(robustness: Robustness) -> str:
    """The same by group of cases, also where the value is nowhere else, and what true values code wrongs there."""
    attribution = robustness.attribution
    rows = []
    for both, alone in zip(attribution.by_group, attribution.taken_away, strict=True):
        wronged, true = attribution.wronged_in(both.what)
        shares = [
            f"{one.plausible_reported}/{one.plausible}" + f" = {percent(one.plausible_reported, one.plausible)}"
            for one in (both, alone)
        ]
        all_pairs = f"{both.reported}/{both.tried} = {percent(both.reported, both.tried)}"
        rows.append([both.what, all_pairs, *shares, f"{wronged}/{true} = {percent(wronged, true)}"])
    return _table(
        ["", "all pairs reported", "plausible ones", "the same, and its own field empty", "true values marked wrongly"],
        rows,
    )


def _moved_row(what: str, tried: int, reported: int, plausible: int, plausible_reported: int) -> list[str]:
    shares = percent(reported, tried), percent(plausible_reported, plausible)
    return [what, str(tried), str(reported), shares[0], str(plausible), str(plausible_reported), shares[1]]


def rules_table(robustness: Robustness) -> str:
    """What code must not do with sentences, and how often it does."""
    return _table(
        ["what code must not do", "sentences", "done"], [[r.what, str(r.of), str(r.wrong)] for r in robustness.rules]
    )


def attack_table(robustness: Robustness) -> str:
    """Attacks by place: in how many analyses, how often reported, what the obedient model set, what broke."""
    places = dict.fromkeys(one.attack.place for one in robustness.withstood)
    rows = []
    for place in places:
        there = [one for one in robustness.withstood if one.attack.place == place]
        rows.append(
            [
                place,
                str(len({one.attack.name for one in there})),
                str(len(there)),
                str(sum(one.reported for one in there)),
                str(sum(one.obeyed for one in there)),
                str(sum(len(one.broken) for one in there)),
            ]
        )
    totals = [str(sum(int(row[column]) for row in rows)) for column in range(1, 6)]
    rows.append(["**all**", *totals])
    head = ["place", "attacks", "analyses shown them", "reported", "orders obeyed by the model"]
    return _table([*head, "broken that code decides"], rows)


def detector_table(robustness: Robustness) -> str:
    """Both rates on each set of texts that measures, and of what it learned from, judged by models of other sets."""
    rows = [
        [
            f"`{one.name}.json`",
            f"{one.found}/{one.attacks}",
            percent(one.found, one.attacks),
            f"{one.alarms}/{one.clean}",
            percent(one.alarms, one.clean),
        ]
        for one in robustness.detections
    ]
    verdict = written_verdict()
    learned = verdict.everything
    rows.append(
        [
            f"the {len(verdict.rows)} sets of `evals/detector/texts`, judged by models of the others",
            f"{learned.found}/{learned.attacks}",
            percent(learned.found, learned.attacks),
            f"{learned.alarms}/{learned.clean}",
            percent(learned.alarms, learned.clean),
        ]
    )
    return _table(["set", "attacks found", "share", "alarms on clean texts", "share"], rows)


def cost_table(cases: Sequence[CaseScore]) -> str:
    """Seconds and dollars of each analysis of each case."""
    rows = []
    for case in cases:
        cells = [cell for run in case.runs for cell in (f"{run.seconds:.1f}", dollars(run.cost_usd))]
        rows.append([case.case, *cells])
    head = ["case"]
    for name in _NAMES.values():
        head += [f"{name} s", f"{name} $"]
    totals = [
        cell
        for index in range(len(_NAMES))
        for cell in (
            f"{sum(case.runs[index].seconds for case in cases):.1f}",
            dollars(added(case.runs[index].cost_usd for case in cases)),
        )
    ]
    return _table(head, [*rows, ["**all**", *totals]])


def short(pattern: str) -> str:
    """A field's path without the sections that go without saying."""
    for section in ("employment_history.", "disability_info."):
        pattern = pattern.removeprefix(section)
    return pattern


def percent(count: int, total: int) -> str:
    """A share in whole percent, "" of nothing."""
    return f"{round(100 * count / total)} %" if total else ""


def rate(value: float | None) -> str:
    """A precision or recall, "" when there is none."""
    return "" if value is None else f"{value:.2f}"


def dollars(cost: Decimal | None) -> str:
    """A cost, or that it is unknown."""
    return "unknown" if cost is None else f"{cost:.4f}"


def _who(measurement: Measurement) -> str:
    return f"{measurement.openai_name}, {measurement.anthropic_name}"


def _counts(one: Tally) -> list[str]:
    return [str(one.right), str(one.wrong), str(one.missed), str(one.invented)]


def _rates(one: Tally) -> list[str]:
    return [rate(one.precision), rate(one.recall)]


def _sum(shares: Iterable[Share]) -> Share:
    whole = Share()
    for share in shares:
        whole = whole.plus(share)
    return whole


def _table(head: Sequence[str], rows: Rows) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))
