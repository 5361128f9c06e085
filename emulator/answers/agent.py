"""What does the agent do next? From the whole conversation: list, read, look up, record findings, submit, end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import msgspec

from emulator.answers.addressed import addressed_to_ai
from emulator.answers.case_facts import CaseFacts, read_facts
from emulator.answers.case_view import CaseView, view_of_facts
from emulator.answers.conversation import Conversation, ToolUse
from emulator.answers.counsel import advice, gaps
from emulator.answers.findings import Finding, findings_of
from emulator.answers.planted import FALSE_QUOTE, INVENTED_HOSPITAL, plant_in
from emulator.plants import Planted, Plants
from emulator.schema_fill import fill

MOST_PARALLEL_CALLS = 4
MOST_FINDINGS = 12
MOST_SUBMITS = 3
_TOPICS = 2
_FALSE_EVERY = 3
RECORD_FROM_CHARACTERS = 60_000
"""With so much text read, findings are recorded before more is read: a client may drop old results."""
_MUST_END = re.compile(r"submit_analysis now|now[^.]*submit_analysis", re.IGNORECASE)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The next turn: what is said and which tools are called; without calls the turn ends the conversation."""

    text: str
    calls: tuple[tuple[str, Mapping[str, Any]], ...] = ()


class Agent:
    """One decision. `tools` are the tools offered, by name their input schema."""

    def __init__(self, conversation: Conversation, *, tools: Mapping[str, Mapping[str, Any]], plants: Plants) -> None:
        self._said = conversation
        self._tools = tools
        self._plants = plants

    def next_plan(self, *, forced: str | None = None) -> Plan:
        """The next turn; `forced` names the one tool that must be called."""
        if forced:
            return Plan(text="", calls=((forced, self._input(forced)),))
        if _MUST_END.search(self._said.last_said):
            return self._submit() or Plan(text="There is nothing more to submit.")
        crowded = len(self._said.prompt) > RECORD_FROM_CHARACTERS
        reading = (self._record, self._read) if crowded else (self._read,)
        for step in (self._list, *reading, self._look_up, self._record, self._submit):
            plan = step()
            if plan:
                return plan
        return self._any_tool() or Plan(text=str(advice(self._view)["summary"]))

    @cached_property
    def _facts(self) -> CaseFacts:
        return read_facts(self._said.prompt)

    @cached_property
    def _view(self) -> CaseView:
        return view_of_facts(self._facts)

    def _list(self) -> Plan | None:
        if "list_documents" not in self._tools or self._said.of("list_documents"):
            return None
        return Plan(
            text="I will see which documents there are.", calls=(("list_documents", self._input("list_documents")),)
        )

    def _read(self) -> Plan | None:
        if "read_document" not in self._tools:
            return None
        read = {str(use.input.get("document_id")) for use in self._said.settled("read_document")}
        wanted = [{"document_id": found_id} for found_id in self._said.document_ids if found_id not in read]
        inputs = [*self._said.continuations("read_document"), *wanted][:MOST_PARALLEL_CALLS]
        calls = tuple(("read_document", self._input("read_document", **given)) for given in inputs)
        return Plan(text="I will read them.", calls=calls) if calls else None

    def _look_up(self) -> Plan | None:
        calls = [("read_call", self._input("read_call", **given)) for given in self._said.continuations("read_call")]
        for name in ("read_call", "read_guidelines", "search_documents"):
            if name in self._tools and not self._said.settled(name):
                calls += [(name, self._input(name, **given)) for given in self._look_ups(name)]
        return Plan(text="Now the call and the guidelines.", calls=tuple(calls)) if calls else None

    def _look_ups(self, name: str) -> list[dict[str, Any]]:
        if name == "read_guidelines":
            topic = self._tools[name].get("properties", {}).get("topic", {})
            return [{"topic": chosen} for chosen in topic.get("enum", ["eligibility"])[:_TOPICS]]
        if name == "search_documents":
            return [{"query": self._view.diagnosis.split(",")[0][:40] or "MRI"}]
        return [{}]

    def _record(self) -> Plan | None:
        if "record_finding" not in self._tools:
            return None
        calls = []
        for number, finding in enumerate(self._findings()):
            tried = [use for use in self._said.of("record_finding") if _text_of(use) == finding.text]
            if not tried or (len(tried) == 1 and tried[0].is_error):
                quote = finding.other_quote if tried else finding.quote
                calls.append(("record_finding", self._finding_input(finding, self._planted(quote, number))))
        text = "I record what the documents show." if not self._refused() else "I correct the quotes that were refused."
        return Plan(text=text, calls=tuple(calls[:MOST_PARALLEL_CALLS])) if calls else None

    def _findings(self) -> list[Finding]:
        found = findings_of(self._facts, self._view)[:MOST_FINDINGS]
        if "invented_hospitalisations" in self._plants.kinds and found:
            found.append(Finding(text=f"אשפוז: {INVENTED_HOSPITAL} 01/03/2015", line=found[0].line))
        return found

    def _planted(self, quote: str, number: int) -> str:
        invented = "invented_hospitalisations" in self._plants.kinds and number == len(self._findings()) - 1
        misquoted = "false_quotes" in self._plants.kinds and number % _FALSE_EVERY == 0
        if not invented and not misquoted:
            return quote
        kind = "invented_hospitalisations" if invented else "false_quotes"
        self._plants.record([Planted(kind=kind, field=f"findings[{number}]", value=FALSE_QUOTE)])
        return FALSE_QUOTE

    def _refused(self) -> bool:
        return any(use.is_error for use in self._said.of("record_finding"))

    def _finding_input(self, finding: Finding, quote: str) -> Mapping[str, Any]:
        return self._input(
            "record_finding",
            finding=finding.text,
            text=finding.text,
            document_id=finding.line.source_id,
            page=finding.line.page,
            quote=quote,
        )

    def _submit(self) -> Plan | None:
        submits = self._said.of("submit_analysis")
        over = len(submits) >= MOST_SUBMITS or any(use.succeeded for use in submits)
        if "submit_analysis" not in self._tools or over:
            return None
        return Plan(text="I submit the analysis.", calls=(("submit_analysis", self._input("submit_analysis")),))

    def _any_tool(self) -> Plan | None:
        """With tools that this agent does not know, each is called once, the first one first."""
        known = ("list_documents", "read_document", "submit_analysis", "record_finding")
        if self._said.uses or any(name in self._tools for name in known) or not self._tools:
            return None
        name = next(iter(self._tools))
        return Plan(text="I will use a tool.", calls=((name, self._input(name)),))

    def _input(self, name: str, **given: Any) -> Mapping[str, Any]:
        """The tool's input: what is given, and for the submission everything that is known."""
        schema = self._tools.get(name, {})
        if name == "submit_analysis":
            known, planted = plant_in(self._analysis(), kinds=self._plants.kinds, prompt=self._said.prompt)
            self._plants.record(planted)
            return dict(fill(schema, known))
        required = set(schema.get("required", ()))
        wanted = {key: inner for key, inner in schema.get("properties", {}).items() if key in required or key in given}
        return dict(fill({**schema, "type": "object", "properties": wanted}, given))

    def _analysis(self) -> dict[str, Any]:
        recorded = [use for use in self._said.of("record_finding") if use.succeeded]
        texts = [_text_of(use) for use in recorded] or [finding.text for finding in self._findings()[:5]]
        said = advice(self._view)
        level = "strong" if said["claim_rate"] >= 70 else "moderate" if said["claim_rate"] >= 40 else "weak"
        concluded = {
            "eligibility_assessment": said["strategy"],
            "claim_strength": f"{level} - {len(texts)} findings with quotes",
            "key_findings": texts,
        }
        return {
            "form_7801": {"form_version": "1.0", "form_status": "draft", "submission_date": "", **concluded},
            **concluded,
            **said,
            "gaps": gaps(self._view),
            "instructions_to_ai": addressed_to_ai(self._facts),
            "findings": [dict(use.input) for use in recorded],
            "issues": [],
        }


def _text_of(use: ToolUse) -> str:
    return str(use.input.get("finding") or use.input.get("text") or "")
