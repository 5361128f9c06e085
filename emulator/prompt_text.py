"""The text of a prompt: the user's parts of a request as one text, with the text layer of its PDFs."""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Iterable, Mapping
from typing import Any

from emulator.answers.sources import PICTURE

_DOCUMENT = re.compile(r"<document\s+id=\"([^\"]*)\"(?:\s+name=\"([^\"]*)\")?")
_ANNOUNCED = re.compile(r"with the id \"([^\"]+)\"[^\n]*$")


def text_of_input(value: Any) -> str:
    """The text of an OpenAI `input` or `messages`: a string, or messages of strings and parts. Ours is left out."""
    if isinstance(value, str):
        return value
    texts: list[str] = []
    for message in value if isinstance(value, list) else []:
        if isinstance(message, Mapping) and message.get("role", "user") == "user":
            _add_parts(texts, message.get("content"))
    return "\n".join(texts)


def text_of_messages(messages: Iterable[Mapping[str, Any]]) -> str:
    """The text of Anthropic messages: what users wrote and what tools gave back."""
    texts: list[str] = []
    for message in messages:
        if message.get("role") == "user":
            _add_parts(texts, message.get("content"))
    return "\n".join(texts)


def text_of_block(block: Any) -> str:
    """The text of one block of a message, a tool result's content included."""
    texts: list[str] = []
    _add_parts(texts, [block])
    return "\n".join(texts)


def _add_parts(texts: list[str], content: Any) -> None:
    if isinstance(content, str):
        texts.append(content)
    for part in content if isinstance(content, list) else []:
        if not isinstance(part, Mapping):
            continue
        if isinstance(part.get("text"), str):
            texts.append(part["text"])
        elif part.get("type") == "tool_result":
            _add_parts(texts, part.get("content"))
        else:
            texts += _file_text(part, before="\n".join(texts))


def _file_text(part: Mapping[str, Any], *, before: str) -> list[str]:
    """A file as a fenced document: a PDF's text, and a mark for each page that is a picture.

    Its id is the one that the text right before it announces, else that of the document of its name, else that of the
    document named last.
    """
    source = part.get("source") or {}
    data = str(part.get("file_data") or source.get("data") or "")
    name = str(part.get("filename") or part.get("title") or "")
    pages = _pdf_pages(data.rsplit(",", 1)[-1]) or ([PICTURE] if _is_picture(part) else [])
    if not pages:
        return []
    named: list[tuple[str, str]] = _DOCUMENT.findall(before)
    announced = _ANNOUNCED.findall(before)
    same_name = [found_id for found_id, found_name in named if html.unescape(found_name) == name]
    document_id = (announced or same_name or [found_id for found_id, _ in named] or [name])[-1]
    inside = "\n".join(f'<page number="{number}">\n{page or PICTURE}\n</page>' for number, page in enumerate(pages, 1))
    return [f'<document id="{document_id}" name="{html.escape(name)}">\n{inside}\n</document>']


def _is_picture(part: Mapping[str, Any]) -> bool:
    return part.get("type") in ("image", "input_image")


def _pdf_pages(data: str) -> list[str]:
    try:
        content = base64.b64decode(data, validate=True)
    except ValueError:
        return []
    if not content.startswith(b"%PDF"):
        return []
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        return [page.extract_text().strip() for page in PdfReader(io.BytesIO(content)).pages]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError):
        return []
