"""What comes out of the analysis of this call? From its transcript, or from the analyses of its parts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from emulator.answers.addressed import addressed_to_ai
from emulator.answers.case_facts import CaseFacts
from emulator.answers.case_view import CaseView, view_of_facts
from emulator.answers.counsel import claim_rate, legal_points, summary
from emulator.answers.requested import requested_documents
from emulator.extract.sources import LONGEST_QUOTE_CHARACTERS
from emulator.extract.speech import answers, sentences

_TOOL = re.compile(r"<tool name=\"(?P<name>[^\"]*)\">\s*(?P<text>.*?)\s*</tool>", re.DOTALL)
_LONGEST_SUMMARY_SENTENCES = 8
_TELLING = re.compile(
    r"\d|כאב|פריצ|נפל|הרמתי|תאונ|ניתוח|אשפוז|בית (?:ה)?חולים|רופא|ד\"ר|עבד|לשבת|לעמוד|בוכה|דיכאון|חרדה|אובחנ"
    r"|pain|fell|accident|surgery|hospital|doctor|Dr|work|sit|stand|diagnos",
    re.IGNORECASE,
)


def call_answer(facts: CaseFacts, prompt: str) -> dict[str, Any]:
    """The analysis of a transcript; `prompt` holds which documents were asked for before."""
    requested = requested_documents(facts.sources, hebrew=facts.is_hebrew, asked_before=_asked_before(prompt))
    view = view_of_facts(facts)
    chance = claim_rate(view)
    told = _call_summary(facts, summary(view))
    return {
        "call_summary": told,
        "case_summary": summary(view),
        "summary": told,
        "documents_requested_list": [msgspec.to_builtins(document) for document in requested],
        "key_legal_points": legal_points(view),
        "risk_assessment": _risk(view, chance),
        "estimated_claim_amount": 0,
        "monthly_allowance": 0,
        "degree_funding": "",
        "income_tax_exemption": "",
        "living_expenses": "",
        "products": _products(view),
        "chance_of_approval": chance,
        "issues": _remarks(facts, view),
        "instructions_to_ai": addressed_to_ai(facts),
    }


def partial_answers(prompt: str) -> list[dict[str, Any]]:
    """The analyses of parts that a prompt holds in its tool fences; [] when it holds none."""
    found = []
    for match in _TOOL.finditer(prompt):
        try:
            value = json.loads(match.group("text"))
        except ValueError:
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def combined(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One analysis of several: texts follow each other, lists are joined without repeats, the later number wins."""
    whole: dict[str, Any] = {}
    for part in parts:
        for name, value in part.items():
            whole[name] = _joined(whole.get(name), value)
    return whole


def _joined(before: Any, value: Any) -> Any:
    if isinstance(value, list) and isinstance(before, list):
        return before + [entry for entry in value if entry not in before]
    if isinstance(value, str) and isinstance(before, str) and before != value:
        return f"{before} {value}".strip()
    return before if before and not value else value


def _asked_before(prompt: str) -> list[str]:
    return [
        line.strip()
        for match in _TOOL.finditer(prompt)
        if not match.group("text").startswith("{")
        for line in match.group("text").splitlines()
        if line.strip()
    ]


def _call_summary(facts: CaseFacts, lead: str) -> str:
    """The case in short, then what the claimant said, in their own sentences."""
    told = [
        sentence
        for answer in answers(facts.sources)
        for sentence in sentences(answer.corrected)
        if _TELLING.search(sentence) and len(sentence) > 15
    ]
    step = max(1, len(told) // _LONGEST_SUMMARY_SENTENCES)
    kept = [sentence[:LONGEST_QUOTE_CHARACTERS] for sentence in told[::step][:_LONGEST_SUMMARY_SENTENCES]]
    return " ".join([lead, *(f"{sentence}." for sentence in kept)])


def _risk(view: CaseView, chance: int) -> str:
    level = "low" if chance >= 70 else "medium" if chance >= 40 else "high"
    why = view.say(
        hebrew=f"{len(view.conditions)} סוגי ליקויים נמסרו, סיכוי מוערך {chance}%",
        english=f"{len(view.conditions)} kinds of impairment reported, estimated chance {chance} %",
    )
    return f"{level} - {why}"


def _products(view: CaseView) -> list[dict[str, str]]:
    products = [
        {
            "name": view.say(hebrew="תביעת נכות כללית (בל/7801)", english="General disability claim (7801)"),
            "reason": view.say(hebrew="התביעה שלשמה התקיימה השיחה", english="What the call is about"),
        }
    ]
    if view.at_work:
        onset = view.day(view.onset)
        reason = view.say(hebrew=f"האירוע קרה בעבודה {onset}", english=f"It happened at work {onset}").strip()
        products.append({"name": view.say(hebrew="תביעה לנפגעי עבודה", english="Work injury claim"), "reason": reason})
    return products


def _remarks(facts: CaseFacts, view: CaseView) -> list[dict[str, str]]:
    """What a speaker took back."""
    return [
        {
            "field": "call",
            "code": "self_correction",
            "message": view.say(hebrew="תיקון בדברי הדובר: ", english="The speaker corrected: ") + answer.text,
        }
        for answer in answers(facts.sources)
        if answer.corrected != answer.text
    ]
