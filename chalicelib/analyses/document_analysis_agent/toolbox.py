"""What does a tool call give back? Executes the agent's tools on one case; an error says what the model can do then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from chalicelib.analyses.document_analysis_agent.acceptance import (
    Evidence,
    why_not_submitted,
    with_readable_members,
    with_refused,
    with_submission,
)
from chalicelib.analyses.document_analysis_agent.notebook import Notebook, Shown
from chalicelib.analyses.document_analysis_agent.passages import Passage, passage_of, text_from
from chalicelib.analyses.document_analysis_agent.search import search
from chalicelib.analyses.document_analysis_agent.showing import FilesOf, note_of, with_shown
from chalicelib.analyses.document_analysis_agent.tools import (
    INPUTS,
    ListDocuments,
    ReadCall,
    ReadDocument,
    ReadGuidelines,
    RecordFinding,
    SearchDocuments,
    SubmitAnalysis,
    ToolInput,
    ToolRefused,
    parsed,
    readable_members,
)
from chalicelib.analyses.kit.llm import ToolCall
from chalicelib.analyses.kit.reading import Reading, pages_to_show
from chalicelib.analyses.kit.scans import Excerpt
from chalicelib.analyses.kit.untrusted import CALL_ID, wrap_call, wrap_document, wrap_tool
from chalicelib.cases.model import Document, DocumentText
from chalicelib.documents.page import Page
from chalicelib.jobs.progress import Doing


class ToolOutput(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool call gave back. `files` is what the model is to be shown with it; `doing` is what the agent does
    with it, for progress (None: nothing worth saying).
    """

    call_id: str
    content: str
    is_error: bool = False
    files: tuple[Excerpt, ...] = ()
    doing: Doing | None = None


