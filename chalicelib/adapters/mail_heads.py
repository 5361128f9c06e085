"""What the head of an e-mail says, in letters: also where its words are coded in a way that no standard allows."""

from __future__ import annotations

import base64
import email.policy
import quopri
import re
from email.message import EmailMessage
from itertools import groupby
from typing import TYPE_CHECKING, Any

from chalicelib.documents.plain_text import decoded_text

if TYPE_CHECKING:
    _Policy = email.policy.EmailPolicy[EmailMessage]
else:
    _Policy = email.policy.EmailPolicy

_CODED_WORD = re.compile(r"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_CODED_WORDS = re.compile(rf"{_CODED_WORD.pattern}(?:\s*{_CODED_WORD.pattern})*", re.IGNORECASE)
_NOT_BASE64 = re.compile("[^A-Za-z0-9+/]")


class LenientPolicy(_Policy):
    """Python's own, whose parser of addresses and parameters fails at some that are cut or empty: those stay as they
    are written, so that they do not cost the whole mail."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """See email.policy.Policy."""
        try:
            return super().header_fetch_parse(name, value)
        except (LookupError, ValueError, TypeError, AttributeError, RecursionError):
            return value


def head_line(message: EmailMessage, name: str) -> str:
    """The value of a line of the head, "" without one. Letters may stand there as they are: bytes that no standard
    gives a meaning."""
    written = next((str(value) for one, value in message.raw_items() if one.lower() == name.lower()), "")
    raw = "".join(written.splitlines()).encode("utf-8", "surrogateescape")
    return _words_decoded(decoded_text(raw) or raw.decode("utf-8", "replace")).strip()


def _words_decoded(text: str) -> str:
    """The text with the words that are coded (RFC 2047) in letters, whatever charset they name. A letter may be cut
    between two of them."""
    return _CODED_WORDS.sub(lambda found: _decoded_run(found[0]), text)


def _decoded_run(run: str) -> str:
    words = [(charset.lower(), _bytes(coding, coded)) for charset, coding, coded in _CODED_WORD.findall(run)]
    joined = (
        (charset, b"".join(content for _, content in same))
        for charset, same in groupby(words, key=lambda word: word[0])
    )
    return "".join(decoded_text(content, declared=charset) or "" for charset, content in joined)


def _bytes(coding: str, coded: str) -> bytes:
    if coding in "qQ":
        return quopri.decodestring(coded.encode(), header=True)
    letters = _NOT_BASE64.sub("", coded)
    return base64.b64decode(letters[: len(letters) - (len(letters) % 4 == 1)] + "==")
