"""How does the agent work? In turns: the model asks for tools, code answers, until it submits or a limit is reached.

A turn's answer and its tool results are one checkpoint: a repeated attempt asks the model only for turns it never
finished. From the first finding on nothing loses it: a limit, a refusal, an error of the provider that no retry cures
each end the work with what was found so far, and why it is not more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec

from chalicelib.analyses.document_analysis_agent.conversation import Conversation, TurnRecord, messages_of
from chalicelib.analyses.document_analysis_agent.notebook import Notebook
from chalicelib.analyses.document_analysis_agent.showing import FilesOf
from chalicelib.analyses.document_analysis_agent.toolbox import Toolbox, ToolOutput
from chalicelib.analyses.document_analysis_agent.turn_time import TurnOverran, TurnTime
from chalicelib.analyses.kit.llm import ConversationModel, FileRefused, StopReason, Tool, ToolCall, Turn
from chalicelib.errors import AttemptError, ProviderRefused, TransientError
from chalicelib.jobs.ports import AttemptContext

FIRST_PERCENT, READ_PERCENT, FOUND_PERCENT, LAST_PERCENT = 15, 60, 85, 90
_EACH_FINDING_LEAVES = 0.8
MOST_RESULT_CHARACTERS = 60_000
"""Of all tool results of one turn: past this the model is told to ask again in its next turn."""

CUT_NOTE = "Your last answer was cut off at its greatest length. Take smaller steps: fewer tool calls, shorter texts."
SUBMIT_NOTE = "Only submit_analysis ends the work. Go on with the tools; when all findings are recorded, call it."
LAST_TURN_NOTE = "The limits of this work are nearly reached. Call submit_analysis now, with what is recorded."
_TOO_MUCH_AT_ONCE = "This turn has given you enough to read. Call this again in your next turn."
_DEADLINE_NEAR = "The analysis stopped because its deadline was near."
_SUBMIT, _READING = "submit_analysis", ("read_document", "read_call", "search_documents")


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one analysis may take. `tokens` counts every turn's input and output; `seconds_left` is the time before the
    job's deadline that is kept for storing what was found. `max_output_tokens` includes what the model thinks.
    `retry_seconds` is what a retry may take to begin (the longest backoff is 300 s): with less time left before the
    deadline, a failed turn ends the work instead of being tried again."""

    turns: int = 40
    tokens: int = 2_000_000
    cost_usd: Decimal = Decimal(2)
    seconds_left: float = 30
    cut_answers: int = 3
    max_output_tokens: int = 32_000
    retry_seconds: float = 330


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent is told before its first turn; `inputs` is the fingerprint of all that its turns depend on."""

    instructions: str
    opening: str
    tools: tuple[Tool, ...]
    inputs: str


def converse(
    ctx: AttemptContext,
    model: ConversationModel,
    *,
    brief: Brief,
    toolbox: Toolbox,
    files_of: FilesOf,
    limits: Limits,
) -> Conversation:
    """The conversation from its first turn to its end.

    Raises: the model's errors; ProviderRefused when it declines before anything was found.
    """
    conversation = Conversation(opening=brief.opening)
    ctx.progress(FIRST_PERCENT, "planning")
    while not conversation.is_over:
        reason = limit_reached(ctx, conversation, limits=limits)
        if reason:
            return msgspec.structs.replace(conversation, stopped=reason)
        take = partial(
            _turn, ctx, model, brief=brief, toolbox=toolbox, so_far=conversation, files_of=files_of, limits=limits
        )
        try:
            stored = ctx.step(f"turn-{conversation.turns + 1:02d}", take, inputs=brief.inputs)
        except TurnOverran:
            return msgspec.structs.replace(conversation, stopped=_DEADLINE_NEAR)
        except AttemptError as error:
            if not conversation.notebook.findings or _will_be_repeated(ctx, error, limits=limits):
                raise
            return msgspec.structs.replace(conversation, stopped=f"The analysis stopped early: {error}")
        record = msgspec.convert(stored, TurnRecord)
        conversation = conversation.after(record, stopped=_ended_by_model(record.stop_reason))
        _tell(ctx, record.answers, record.notebook, toolbox)
    return conversation


def _will_be_repeated(ctx: AttemptContext, error: AttemptError, *, limits: Limits) -> bool:
    """True for a turn that the queue will try again, with time for it before the deadline."""
    if not isinstance(error, TransientError):
        return False
    seconds_left = (ctx.job.deadline_at - ctx.job.updated_at).total_seconds()
    return seconds_left > limits.seconds_left + max(limits.retry_seconds, error.retry_after_seconds or 0.0)


def limit_reached(ctx: AttemptContext, conversation: Conversation, *, limits: Limits) -> str | None:
    """Why there must not be another turn, as a sentence for the result; None: go on."""
    if conversation.turns >= limits.turns:
        return f"The analysis stopped at its limit of {limits.turns} turns."
    if conversation.tokens >= limits.tokens:
        return f"The analysis stopped at its limit of {limits.tokens} tokens."
    if conversation.cut_answers >= limits.cut_answers:
        return "The analysis stopped because the model's answers were cut off again and again."
    if (ctx.job.usage.cost_usd or Decimal(0)) >= limits.cost_usd:
        return f"The analysis stopped at its limit of {limits.cost_usd} USD."
    # The job was written a moment ago, with the last turn: that is now.
    seconds_left = (ctx.job.deadline_at - ctx.job.updated_at).total_seconds()
    if conversation.notebook.findings and seconds_left < limits.seconds_left:
        return _DEADLINE_NEAR
    return None


def _turn(
    ctx: AttemptContext,
    model: ConversationModel,
    *,
    brief: Brief,
    toolbox: Toolbox,
    so_far: Conversation,
    files_of: FilesOf,
    limits: Limits,
) -> Any:
    """One turn of the model and all it asks for, as JSON."""
    # Before anything was found there is nothing to stop for: such a turn may take until the deadline.
    found = so_far.notebook.findings
    timed = TurnTime(ctx, kept_seconds=limits.seconds_left) if found else ctx

    def ask(conversation: Conversation) -> Turn:
        return model.turn(
            timed,
            instructions=brief.instructions,
            messages=messages_of(conversation, model=model, files_of=files_of),
            tools=brief.tools,
            max_output_tokens=limits.max_output_tokens,
        )

    turn, so_far = _with_files_that_open(ask, so_far, toolbox)
    if turn.stop_reason == "refusal" and not found:
        raise ProviderRefused("The AI model declined to analyse this case.")
    answers, notebook = _answers(ctx, turn.tool_calls, so_far.notebook, toolbox)
    tokens = so_far.tokens + turn.input_tokens + turn.output_tokens
    record = TurnRecord(
        message=turn.message if turn.text or turn.tool_calls or turn.stop_reason == "pause_turn" else None,
        answers=answers,
        note=_note(turn, turns=so_far.turns + 1, tokens=tokens, limits=limits),
        stop_reason=turn.stop_reason,
        input_tokens=turn.input_tokens,
        output_tokens=turn.output_tokens,
        notebook=notebook,
    )
    return msgspec.to_builtins(record)


def _with_files_that_open(
    ask: Callable[[Conversation], Turn], so_far: Conversation, toolbox: Toolbox
) -> tuple[Turn, Conversation]:
    """The turn, asked again without the file that the provider could not open, and the conversation without it.

    The turn before went through, so it is one of the files that are new since: each alone is left out, then all.
    Raises: FileRefused when it is none of these.
    """
    try:
        return ask(so_far), so_far
    except FileRefused:
        fresh = so_far.notebook.window[-so_far.notebook.fresh :] if so_far.notebook.fresh else ()
        choices = [*((one,) for one in reversed(fresh)), *((fresh,) if len(fresh) > 1 else ())]
        for number, left_out in enumerate(choices, 1):
            fewer = so_far.with_notebook(toolbox.without_files(so_far.notebook, left_out))
            try:
                return ask(fewer), fewer
            except FileRefused:
                if number == len(choices):
                    raise
        raise


def _answers(
    ctx: AttemptContext, tool_calls: Sequence[ToolCall], notebook: Notebook, toolbox: Toolbox
) -> tuple[tuple[ToolOutput, ...], Notebook]:
    answers: list[ToolOutput] = []
    characters, notebook = 0, msgspec.structs.replace(notebook, fresh=0)
    # What is recorded beside a submission counts for it, in whatever order the model named them.
    for call in sorted(tool_calls, key=lambda call: call.name == _SUBMIT):
        if characters >= MOST_RESULT_CHARACTERS and call.name in _READING:
            answers.append(ToolOutput(call_id=call.id, content=_TOO_MUCH_AT_ONCE, is_error=True))
            continue
        answer, notebook = toolbox.answer(call, notebook)
        characters += len(answer.content)
        answers.append(answer)
        _tell(ctx, [answer], notebook, toolbox)
    return tuple(answers), notebook


def _note(turn: Turn, *, turns: int, tokens: int, limits: Limits) -> str:
    """What the model is told beside its tool results. A paused turn goes on without a word."""
    if turn.stop_reason == "pause_turn":
        return ""
    if turns == limits.turns - 1 or tokens + turn.input_tokens >= limits.tokens:
        return LAST_TURN_NOTE
    if turn.stop_reason == "max_tokens":
        return CUT_NOTE
    return "" if turn.tool_calls else SUBMIT_NOTE


def _ended_by_model(stop_reason: StopReason) -> str | None:
    if stop_reason == "refusal":
        return "The analysis stopped because the model declined to go on."
    if stop_reason == "context_exceeded":
        return "The analysis stopped because the material is more than the model can hold at once."
    return None


def percent_of(notebook: Notebook, *, readable_documents: int) -> int:
    """How far the work is: the documents read, then the findings, each a little less than the one before."""
    if notebook.submission is not None:
        return LAST_PERCENT
    read = min(1.0, len(notebook.pages_read) / max(1, readable_documents))
    found = 1 - _EACH_FINDING_LEAVES ** len(notebook.findings)
    return FIRST_PERCENT + int((READ_PERCENT - FIRST_PERCENT) * read + (FOUND_PERCENT - READ_PERCENT) * found)


def _tell(ctx: AttemptContext, answers: Sequence[ToolOutput], notebook: Notebook, toolbox: Toolbox) -> None:
    """Progress, and what the last of these answers was about."""
    doing = [answer.doing for answer in answers if answer.doing]
    if doing:
        percent = percent_of(notebook, readable_documents=toolbox.readable_documents)
        ctx.progress(percent, doing[-1].code, **doing[-1].params)
