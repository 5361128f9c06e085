"""What does an analysis report besides its answer? Issues: places a lawyer should look at, each with a stable code.

code                            field                 what it says
prompt_injection_suspected      documents/<id>, call  the text holds instructions to the model
document_unreadable             documents/<id>        nothing could be read (the message says why)
document_truncated              documents/<id>, call  only a part was read or analysed
document_missing                documents/<id>        deleted before it could be read; it was left out
document_has_attachments        documents/<id>        a PDF holds other files, which were not read
document_is_xfa                 documents/<id>        a form that only Adobe Reader shows: its values were read
document_awaiting_upload        documents/<id>        its upload has not arrived yet; it was left out
evidence_missing                a form field          filled, and the model named no quote for it
evidence_not_found              a form field          filled, and the quote is not in the named document
evidence_mismatch               a field or finding    the quote is there, but says something else (`params.reason`)
finding_not_in_quote            a finding             shares few words with the lines that it quotes
evidence_in_image               a form field          the quote is on a page without text: only a look can confirm it
evidence_not_verifiable         a finding             the quote is on a page without text: only a look can confirm it
evidence_near                   a field or finding    the quote is nearly, not exactly, what the document says
evidence_sign_unclear           a field or finding    it rests on < or > in Hebrew, which files get wrong: look at it
sources_differ                  a form field          two sources say different things; both quotes are given
condition_suspected             a form field          the model found it suspected, not diagnosed; it is false
condition_unclear               a form field          its quotes are near a denial, a doubt or a relative; it stays
waiver_not_evidenced            a form field          no clear yes of the claimant is behind the consent; set false
other_id_number                 documents/<id>        names an identity number that is not the claimant's
out_of_range                    a number of the call  the model named one outside its range; set to the nearest bound
risk_level_missing              risk_assessment       the model rated no risk
noted_in_call                   call                  what the model noticed besides what it was asked
claimant_past_retirement        date_of_birth         the claimant has reached the age of retirement
analysis_incomplete             claim_rate            the agent stopped before its conclusion; there is no rating
claim_rate_out_of_range         claim_rate            the model rated outside 0 to 100; set to the nearest bound
computed_differently            a form field          a source or the model states another number than code computed
length_not_computable           length_of_stay_days   stated, but the stay's dates do not give it; set to 0
Every other code is a failed check of one field, named after what is wrong (`id_number_invalid`, `dates_out_of_order`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

INJECTION_SUSPECTED = "prompt_injection_suspected"

Weight = Literal["blocking", "check", "info"]
_ORDER: tuple[Weight, ...] = ("blocking", "check", "info")
_BLOCKING = frozenset(
    {
        *("analysis_incomplete", "document_unreadable", INJECTION_SUSPECTED, "id_number_invalid", "other_id_number"),
        *("waiver_not_evidenced", "claimant_not_adult", "claimant_past_retirement", "dates_out_of_order"),
        "date_before_birth",
    }
)
"""The claim must not be filed before somebody has looked at these."""
_INFO = frozenset(
    {
        *(
            "document_awaiting_upload",
            "condition_suspected",
            "out_of_range",
            "claim_rate_out_of_range",
            "noted_in_call",
        ),
        *("computed_differently", "length_not_computable", "employment_end_missing", "date_incomplete"),
        "finding_not_in_quote",
    }
)
"""Good to know; nothing has to be done."""


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """Words of a source, verbatim. `document_id` is "call" for the transcript; pages count from 1."""

    document_id: str
    page: int
    quote: str


class Issue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to look at. `field` is a path (`personal_info.id_number`), `documents/<id>` or `call`."""

    field: str
    code: str
    message: str
    quotes: tuple[Quote, ...] = ()
    params: Mapping[str, str | int | float] = {}
    """What the message says in numbers and names, for a client that has the sentence in its own language."""

    @property
    def weight(self) -> Weight:
        """How much depends on it."""
        return "blocking" if self.code in _BLOCKING else "info" if self.code in _INFO else "check"


def document_field(document_id: str) -> str:
    """The `field` of an issue about a whole source: `call` for the transcript, else `documents/<id>`."""
    return "call" if document_id == "call" else f"documents/{document_id}"


def issues_json(issues: Iterable[Issue]) -> list[dict[str, Any]]:
    """The issues as a result shows them, heaviest first; those that say the same of a field are one, with all quotes.

    `quotes` is there only where there are any.
    """
    merged: dict[tuple[str, str, str], Issue] = {}
    for issue in issues:
        key = (issue.field, issue.code, issue.message)
        before = merged.setdefault(key, issue)
        merged[key] = msgspec.structs.replace(before, quotes=tuple(dict.fromkeys((*before.quotes, *issue.quotes))))
    ordered = sorted(merged.values(), key=lambda issue: _ORDER.index(issue.weight))
    return [_shown(issue) for issue in ordered]


def _shown(issue: Issue) -> dict[str, Any]:
    shown = msgspec.json.decode(msgspec.json.encode(issue), type=dict[str, Any])
    return {**shown, "weight": issue.weight, "params": dict(issue.params)}
