"""Untrusted text as a model is given it: inside tags that nothing in the text can close.

    <document id="…" name="…">
    <page number="1">
    …text…
    </page>
    </document>
    <call id="call">
    AI: …
    User: …
    </call>

The prompts say that everything inside these tags is data. That holds because `<` before a tag's name (also in
capitals, with white space or invisible characters in between) is replaced in the text by `‹`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chalicelib.documents.page import Page

CALL_ID = "call"
_TAGS = ("document", "page", "call", "tool")
_INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f"
_GAP = f"[\\s{_INVISIBLE}]*+"  # possessive: what a gap has taken it never gives back, or long gaps take hours
_OPENS_TAG = re.compile(
    f"<(?={_GAP}/?{_GAP}(?:" + "|".join(_GAP.join(name) for name in _TAGS) + r")(?![a-z0-9_]))", re.IGNORECASE
)
_NOT_IN_ATTRIBUTE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def neutralise(text: str) -> str:
    """The text with every `<` that could open or close a tag replaced by `‹`; all else is left as it is."""
    return _OPENS_TAG.sub("‹", text)


def wrap_document(document_id: str, *, name: str, pages: Sequence[Page]) -> str:
    """A document's pages in their tags; pages without text are left out."""
    inside = "\n".join(
        f'<page number="{page.number}">\n{neutralise(page.text).strip()}\n</page>'
        for page in pages
        if page.text.strip()
    )
    return f'<document id="{_attribute(document_id)}" name="{_attribute(name)}">\n{inside}\n</document>'


def wrap_call(transcript: str) -> str:
    """A call's transcript (`AI:` and `User:` lines) in its tag."""
    return f'<call id="{CALL_ID}">\n{neutralise(transcript).strip()}\n</call>'


def wrap_tool(name: str, output: str) -> str:
    """What a tool or an earlier analysis put out, in its tag."""
    return f'<tool name="{_attribute(name)}">\n{neutralise(output).strip()}\n</tool>'


def _attribute(value: str) -> str:
    plain = _NOT_IN_ATTRIBUTE.sub(" ", value)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
