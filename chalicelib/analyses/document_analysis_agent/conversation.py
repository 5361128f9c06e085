"""What has been said so far, and what of it is the model shown again? Turns as checkpoints hold them, and messages.

Every turn sends all before it. So that many documents fit, what tools gave back long ago is left out of the messages
once they grow too large: the findings are recorded, and a page can be read again.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

import msgspec

from chalicelib.analyses.document_analysis_agent.notebook import Notebook
from chalicelib.analyses.document_analysis_agent.showing import FilesOf
from chalicelib.analyses.document_analysis_agent.toolbox import ToolOutput
from chalicelib.analyses.kit.llm import ConversationModel, StopReason, TextPart, ToolResult
from chalicelib.analyses.kit.scans import Excerpt

ROOM_TOKENS = 60_000
"""From here on old tool results are left out: with a turn's results on top (60,000 characters, some 30,000 tokens) the
request stays below 100,000, above which the default model costs five times as much."""

SHORT_CHARACTERS = 2_000
_LEFT_OUT = "(Left out to make room. Call the tool again if you need it.)"
_GONE = "The file is not there any more."
_NOT_OPENED = "(The file could not be opened for you. Name the document under gaps and go on.)"
_MADE_ROOM = "(Its scanned pages were left out to make room. Read them again if you need them.)"


class TurnRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A finished turn, as its checkpoint holds it. Files are named, not held; `message` is None for an empty answer."""

    message: Mapping[str, Any] | None
    answers: tuple[ToolOutput, ...]
    note: str
    stop_reason: StopReason
    input_tokens: int
    output_tokens: int
    notebook: Notebook

    @property
    def tokens(self) -> int:
        """What the turn took."""
        return self.input_tokens + self.output_tokens

    @property
    def next_input_tokens(self) -> int:
        """At most this many tokens are sent in the next turn, files not counted: a character of a result is one."""
        return self.tokens + sum(len(answer.content) for answer in self.answers)


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """All turns so far. `shown_from` is the first turn (from 0) whose results are still shown in full; `stopped` says
    why there will be no more turns, though nothing was submitted."""

    opening: str
    records: tuple[TurnRecord, ...] = ()
    shown_from: int = 0
    stopped: str | None = None

    @property
    def notebook(self) -> Notebook:
        """What the agent has done."""
        return self.records[-1].notebook if self.records else Notebook()

    @property
    def turns(self) -> int:
        """How many turns there were."""
        return len(self.records)

    @property
    def tokens(self) -> int:
        """What all turns took."""
        return sum(record.tokens for record in self.records)

    @property
    def cut_answers(self) -> int:
        """How many of the last turns, one after the other, were cut off at their greatest length."""
        whole = (n for n, record in enumerate(reversed(self.records)) if record.stop_reason != "max_tokens")
        return next(whole, len(self.records))

    @property
    def is_over(self) -> bool:
        """True when there is nothing more to ask."""
        return self.stopped is not None or self.notebook.submission is not None

    def with_notebook(self, notebook: Notebook) -> Conversation:
        """The conversation with another state of the agent's work."""
        last = msgspec.structs.replace(self.records[-1], notebook=notebook)
        return msgspec.structs.replace(self, records=(*self.records[:-1], last))

    def after(self, record: TurnRecord, *, stopped: str | None) -> Conversation:
        """The conversation with one more turn."""
        crowded = record.next_input_tokens > ROOM_TOKENS
        return msgspec.structs.replace(
            self,
            records=(*self.records, record),
            shown_from=len(self.records) if crowded else self.shown_from,
            stopped=stopped,
        )


def messages_of(conversation: Conversation, *, model: ConversationModel, files_of: FilesOf) -> list[Mapping[str, Any]]:
    """The messages of the next turn, as the provider wants them."""
    messages = [model.user_message([TextPart(conversation.opening)])]
    shown_in = _turns_of_files(conversation)
    for number, record in enumerate(conversation.records):
        is_shown = number >= conversation.shown_from
        files = frozenset(excerpt for excerpt, turn in shown_in.items() if turn == number)
        results = [
            _result(answer if is_shown else _shortened(answer), files, files_of, conversation.notebook)
            for answer in record.answers
        ]
        if record.message is not None:
            messages.append(record.message)
        if results:
            messages.append(model.tool_results(results))
        if record.note:
            messages.append(model.user_message([TextPart(record.note)]))
    return messages


def _turns_of_files(conversation: Conversation) -> Mapping[Excerpt, int]:
    """The turn (from 0) in whose results each file of the window is: the last one that showed it."""
    shown_in = {
        excerpt: number
        for number, record in enumerate(conversation.records)
        for answer in record.answers
        for excerpt in answer.files
    }
    return {shown.excerpt: shown_in[shown.excerpt] for shown in conversation.notebook.window}


def _result(answer: ToolOutput, here: Set[Excerpt], files_of: FilesOf, notebook: Notebook) -> ToolResult:
    """The result with those of its files that stand `here`."""
    wanted = [excerpt for excerpt in answer.files if excerpt in here]
    there = tuple(files_of(wanted).values())
    missing = [_GONE] if len(there) < len(wanted) else []
    absent = [excerpt for excerpt in answer.files if excerpt not in here]
    left_out = {_NOT_OPENED if notebook.not_shown.get(one.document_id) else _MADE_ROOM for one in absent}
    content = "\n".join([answer.content, *missing, *sorted(left_out)])
    return ToolResult(call_id=answer.call_id, content=content, is_error=answer.is_error, files=there)


def _shortened(answer: ToolOutput) -> ToolOutput:
    """The answer without its long text; files have a window of their own."""
    if len(answer.content) <= SHORT_CHARACTERS:
        return answer
    return msgspec.structs.replace(answer, content=_LEFT_OUT)
