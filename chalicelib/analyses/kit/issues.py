"""What does an analysis report besides its answer? Issues: places a lawyer should look at, each with a stable code.

code                            field                 what it says
prompt_injection_suspected      documents/<id>, call  the text holds instructions to the model; nothing followed them
document_unreadable             documents/<id>        nothing could be read (the message says why)
document_truncated              documents/<id>, call  only a part was read or analysed
document_missing                documents/<id>        deleted, or not uploaded, when it was to be read
document_awaiting_upload        documents/<id>        its upload has not arrived yet; it was skipped
evidence_missing                a form field          filled, and the model named no quote for it
evidence_not_found              a form field          filled, and the quote does not stand in the named document
evidence_mismatch               a form field          the quote stands there, but does not hold the value
evidence_in_image               a form field          the quote is on a page without text: only a look can confirm it
sources_differ                  a form field          two sources say different things; both quotes are given
condition_denied                a form field          its quotes deny or only suspect it, or name a relative; set false
condition_unclear               a form field          its quotes stand beside a denial, a doubt or a relative; it stays
waiver_not_evidenced            a form field          no clear yes of the claimant stands behind the consent; set false
other_id_number                 documents/<id>        names an identity number that is not the claimant's
analysis_incomplete             claim_rate            the agent stopped before its conclusion; there is no rating
claim_rate_out_of_range         claim_rate            the model rated outside 0 to 100; set to the nearest bound
computed_differently            a form field          a source or the model states another number than code computed
length_not_computable           length_of_stay_days   stated, but the stay's dates do not give it; set to 0
Every other code is a failed check of one field, named after what is wrong (`id_number_invalid`, `dates_out_of_order`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

INJECTION_SUSPECTED = "prompt_injection_suspected"


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


def document_field(document_id: str) -> str:
    """The `field` of an issue about a whole source: `call` for the transcript, else `documents/<id>`."""
    return "call" if document_id == "call" else f"documents/{document_id}"


def issues_json(issues: Iterable[Issue]) -> list[dict[str, Any]]:
    """The issues as they stand in a result, in order; those that say the same are one, with the quotes of all.

    `quotes` stands only where there are any.
    """
    told: dict[tuple[str, str, str], Issue] = {}
    for issue in issues:
        before = told.setdefault((issue.field, issue.code, issue.message), issue)
        quotes = tuple(dict.fromkeys((*before.quotes, *issue.quotes)))
        told[issue.field, issue.code, issue.message] = msgspec.structs.replace(before, quotes=quotes)
    return msgspec.json.decode(msgspec.json.encode(list(told.values())), type=list[dict[str, Any]])
