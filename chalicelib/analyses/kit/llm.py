"""How does an analysis talk to a model? The two interfaces that the provider adapters implement, and their values.

Every call streams, runs `ctx.check()` between stream events (and closes the stream when that raises), asks `ctx.allow`
before and reports to `ctx.charge` after it, never retries, takes no longer than `ctx.remaining()`, and raises only the
errors of `chalicelib.errors`, and FileRefused. Or it goes on without a worker (`ctx.calls`): then the same question is
asked again when its answer is there, and is not paid again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

import msgspec

from chalicelib.errors import InputInvalid
from chalicelib.jobs.ports import AttemptContext

if TYPE_CHECKING:
    from pydantic import BaseModel

Output = TypeVar("Output", bound="BaseModel")


class TextPart(msgspec.Struct, frozen=True):
    """A piece of the prompt."""

    text: str


class FilePart(msgspec.Struct, frozen=True, kw_only=True):
    """A picture for the model to look at, image/jpeg or image/png; `pixels` is width times height (0: not known)."""

    file_name: str
    content_type: str
    content: bytes
    pixels: int = 0


Part = TextPart | FilePart


class FileRefused(InputInvalid):
    """The provider could not open one of the files. `part` is its place among the parts (from 0); None: not named."""

    def __init__(
        self,
        message: str,
        *,
        part: int | None = None,
        provider: str | None = None,
        provider_status: int | None = None,
        provider_request_id: str | None = None,
    ) -> None:
        super().__init__(
            message, provider=provider, provider_status=provider_status, provider_request_id=provider_request_id
        )
        self.part = part


class StructuredModel(Protocol):
    """A model that answers one prompt with one value of a given shape."""

    @property
    def name(self) -> str:
        """The model's name at the provider."""

    def parse(
        self,
        ctx: AttemptContext,
        *,
        instructions: str,
        parts: Sequence[Part],
        output: type[Output],
        max_output_tokens: int,
        on_text: TextListener | None = None,
    ) -> Output:
        """The model's answer, validated as `output`.

        Raises: the provider errors of `chalicelib.errors`; OutputInvalid when the answer was cut off or does not
        validate; BudgetExceeded before a call that could cost too much; AttemptStopped.
        """


class TextListener(Protocol):
    """Hears how much of the answer has arrived, for progress."""

    def __call__(self, characters: int) -> None:
        """`characters` so far."""


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool as the model sees it: name, what it does, JSON Schema of its input."""

    name: str
    description: str
    input_schema: Mapping[str, Any]


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    """The model asks for a tool. `input` is what it sent, not yet validated."""

    id: str
    name: str
    input: Mapping[str, Any]
    problem: str = ""
    """Why the input could not be read as a JSON object; "": it could."""


class ToolResult(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back for a tool call; with `is_error` a message the model can act on."""

    call_id: str
    content: str
    is_error: bool = False
    files: tuple[FilePart, ...] = ()


StopReason = Literal["end_turn", "tool_use", "max_tokens", "pause_turn", "refusal", "context_exceeded"]


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of the model. `message` is it as the provider wants it back in the next turn, JSON."""

    message: Mapping[str, Any]
    text: str
    tool_calls: tuple[ToolCall, ...]
    stop_reason: StopReason
    input_tokens: int
    output_tokens: int


class ConversationModel(Protocol):
    """A model that works in turns with tools. The messages are the provider's JSON, so they can be checkpointed."""

    @property
    def name(self) -> str:
        """The model's name at the provider."""

    def user_message(self, parts: Sequence[Part]) -> Mapping[str, Any]:
        """A message of ours, as the provider wants it."""

    def tool_results(self, results: Sequence[ToolResult]) -> Mapping[str, Any]:
        """The message that answers the tool calls of the last turn."""

    def turn(
        self,
        ctx: AttemptContext,
        *,
        instructions: str,
        messages: Sequence[Mapping[str, Any]],
        tools: Sequence[Tool],
        max_output_tokens: int,
    ) -> Turn:
        """The model's next turn. A refusal, a pause and a cut by `max_output_tokens` are turns too.

        Raises: the provider errors of `chalicelib.errors`; BudgetExceeded; AttemptStopped.
        """
