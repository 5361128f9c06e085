"""Text of an e-mail as it was saved: its head, its words, those of messages inside; and the names of files inside."""

from __future__ import annotations

import email
from codecs import BOM_UTF8
from email.message import EmailMessage

from chalicelib.adapters.html_text import shown_text
from chalicelib.adapters.mail_heads import LenientPolicy, head_line
from chalicelib.adapters.office_problems import UNREADABLE, Unreadable
from chalicelib.documents.plain_text import decoded_text, without_controls
from chalicelib.documents.turned import in_reading_order

MOST_MESSAGES = 20
MOST_FILES = 100
_ENCODINGS = ("base64", "quoted-printable")
_HEAD = ("From", "To", "Cc", "Date", "Subject")


def mail_text(content: bytes) -> tuple[str, tuple[str, ...]]:
    """The text, and the names of the files that were not read. Raises: Unreadable."""
    try:
        message = _parsed(content)
        texts: list[str] = []
        files: list[str] = []
        _read(message, texts, files)
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError) as exc:
        raise Unreadable(UNREADABLE) from exc
    return "\n\n".join(texts), tuple(files[:MOST_FILES])


def _parsed(content: bytes) -> EmailMessage:
    """The message; a mark of UTF-8 and empty lines before its head would make all of it words."""
    return email.message_from_bytes(content.removeprefix(BOM_UTF8).lstrip(b"\r\n"), policy=LenientPolicy())


def _read(message: EmailMessage, texts: list[str], files: list[str]) -> None:
    """Add the text of a message, then of those inside it."""
    inside: list[EmailMessage] = []
    words = _words_of(message, inside, files)
    texts.append(in_reading_order(f"{_head(message)}\n\n{words}".strip()))
    for one in inside:
        if len(texts) < MOST_MESSAGES:
            _read(one, texts, files)
        else:
            files.append("message/rfc822")


def _words_of(part: EmailMessage, inside: list[EmailMessage], files: list[str]) -> str:
    """The words of a part and its parts, in order; messages and files in it are added to the lists."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inside += _messages_in(part)
    elif part.is_multipart() and part.get_content_maintype() == "multipart":
        parts = (one for one in part.iter_parts() if isinstance(one, EmailMessage))
        said = [words for words in (_words_of(one, inside, files) for one in parts) if words.strip()]
        # Alternatives say the same, but some plain ones only that a better program is needed.
        return max(said, key=_count_words, default="") if kind == "multipart/alternative" else "\n".join(said)
    elif part.get_content_disposition() != "attachment" and _holds_words(part):
        return shown_text(_decoded(part)) if kind == "text/html" else _decoded(part)
    else:
        files.append(without_controls(part.get_filename() or kind)[:100])
    return ""


def _holds_words(part: EmailMessage) -> bool:
    """Also of several parts whose boundary is not known: then they are one text."""
    return part.get_content_type() in ("text/plain", "text/html") or part.get_content_maintype() == "multipart"


def _count_words(text: str) -> int:
    return len(text.split())


def _messages_in(part: EmailMessage) -> list[EmailMessage]:
    """The messages of a part; some programs encode them, though no standard allows it."""
    found = [one for one in part.get_payload() if isinstance(one, EmailMessage)]
    encoding = str(part.get("Content-Transfer-Encoding", "")).strip().lower()
    return [_unpacked(one, encoding) if encoding in _ENCODINGS and not one.keys() else one for one in found]


def _unpacked(encoded: EmailMessage, encoding: str) -> EmailMessage:
    """The message that was read as the words of one without a head, because it is encoded."""
    encoded["Content-Transfer-Encoding"] = encoding
    content = encoded.get_payload(decode=True)
    return _parsed(content) if isinstance(content, bytes) else encoded


def _head(message: EmailMessage) -> str:
    lines = ((name, head_line(message, name)) for name in _HEAD)
    return "\n".join(f"{name}: {value}" for name, value in lines if value)


def _decoded(part: EmailMessage) -> str:
    """The part's text, by its charset when that is one and fits, else by what the bytes are."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    return decoded_text(content, declared=part.get_content_charset()) or content.decode("utf-8", "replace")
