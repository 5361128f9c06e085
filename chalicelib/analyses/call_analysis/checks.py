"""What of a call's analysis does code decide? Ranges, the products that are always named, and what must be reported."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.analyses.kit.issues import Issue, issues_json
from chalicelib.analyses.kit.untrusted import CALL_ID
from chalicelib.documents.normalise import comparable

GENERAL_DISABILITY = {
    "name": "תביעת נכות כללית (בל/7801)",
    "reason": "התביעה שלשמה התקיימה השיחה.",
}
_GENERAL_DISABILITY_NAMES = ("נכות כללית", "7801", "general disability")
_AMOUNTS = ("estimated_claim_amount", "monthly_allowance")
_RISK_LEVELS = ("low", "medium", "high")
_PERCENT = 100
_TEXTS = ("degree_funding", "income_tax_exemption", "living_expenses")


def analysis_of(
    answer: Mapping[str, Any],
    *,
    requested: Sequence[Mapping[str, Any]],
    found: Iterable[Issue],
    metadata: Mapping[str, str],
) -> dict[str, Any]:
    """The analysis as the job gives it back: the model's answer, held to what code knows.

    `requested` are the merged requested documents, `found` the issues that code has found already.
    """
    issues = [*found]
    amounts = {name: _amount(answer[name], field=name, issues=issues) for name in _AMOUNTS}
    chance = _percent(answer["chance_of_approval"], field="chance_of_approval", issues=issues)
    _check_risk(answer["risk_assessment"], issues)
    issues += (_remark(remark["message"]) for remark in answer["issues"] if remark["message"].strip())
    return {
        "call_summary": answer["call_summary"],
        "case_summary": answer["case_summary"],
        "documents_requested_list": [dict(entry) for entry in requested],
        "key_legal_points": _each_once(answer["key_legal_points"]),
        "risk_assessment": answer["risk_assessment"],
        **amounts,
        **{name: answer[name] for name in _TEXTS},
        "products": products_with_the_claim(answer["products"]),
        "chance_of_approval": chance,
        "issues": issues_json(issues),
        "metadata": dict(metadata),
    }


def products_with_the_claim(products: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The products, each name once; the general disability claim first when the model has not named it."""
    named: dict[str, dict[str, str]] = {}
    for product in products:
        if product["name"].strip():
            named.setdefault(comparable(product["name"]).casefold(), dict(product))
    if any(known in name for name in named for known in _GENERAL_DISABILITY_NAMES):
        return list(named.values())
    return [dict(GENERAL_DISABILITY), *named.values()]


def _amount(value: float, *, field: str, issues: list[Issue]) -> float:
    if math.isfinite(value) and value >= 0:
        return int(value) if value == int(value) else value
    issues.append(_out_of_range(field, "An amount is at least 0 ILS; 0 was put instead."))
    return 0


def _percent(value: int, *, field: str, issues: list[Issue]) -> int:
    if 0 <= value <= _PERCENT:
        return value
    issues.append(_out_of_range(field, f"A chance is 0 to 100; the model said {value}."))
    return min(max(value, 0), _PERCENT)


def _check_risk(risk: str, issues: list[Issue]) -> None:
    if not risk.strip().casefold().startswith(_RISK_LEVELS):
        message = "The risk is not stated as low, medium or high."
        issues.append(Issue(field="risk_assessment", code="risk_level_missing", message=message))


def _remark(message: str) -> Issue:
    return Issue(field=CALL_ID, code="noted_in_call", message=message.strip())


def _out_of_range(field: str, message: str) -> Issue:
    return Issue(field=field, code="out_of_range", message=message)


def _each_once(points: Sequence[str]) -> list[str]:
    kept: dict[str, str] = {}
    for point in points:
        if point.strip():
            kept.setdefault(comparable(point), point.strip())
    return list(kept.values())
