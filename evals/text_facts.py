"""Whether an analysis in words says what it should: the call's and the agent's answers, held against the case's facts.

A case lists facts as regular expressions: what must be mentioned, what must not, which documents must be asked for.
The agent's quotes are looked up again here, in the documents as the text reader gives them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.analyses.kit.quotes import Sources
from chalicelib.analyses.kit.reading import transcript_of
from evals.cases import EvalCase
from evals.in_process_run import Run, read_documents

HIGHEST_PERCENT = 100


class Share(msgspec.Struct, frozen=True):
    """`count` of `total`."""

    count: int = 0
    total: int = 0

    def __str__(self) -> str:
        return f"{self.count}/{self.total}"

    def plus(self, other: Share) -> Share:
        """Both together."""
        return Share(self.count + other.count, self.total + other.total)


class CallScore(msgspec.Struct, frozen=True, kw_only=True):
    """How good a call's analysis is. `in_bounds`: every number that code bounds is within its bounds."""

    asked_for: Share
    mentioned: Share
    forbidden: int
    in_bounds: bool


class AgentScore(msgspec.Struct, frozen=True, kw_only=True):
    """How good the agent's work is. `standing`: findings whose quote is where it says; `read`: documents read."""

    read: Share
    standing: Share
    mentioned: Share


def score_call(case: EvalCase, run: Run) -> CallScore:
    """The call's analysis against `call_analysis_expect`."""
    wanted = case.expected["call_analysis_expect"]
    analysis = run.analysis
    names = [entry["name"] for entry in analysis.get("documents_requested_list", ())]
    text = _text({name: value for name, value in analysis.items() if name not in ("metadata", "issues")})
    chance = analysis.get("chance_of_approval", 0)
    amounts = [analysis.get(name, 0) for name in ("estimated_claim_amount", "monthly_allowance")]
    return CallScore(
        asked_for=_matched(wanted["documents_requested_names_any_of"], names),
        mentioned=_matched(wanted["must_mention"], [text]),
        forbidden=_matched(wanted.get("must_not_mention", ()), [text]).count,
        in_bounds=0 <= chance <= HIGHEST_PERCENT and all(amount >= 0 for amount in amounts),
    )


def score_agent(case: EvalCase, run: Run) -> AgentScore:
    """The agent's analysis against the documents and `_agent_expect` (a case without it expects no facts)."""
    texts = read_documents(case)
    readable = [text for text in texts if text.pages]
    sources = Sources(readable, transcript=transcript_of(case.file))
    findings = run.analysis.get("findings", ())
    standing = [one for one in findings if sources.find(one["quote"], document_id=one["document_id"])]
    wanted = case.expected.get("_agent_expect", {}).get("findings_mention", ())
    said = [f"{one['text']}\n{one['quote']}" for one in findings]
    return AgentScore(
        read=Share(run.result["documents_analyzed"] if run.result else 0, len(readable)),
        standing=Share(len(standing), len(findings)),
        mentioned=_matched(wanted, said),
    )


def score_issues(case: EvalCase, run: Run) -> tuple[Share, list[Mapping[str, Any]]]:
    """Expected issues that were reported, of all expected; and the issues that nobody expected."""
    wanted = [(one["field"], one["code"]) for one in case.expected.get("_expected_issues", ())]
    found = [(one["field"], one["code"]) for one in run.analysis.get("issues", ())]
    beyond = [one for one in run.analysis.get("issues", ()) if (one["field"], one["code"]) not in wanted]
    return Share(sum(one in found for one in wanted), len(wanted)), beyond


def _matched(patterns: Sequence[str], texts: Iterable[str]) -> Share:
    given = list(texts)
    return Share(sum(any(re.search(pattern, text) for text in given) for pattern in patterns), len(patterns))


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "\n".join(_text(member) for member in value.values())
    if isinstance(value, list):
        return "\n".join(_text(member) for member in value)
    return str(value)
