"""Pages that the model was shown, and those that it could not be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chalicelib.analyses.kit.issues import Issue
from chalicelib.analyses.kit.llm import FilePart, Part
from chalicelib.analyses.kit.scans import files_of, not_shown_issue
from chalicelib.cases.model import CaseReader, Document, DocumentText


class Files:
    """Makes pictures of pages, and remembers which there were. `texts` are the documents that have pages to show."""

    def __init__(self, cases: CaseReader, texts: Iterable[DocumentText]) -> None:
        self._cases = cases
        self._documents = {text.document.id: text.document for text in texts}
        self._shown: set[tuple[str, int]] = set()
        self._gone: dict[str, Document] = {}
        self._not_shown: dict[str, set[int]] = {}
        self._loaded: list[tuple[FilePart, str, int]] = []

    def load(self, document: Document, pages: Sequence[int]) -> Mapping[int, FilePart]:
        """Pictures of these pages; those that cannot be made are left out, all of a document that is gone."""
        files = files_of(document, pages, self._cases)
        self._loaded += [(file, document.id, page) for page, file in files.items()]
        self.remember(document.id, shown=files, asked=pages)
        return files

    def remember(self, document_id: str, *, shown: Iterable[int], asked: Iterable[int]) -> None:
        """Note which of the pages of a document that were to be shown have been."""
        seen = set(shown)
        missing = set(asked) - seen
        self._shown.update((document_id, number) for number in seen)
        if not missing:
            return
        document = self._documents[document_id]
        if not seen and self._cases.version(document) is None:
            self._gone[document_id] = document
        else:
            self._not_shown.setdefault(document_id, set()).update(missing)

    def refuse(self, part: Part) -> None:
        """Note that the provider could not open this file, after all."""
        for file, document_id, page in self._loaded:
            if file is part:
                self._shown.discard((document_id, page))
                self._not_shown.setdefault(document_id, set()).add(page)

    def release(self) -> None:
        """Let the files go that were loaded: their question has been asked."""
        self._loaded.clear()

    @property
    def shown(self) -> frozenset[tuple[str, int]]:
        """The scanned pages that the model saw: document id and number."""
        return frozenset(self._shown)

    @property
    def gone(self) -> tuple[Document, ...]:
        """The documents whose files were gone."""
        return tuple(self._gone.values())

    @property
    def unseen(self) -> tuple[Document, ...]:
        """The documents of which the model was to see something and saw nothing."""
        seen = {document_id for document_id, _ in self._shown}
        return tuple(self._documents[one] for one in {**self._gone, **self._not_shown} if one not in seen)

    def issues(self, *, without: Iterable[Document]) -> tuple[Issue, ...]:
        """What to say of pages that could not be shown, of documents other than these."""
        deleted = {document.id for document in without}
        return tuple(
            not_shown_issue(self._documents[document_id], sorted(pages))
            for document_id, pages in self._not_shown.items()
            if document_id not in deleted
        )
