"""Conversations of the agent in tests: what it may be asked, and how one is run."""

from __future__ import annotations

from chalicelib.analyses.document_analysis_agent.conversation import Conversation
from chalicelib.analyses.document_analysis_agent.loop import Brief, Limits, converse
from chalicelib.analyses.document_analysis_agent.tools import tools
from chalicelib.cases.model import DocumentText
from tests.fakes.attempt_context import FakeContext
from tests.fakes.conversations import FakeConversationModel
from tests.unit.analyses.document_analysis_agent.cases import ANALYSIS, FINDING, FileOf, a_toolbox, each, no_file

LIST = ("list_documents", {})
READ_1 = ("read_document", {"document_id": "d1"})
READ_2 = ("read_document", {"document_id": "d2"})
RECORD = ("record_finding", FINDING)
SUBMIT = ("submit_analysis", ANALYSIS)
BRIEF = Brief(instructions="rules", opening="begin", tools=tools(topics=["payment"]), inputs="fingerprint")


def a_conversation(
    model: FakeConversationModel,
    *,
    context: FakeContext | None = None,
    limits: Limits | None = None,
    documents: tuple[DocumentText, ...] = (),
    file_of: FileOf = no_file,
) -> Conversation:
    """The conversation that this model leads over the small case."""
    return converse(
        context or FakeContext(),
        model,
        brief=BRIEF,
        toolbox=a_toolbox(*documents, file_of=file_of),
        files_of=each(file_of),
        limits=limits or Limits(),
    )
