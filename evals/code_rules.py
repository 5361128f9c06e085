"""What does code make of sentences alone? Consents, conditions that are there, and those that are not; without a model.

The sentences (`sentences.json`) were written to break rules. Of a condition the model's word is given: `diagnosed`
where it is there, else the status that a careful model gives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec

from chalicelib.analyses.document_analysis_form7801.answer import Evidence
from chalicelib.analyses.document_analysis_form7801.conditions import checked_conditions
from chalicelib.analyses.document_analysis_form7801.consent import gives_consent
from chalicelib.analyses.document_analysis_form7801.contradiction import contradicts
from chalicelib.analyses.document_analysis_form7801.facts import DIAGNOSED, flat_answer
from chalicelib.analyses.document_analysis_form7801.fields import (
    DISABILITY_TYPES,
    Kind,
    Leaf,
)
from chalicelib.analyses.document_analysis_form7801.form import Form
from chalicelib.analyses.kit.quotes import Sources

TODAY = date(2026, 11, 30)


class Sentences(msgspec.Struct, frozen=True, kw_only=True):
    """The sets: question and answer, condition and sentence, and the status where the condition is not there.

    The `later_` ones were written before the last change of the rules about conditions, and not looked at for it.
    """

    what_this_is: str
    agreed: tuple[tuple[str, str], ...]
    not_agreed: tuple[tuple[str, str], ...]
    present: tuple[tuple[str, str], ...]
    absent: tuple[tuple[str, str, str], ...]
    plain: tuple[tuple[str, str], ...]
    later_absent: tuple[tuple[str, str, str], ...]
    later_present: tuple[tuple[str, str], ...]


class RuleScore(msgspec.Struct, frozen=True, kw_only=True):
    """How often code did what it must not, of how many sentences; `which` are they."""

    what: str
    of: int
    wrong: int
    which: tuple[str, ...]


@cache
def sentences() -> Sentences:
    """The sets, read once."""
    return msgspec.json.decode(Path(__file__).with_name("sentences.json").read_bytes(), type=Sentences)


def measure_rules(sets: Sentences | None = None) -> tuple[RuleScore, ...]:
    """One row for each rule."""
    given = sets or sentences()
    return (
        _score("a clear yes to the waiver is not seen", given.agreed, lambda one: not _consents(*one)),
        _score("a yes to something else is taken for consent", given.not_agreed, lambda one: _consents(*one)),
        _score("a condition that is there is set to false", given.present, lambda one: not _stays(*one)),
        _score("a condition that is there is reported as doubtful", given.present, lambda one: _is_doubted(*one)),
        _score(
            "a condition that is not there is taken as present without an issue",
            given.absent,
            lambda one: _is_present_unreported(*one),
        ),
        _score(
            "the same, when the model wrongly says diagnosed",
            given.absent,
            lambda one: _is_present_unreported(one[0], one[1], DIAGNOSED),
        ),
        _score(
            "the same, sentences written before the rules and not used for them",
            given.later_absent,
            lambda one: _is_present_unreported(one[0], one[1], DIAGNOSED),
        ),
        _score(
            "a condition that is there is reported as doubtful, sentences of the same kind",
            given.later_present,
            lambda one: _is_doubted(*one),
        ),
        _score("a plain diagnosis is reported as a mismatch", given.plain, lambda one: _is_mismatch(*one)),
    )


def _score(what: str, rows: Sequence[tuple[str, ...]], is_wrong: Any) -> RuleScore:
    wrong = tuple(" | ".join(row) for row in rows if is_wrong(row))
    return RuleScore(what=what, of=len(rows), wrong=len(wrong), which=wrong)


def _consents(question: str, answer: str) -> bool:
    spoken = f"AI: שלום\nUser: שלום\nAI: {question}\nUser: {answer}\nAI: תודה\nUser: להתראות"
    return gives_consent(f"User: {answer}", spoken)


def _stays(condition: str, sentence: str) -> bool:
    return bool(_checked(condition, sentence).form["disability_info"]["disability_types"][condition])


def _is_doubted(condition: str, sentence: str) -> bool:
    return bool(_checked(condition, sentence).issues)


def _is_present_unreported(condition: str, sentence: str, status: str) -> bool:
    """The model's fact as it comes in an answer, read and checked."""
    fact = {"status": status, "quote": sentence, "source": "call", "page": 1}
    nothing = {"status": "not_mentioned", "quote": "", "source": "", "page": 1}
    form = _form_with(condition)
    types = {name: fact if name == condition else nothing for name in form["disability_info"]["disability_types"]}
    answer = flat_answer({"form_7801": {"disability_info": {"disability_types": types}}}, names={})
    present = bool(answer["form_7801"]["disability_info"]["disability_types"][condition])
    return present and not _is_doubted(condition, sentence)


def _checked(condition: str, sentence: str) -> Any:
    path = f"{DISABILITY_TYPES}.{condition}"
    entry = Evidence(field=path, document_id="call", page=1, quote=sentence)
    form = _form_with(condition)
    return checked_conditions(form, [entry], sources=Sources((), transcript=sentence))


def _form_with(condition: str) -> Form:
    from chalicelib.analyses.document_analysis_form7801.answer_schema import ConditionFacts

    types: Mapping[str, bool] = {name: name == condition for name in ConditionFacts.model_fields}
    empty = {
        "personal_info": dict.fromkeys(_members("personal_info"), ""),
        "employment_history": {"employment_records": []},
        "disability_info": {
            "disability_types": dict(types),
            "disability_start_date": "",
            "primary_disability_description": "",
            "treating_physicians": [],
            "hospitalizations": [],
        },
        "bank_details": dict.fromkeys(_members("bank_details"), ""),
        "medical_waiver": {"waiver_accepted": False, "waiver_date": ""},
    }
    return cast(Form, empty)


def _members(section: str) -> list[str]:
    from chalicelib.analyses.document_analysis_form7801.answer_schema import FormFacts

    return list(FormFacts.model_fields[section].annotation.model_fields)  # type: ignore[union-attr]  # a section is a model


def _is_mismatch(condition: str, sentence: str) -> bool:
    leaf = Leaf(path=f"{DISABILITY_TYPES}.{condition}", kind=Kind.FLAG, value=True)
    return contradicts(leaf, sentence, today=TODAY)
