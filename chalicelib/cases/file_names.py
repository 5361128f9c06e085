"""What may a document be called? What a browser sends, without directories and without characters that hide things."""

from __future__ import annotations

import re
import unicodedata

from chalicelib.errors import FieldProblem, InvalidRequest

MAX_FILE_NAME_CHARACTERS = 255

_DIRECTORIES = re.compile(r".*[/\\]", re.DOTALL)
_HIDING = {"Cc", "Cs", "Zl", "Zp"}
# Embeddings, overrides and isolates reorder what is shown ("gpj.exe"); the plain marks LRM and RLM are harmless.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def cleaned_file_name(name: str) -> str:
    """The name to show, 1..255 characters (NFC). It is never part of a storage key.

    Raises: InvalidRequest at `/file_name` when nothing is left, or too much.
    """
    visible = "".join(c for c in name if c not in _REORDERING and unicodedata.category(c) not in _HIDING)
    cleaned = unicodedata.normalize("NFC", _DIRECTORIES.sub("", visible)).strip()
    if not cleaned.strip("."):
        raise _invalid("must name a file")
    if len(cleaned) > MAX_FILE_NAME_CHARACTERS:
        raise _invalid(f"must have at most {MAX_FILE_NAME_CHARACTERS} characters")
    return cleaned


def _invalid(message: str) -> InvalidRequest:
    return InvalidRequest(f"file_name {message}.", problems=[FieldProblem("/file_name", message)])
