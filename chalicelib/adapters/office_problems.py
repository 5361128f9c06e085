"""What is said of texts with a format that cannot be read."""

from __future__ import annotations

EMPTY = "The document has no words and no pictures: save it again, or export it as a PDF."
NO_WORD_FILE = "The file is not a Word document (.docx): save it as PDF (File, Save as, PDF) and upload that."
LOCKED = "The Word document is protected by a password: upload a copy without one."
TOO_LARGE = "The document is too large to be read: save it as PDF and upload that."
UNREADABLE = "The file cannot be read: save it as PDF (File, Print, Save as PDF) and upload that."
TOO_SLOW = "The document takes too long to read: save it as PDF and upload that."
PROBLEMS = frozenset({EMPTY, NO_WORD_FILE, LOCKED, TOO_LARGE, TOO_SLOW, UNREADABLE})


class Unreadable(Exception):
    """The file is not what its type says, or hostile; the message is the problem to show."""
