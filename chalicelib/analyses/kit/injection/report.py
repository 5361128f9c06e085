"""Which sources hold instructions to the model? What the detector finds, and what the model says that it was told.

The detector reads everything, whatever the model does. A model may know an instruction when it reads one, in words no
detector has met; its word counts only where the passage it quotes is in a source.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from chalicelib.analyses.kit.injection.detector import LONGEST_PASSAGE_CHARACTERS, suspect_passage
from chalicelib.analyses.kit.issues import INJECTION_SUSPECTED, Issue, Quote, document_field
from chalicelib.analyses.kit.quotes import Sources
from chalicelib.analyses.kit.untrusted import CALL_ID
from chalicelib.cases.model import Document, DocumentText
from chalicelib.documents.normalise import comparable

MOST_PASSAGES = 50
"""How many passages of a model are looked up."""
SHORTEST_PASSAGE_CHARACTERS = 10
_SPEAKER = re.compile(r"^(?:AI|User):", re.MULTILINE)


def injection_issues(
    texts: Sequence[DocumentText],
    *,
    transcript: str,
    unread: Iterable[Document] = (),
    told_of_call: str = "",
    told_by_model: Iterable[str] = (),
) -> tuple[Issue, ...]:
    """One issue per document, and one for the call, whose text holds instructions to the model.

    A document's name, its type and what its file says of itself are text, too; `unread` are documents of which no more
    is known. `told_of_call` is what earlier analyses said of the call, when the model is shown it. `told_by_model` are
    passages that the model takes for instructions to it. The first suspect passage is quoted.
    """
    issues = [_issue_of_document(text) for text in texts]
    issues += [_issue_of_label(document) for document in unread]
    issues.append(_issue_of_call(transcript, told_of_call))
    found = [issue for issue in issues if issue]
    known = {issue.field for issue in found}
    for issue in _told_issues(told_by_model, texts, transcript):
        if issue.field not in known:
            known.add(issue.field)
            found.append(issue)
    return tuple(found)


def _issue_of_call(transcript: str, told_of_call: str) -> Issue | None:
    passage = suspect_passage(_SPEAKER.sub("", transcript))
    if passage:
        return _issue(CALL_ID, passage, page=1, where="The call")
    told = suspect_passage(told_of_call)
    return _issue(CALL_ID, told, page=0, where="What an earlier analysis says of the call") if told else None


def _issue_of_document(text: DocumentText) -> Issue | None:
    for page in text.pages:
        passage = suspect_passage(page.text)
        if passage:
            return _issue(text.document.id, passage, page=page.number, where=text.document.file_name)
    passage = suspect_passage(text.properties)
    if passage:
        where = f"What {text.document.file_name} says of itself (its title, author or keywords)"
        return _issue(text.document.id, passage, page=0, where=where)
    return _issue_of_label(text.document)


def _issue_of_label(document: Document) -> Issue | None:
    for label, where in ((document.file_name, "A document's name"), (document.document_type, "A document's type")):
        if suspect_passage(label):
            return _issue(document.id, label, page=0, where=where)
    return None


def _issue(document_id: str, passage: str, *, page: int, where: str) -> Issue:
    return Issue(
        field=document_field(document_id),
        code=INJECTION_SUSPECTED,
        message=f"{where} holds text that reads like an instruction to the AI. It was treated as mere text.",
        quotes=(Quote(document_id=document_id, page=page, quote=passage),),
    )


def _told_issues(passages: Iterable[str], texts: Sequence[DocumentText], transcript: str) -> Iterable[Issue]:
    """What the model quotes, where it is."""
    names = {text.document.id: text.document.file_name for text in texts}
    sources = Sources(texts, transcript=transcript)
    for passage in list(passages)[:MOST_PASSAGES]:
        quote = passage.strip()[:LONGEST_PASSAGE_CHARACTERS]
        place = sources.find_anywhere(quote) if len(comparable(quote)) >= SHORTEST_PASSAGE_CHARACTERS else None
        if place:
            where = names.get(place.document_id, "The call")
            yield _issue(place.document_id, quote, page=place.page, where=where)
