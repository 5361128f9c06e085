"""Text of an e-mail as it was saved: its head, its words, those of messages inside; and the names of files inside."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage

from chalicelib.adapters.html_text import shown_text
from chalicelib.adapters.office_problems import UNREADABLE, Unreadable
from chalicelib.documents.plain_text import decoded_text, without_controls
from chalicelib.documents.turned import in_reading_order

MOST_MESSAGES = 20
MOST_FILES = 100
_HEAD = ("From", "To", "Cc", "Date", "Subject")


def mail_text(content: bytes) -> tuple[str, tuple[str, ...]]:
    """The text, and the names of the files that were not read. Raises: Unreadable."""
    try:
        message = email.message_from_bytes(content, policy=email.policy.default)
        texts: list[str] = []
        files: list[str] = []
        _read(message, texts, files)
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError) as exc:
        raise Unreadable(UNREADABLE) from exc
    return "\n\n".join(texts), tuple(files[:MOST_FILES])


def _read(message: EmailMessage, texts: list[str], files: list[str]) -> None:
    """Add the text of a message, then of those inside it."""
    plain: list[str] = []
    html: list[str] = []
    inside: list[EmailMessage] = []
    for part in _leaves(message):
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inside += [one for one in part.get_payload() if isinstance(one, EmailMessage)]
        elif kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
            (html if kind == "text/html" else plain).append(_words(part))
        else:
            files.append(without_controls(part.get_filename() or kind)[:100])
    words = "\n".join(text for text in plain if text.strip()) or "\n".join(shown_text(text) for text in html)
    texts.append(in_reading_order(f"{_head(message)}\n\n{words}".strip()))
    for one in inside:
        if len(texts) < MOST_MESSAGES:
            _read(one, texts, files)
        else:
            files.append("message/rfc822")


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that hold something: texts, files, and messages as a whole."""
    if message.get_content_maintype() != "multipart":
        yield message
        return
    for part in message.iter_parts():
        if isinstance(part, EmailMessage):
            yield from _leaves(part)


def _head(message: EmailMessage) -> str:
    return "\n".join(f"{name}: {_header(str(message[name]))}" for name in _HEAD if message[name])


def _header(value: str) -> str:
    """Some programs write letters into heads as they are: bytes that no standard gives a meaning."""
    raw = value.encode("utf-8", "surrogateescape")
    return value if b"\xef\xbf\xbd" in raw or raw.isascii() else decoded_text(raw) or value


def _words(part: EmailMessage) -> str:
    """The part's text, by its charset when that is one and fits, else by what the bytes are."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    return decoded_text(content, declared=part.get_content_charset()) or content.decode("utf-8", "replace")