class _Done(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool did: the text for the model, the notebook after it when it changed, and what to say of it."""

    content: str
    is_error: bool = False
    after: Notebook | None = None
    doing: Doing | None = None


class Toolbox:
    """The tools over one case. `guidelines` are texts by topic, `files_of` loads what the model is to look at."""

    def __init__(self, reading: Reading, *, guidelines: Mapping[str, str], files_of: FilesOf) -> None:
        self._reading = reading
        self._guidelines = guidelines
        self._files_of = files_of
        self._texts = {text.document.id: text for text in reading.texts}
        self._documents = {document.id: document for document in reading.file.documents}
        self._evidence = Evidence(reading)

    @property
    def readable_documents(self) -> int:
        """How many documents can be read."""
        return len(self._texts)

    def without_files(self, notebook: Notebook, refused: Sequence[Shown]) -> Notebook:
        """The notebook after the provider could not open these files."""
        for shown in refused:
            notebook = notebook.without_file(shown, pages=(shown.excerpt.page,))
        return notebook

    def answer(self, call: ToolCall, notebook: Notebook) -> tuple[ToolOutput, Notebook]:
        """The answer to one call, and the notebook after it. Never raises for what the model sent."""
        try:
            done = self._execute(_understood(call), notebook)
        except ToolRefused as refused:
            return ToolOutput(call_id=call.id, content=str(refused), is_error=True), _counted(call, notebook)
        after = done.after or notebook
        new_files = tuple(shown.excerpt for shown in after.window if shown not in notebook.window)
        answer = ToolOutput(
            call_id=call.id, content=done.content, is_error=done.is_error, files=new_files, doing=done.doing
        )
        return answer, after

    def _execute(self, wanted: ToolInput, notebook: Notebook) -> _Done:
        match wanted:
            case ListDocuments():
                return _Done(content=self._list())
            case ReadDocument():
                return self._read(wanted, notebook)
            case SearchDocuments(query=query):
                return _Done(content=self._search(query), doing=Doing(code="searching"))
            case ReadCall(from_character=start):
                return _Done(content=self._call(start), doing=Doing(code="reading_call"))
            case ReadGuidelines(topic=topic):
                return _Done(content=self._guideline(topic))
            case RecordFinding():
                return self._record(wanted, notebook)
            case SubmitAnalysis():
                return self._submit(wanted, notebook)

    def _list(self) -> str:
        rows = [self._row(document) for document in self._reading.file.documents]
        call = "There is a transcript of the claimant's interview: read_call."
        lines = [*rows, call if self._reading.transcript else "There is no interview."]
        return wrap_tool("list_documents", "\n".join(lines))

    def _row(self, document: Document) -> str:
        text = self._texts.get(document.id)
        if text is None:
            state = "cannot be read"
        elif pages_to_show(text):
            state = f"{len(text.pages)} pages, scanned pages among them: reading them shows them to you"
        else:
            state = f"{len(text.pages)} page" + ("s" if len(text.pages) > 1 else "")
        return f"{document.id} | {document.file_name} | {document.document_type or document.content_type} | {state}"

    def _read(self, wanted: ReadDocument, notebook: Notebook) -> _Done:
        text = self._text(wanted.document_id)
        passage = _passage(text, wanted)
        after = self._after_reading(text, passage, with_shown(notebook, text, passage.numbers, files_of=self._files_of))
        position = list(self._documents).index(text.document.id) + 1
        doing = Doing(
            code="reading_document",
            params={"n": position, "of": len(self._documents), "name": text.document.file_name},
        )
        marked = wrap_document(text.document.id, name=text.document.file_name, pages=passage.pages)
        notes = (passage.note, note_of(after, text, passage.numbers))
        return _Done(content="\n".join(filter(None, (marked, *notes))), after=after, doing=doing)

    def _text(self, document_id: str) -> DocumentText:
        if document_id in self._texts:
            return self._texts[document_id]
        if document_id == CALL_ID:
            raise ToolRefused("The call is read with read_call.")
        if document_id in self._documents:
            raise ToolRefused("This document cannot be read (see list_documents). Name it under gaps and go on.")
        raise ToolRefused(f"There is no such document. The ids are: {', '.join(self._texts)}.")

    def _after_reading(self, text: DocumentText, passage: Passage, notebook: Notebook) -> Notebook:
        """The notebook with the pages that the model can read now: a scanned page only where it was shown."""
        document_id = text.document.id
        seen = notebook.shown.get(document_id, ())
        legible = tuple(page.number for page in passage.pages if page.number in seen or not page.needs_image)
        return notebook.with_pages_read(document_id, legible, cut=passage.cut_page) if legible else notebook

    def _search(self, query: str) -> str:
        pages: dict[str, Sequence[Page]] = {text.document.id: text.pages for text in self._reading.texts}
        hits = search(query, {**pages, CALL_ID: (Page(number=1, text=self._reading.transcript),)})
        if not hits:
            return "No line holds these words. Try fewer or other words, or read the documents."
        rows = [f"{hit.document_id} | page {hit.page} | {hit.line}" for hit in hits]
        return wrap_tool("search_documents", "\n".join(rows))

    def _call(self, start: int) -> str:
        if not self._reading.transcript:
            raise ToolRefused("The case has no interview.")
        piece, end = text_from(self._reading.transcript, start)
        if not piece:
            raise ToolRefused(f"The transcript has {len(self._reading.transcript)} characters.")
        more = f"Go on with from_character={end}." if end < len(self._reading.transcript) else "This is its end."
        return f"{wrap_call(piece)}\n{more}"

    def _guideline(self, topic: str) -> str:
        if topic not in self._guidelines:
            raise ToolRefused(f"There is no such topic. The topics are: {', '.join(self._guidelines)}.")
        return self._guidelines[topic]

    def _record(self, wanted: RecordFinding, notebook: Notebook) -> _Done:
        after, number = self._evidence.with_finding(notebook, wanted)
        if after is notebook:
            return _Done(content=f"This is finding {number} already.")
        content = f"Recorded as finding {number}, page {after.findings[-1].page}."
        return _Done(content=content, after=after, doing=Doing(code="recording_findings", params={"count": number}))

    def _submit(self, wanted: SubmitAnalysis, notebook: Notebook) -> _Done:
        refusal = why_not_submitted(notebook, wanted, anything_to_read=bool(self._texts))
        if refusal is not None:
            return _Done(content=refusal, is_error=True, after=with_refused(notebook, wanted))
        return _Done(
            content="Submitted.", after=with_submission(notebook, wanted), doing=Doing(code="analysis_written")
        )


def _understood(call: ToolCall) -> ToolInput:
    if call.name not in INPUTS:
        raise ToolRefused(f"There is no such tool. The tools are: {', '.join(INPUTS)}.")
    if call.problem:
        raise ToolRefused(call.problem)
    try:
        return parsed(call.name, call.input)
    except msgspec.ValidationError as exc:
        raise ToolRefused(f"The input is not what the tool takes: {exc}. Call it again.") from exc


def _counted(call: ToolCall, notebook: Notebook) -> Notebook:
    """The notebook after a call that was refused; of a submission what can be read is kept."""
    if call.name != "submit_analysis":
        return notebook
    return with_readable_members(notebook, readable_members(call.input))


def _passage(text: DocumentText, wanted: ReadDocument) -> Passage:
    last = wanted.last_page if wanted.last_page is not None else len(text.pages)
    if not wanted.first_page <= min(last, len(text.pages)):
        raise ToolRefused(f"The document has the pages 1 to {len(text.pages)}.")
    passage = passage_of(text.pages, first=wanted.first_page, last=last, from_character=wanted.from_character)
    if passage is None:
        raise ToolRefused("The page has fewer characters than that.")
    return passage
