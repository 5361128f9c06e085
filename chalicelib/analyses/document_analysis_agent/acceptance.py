"""What of the agent's work is accepted? Findings whose quote is where it says, and what rests on such findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from chalicelib.analyses.document_analysis_agent.notebook import Finding, Notebook, Submission
from chalicelib.analyses.document_analysis_agent.tools import RecordFinding, SubmitAnalysis, ToolRefused
from chalicelib.analyses.kit.quotes import Sources
from chalicelib.analyses.kit.reading import Reading
from chalicelib.analyses.kit.scans import illegible_pages
from chalicelib.analyses.kit.untrusted import CALL_ID
from chalicelib.documents.normalise import comparable, same_text

MOST_FINDINGS = 60
SHORTEST_QUOTE_CHARACTERS = 5


class Evidence:
    """The case's sources, to hold findings against."""

    def __init__(self, reading: Reading) -> None:
        self._sources = Sources(reading.texts, transcript=reading.transcript)
        self._illegible = illegible_pages(reading.texts)
        self._ids = [text.document.id for text in reading.texts] + ([CALL_ID] if reading.transcript else [])

    def with_finding(self, notebook: Notebook, wanted: RecordFinding) -> tuple[Notebook, int]:
        """The notebook with this finding, and its number; the same notebook when it holds the finding already.

        Raises: ToolRefused when the quote proves nothing.
        """
        finding = self._proven(wanted, notebook)
        for number, known in enumerate(notebook.findings, start=1):
            if same_text(known.text, finding.text):
                return notebook, number
        if len(notebook.findings) >= MOST_FINDINGS:
            raise ToolRefused("There are enough findings. Call submit_analysis now.")
        after = msgspec.structs.replace(notebook, findings=(*notebook.findings, finding))
        return after, len(after.findings)

    def _proven(self, wanted: RecordFinding, notebook: Notebook) -> Finding:
        """The finding at the place where its quote is."""
        text, quote, document_id = wanted.finding.strip(), wanted.quote.strip(), wanted.document_id
        if document_id not in self._ids:
            raise ToolRefused(f"There is no such source. The ids are: {', '.join(self._ids)}.")
        if len(comparable(quote)) < SHORTEST_QUOTE_CHARACTERS or not text:
            raise ToolRefused("The quote is too short to prove anything: quote the whole phrase.")
        place = self._sources.find(quote, document_id=document_id, page=wanted.page)
        if place:
            return Finding(text=text, document_id=document_id, quote=quote, page=place.page, match=place.match)
        elsewhere = self._sources.find_anywhere(quote)
        if elsewhere:
            raise ToolRefused(f'The quote stands in "{elsewhere.document_id}", page {elsewhere.page}, not here.')
        page = wanted.page or 1
        if page in notebook.shown.get(document_id, ()) and (document_id, page) in self._illegible:
            return Finding(text=text, document_id=document_id, quote=quote, page=page, verified=False, match="image")
        raise ToolRefused(
            "The quote does not stand in this document. Read the page again and copy the words exactly, in the order "
            "in which they stand there; a shorter quote is better than a changed one."
        )


def why_not_submitted(notebook: Notebook, wanted: SubmitAnalysis, *, anything_to_read: bool) -> str | None:
    """What the model is told of a submission that is refused, the first time only; None: it is taken.

    Refused are one before anything was read, and `key_findings` that were never recorded.
    """
    if notebook.submissions:
        return None
    if anything_to_read and not notebook.pages_read and not notebook.not_shown:
        return "You have not read a single document yet. Read them, record findings, then submit."
    if len(_recorded(notebook, wanted.key_findings)) < len(wanted.key_findings):
        return (
            "key_findings may name recorded findings only, exactly as you recorded them. Record what is missing "
            "with its quote, then submit again; what is not recorded by then is left out."
        )
    return None


def with_refused(notebook: Notebook, wanted: SubmitAnalysis) -> Notebook:
    """The notebook with a try that was refused; what is fit of it is kept."""
    return msgspec.structs.replace(
        notebook, refused=_submission(notebook, wanted), submissions=notebook.submissions + 1
    )


def with_readable_members(notebook: Notebook, members: Mapping[str, Any]) -> Notebook:
    """The notebook with a try whose input was not what the tool takes; what could be read of it is kept."""
    recorded = tuple(dict.fromkeys(_recorded(notebook, members.get("key_findings", ()))))
    submission = msgspec.convert({**members, "key_findings": recorded}, type=Submission)
    before = notebook.refused if not members else submission
    return msgspec.structs.replace(notebook, refused=before, submissions=notebook.submissions + 1)


def with_submission(notebook: Notebook, wanted: SubmitAnalysis) -> Notebook:
    """The notebook with the analysis; key findings that were never recorded are left out."""
    return msgspec.structs.replace(
        notebook, submission=_submission(notebook, wanted), submissions=notebook.submissions + 1
    )


def _submission(notebook: Notebook, wanted: SubmitAnalysis) -> Submission:
    return Submission(
        eligibility_assessment=wanted.eligibility_assessment,
        claim_strength=wanted.claim_strength,
        key_findings=tuple(dict.fromkeys(_recorded(notebook, wanted.key_findings))),
        summary=wanted.summary,
        strategy=wanted.strategy,
        claim_rate=wanted.claim_rate,
        recommendations=tuple(wanted.recommendations),
        gaps=tuple(wanted.gaps),
        instructions_to_ai=tuple(wanted.instructions_to_ai),
    )


def _recorded(notebook: Notebook, key_findings: Sequence[str]) -> list[str]:
    """Those of the key findings that are recorded, as they are recorded."""
    recorded = {_key(finding.text): finding.text for finding in notebook.findings}
    return [recorded[_key(text)] for text in key_findings if _key(text) in recorded]


def _key(text: str) -> str:
    return comparable(text).casefold()
