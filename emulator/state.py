"""What does the emulator remember? Faults to come, mistakes to plant, the log, stored responses and prompt prefixes."""

from __future__ import annotations

from emulator.anthropic_api import AnthropicApi
from emulator.asked import Asked
from emulator.faults import Fault, FaultQueue
from emulator.openai_api import OpenAIApi
from emulator.pace import Pace
from emulator.plants import Plants
from emulator.replies import JsonReply, Reply
from emulator.request_log import RequestLog
from emulator.stored_responses import StoredResponses
from emulator.usage import PromptCache


class EmulatorState:
    """Everything that outlives one request; each part is safe for many threads."""

    def __init__(self, *, pace: Pace) -> None:
        self.pace = pace
        self.cache = PromptCache()
        self.faults = FaultQueue()
        self.plants = Plants()
        self.log = RequestLog()
        self.responses = StoredResponses()
        self._openai = OpenAIApi(plants=self.plants, cache=self.cache)
        self._anthropic = AnthropicApi(plants=self.plants, cache=self.cache)

    def reply(self, asked: Asked, fault: Fault | None, *, request_id: str, now: float) -> Reply:
        """What the asked provider says; `now` in epoch seconds."""
        if asked.provider == "anthropic":
            return self._anthropic.reply(asked, fault, request_id=request_id)
        reply = self._openai.reply(asked, fault, now=now)
        is_stored = asked.body.get("background") or asked.body.get("store") is not False
        if asked.path == "/v1/responses" and isinstance(reply, JsonReply) and reply.status == 200 and is_stored:
            return JsonReply(body=self.responses.keep(reply.body, ready_at=now + self.pace.seconds))
        return reply
