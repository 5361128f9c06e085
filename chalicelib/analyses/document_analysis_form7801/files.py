"""Which files did the model get to look at, and which could it not be given?"""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.analyses.kit.issues import Issue
from chalicelib.analyses.kit.llm import FilePart, Part
from chalicelib.analyses.kit.scans import Excerpt, file_of, not_shown_issue, shown_pages
from chalicelib.cases.model import CaseReader, Document, DocumentText


class Files:
    """Loads files for the model, and remembers which there were. `texts` are the documents that have pages to show."""

    def __init__(self, cases: CaseReader, texts: Iterable[DocumentText]) -> None:
        self._cases = cases
        self._texts = {text.document.id: text for text in texts}
        self._shown: set[tuple[str, int]] = set()
        self._gone: dict[str, Document] = {}
        self._uncut: dict[str, set[int]] = {}
        self._loaded: list[tuple[FilePart, Document, Excerpt]] = []

    def load(self, document: Document, excerpt: Excerpt) -> FilePart | None:
        """The file of an excerpt; None when the document is gone, or its pages cannot be taken out of it."""
        file = file_of(excerpt, document, self._cases)
        pages = shown_pages(excerpt, self._texts[document.id])
        if file is not None:
            self._loaded.append((file, document, excerpt))
            self._shown.update((document.id, page) for page in pages)
        elif excerpt.is_whole or self._cases.content(document) is None:
            self._gone[document.id] = document
        else:
            self._uncut.setdefault(document.id, set()).update(pages)
        return file

    def refuse(self, part: Part) -> None:
        """Note that the provider could not open this file, after all."""
        for file, document, excerpt in self._loaded:
            if file is part:
                pages = shown_pages(excerpt, self._texts[document.id])
                self._shown.difference_update((document.id, page) for page in pages)
                self._uncut.setdefault(document.id, set()).update(pages)

    @property
    def shown(self) -> frozenset[tuple[str, int]]:
        """The scanned pages that the model saw: document id and number."""
        return frozenset(self._shown)

    @property
    def gone(self) -> tuple[Document, ...]:
        """The documents whose files were not there any more."""
        return tuple(self._gone.values())

    @property
    def unseen(self) -> tuple[Document, ...]:
        """The documents of which the model was to see something and saw nothing."""
        seen = {document_id for document_id, _ in self._shown}
        return tuple(self._texts[one].document for one in {**self._gone, **self._uncut} if one not in seen)

    def issues(self, *, without: Iterable[Document]) -> tuple[Issue, ...]:
        """What to say of pages that could not be taken out of their files, of documents other than these."""
        deleted = {document.id for document in without}
        return tuple(
            not_shown_issue(self._texts[document_id].document, sorted(pages))
            for document_id, pages in self._uncut.items()
            if document_id not in deleted
        )
