"""What the emulator remembers: faults to come, mistakes to plant, the log, responses, webhooks and prompt prefixes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.anthropic_api import AnthropicApi
from emulator.asked import Asked
from emulator.clock import Clock
from emulator.faults import Fault, FaultQueue
from emulator.in_flight import InFlight
from emulator.openai_api import OpenAIApi
from emulator.openai_events import background_events
from emulator.pace import Pace
from emulator.plants import Plants
from emulator.replies import JsonReply, Reply, StreamReply
from emulator.request_log import RequestLog
from emulator.responses import Kept, Responses
from emulator.usage import PromptCache
from emulator.webhooks import Webhooks


class EmulatorState:
    """Everything that outlives one request; each part is safe for many threads."""

    def __init__(self, *, pace: Pace) -> None:
        self.pace = pace
        self.clock = Clock()
        self.cache = PromptCache()
        self.faults = FaultQueue()
        self.plants = Plants()
        self.log = RequestLog()
        self.responses = Responses(clock=self.clock, wait=pace.wait)
        self.webhooks = Webhooks(clock=self.clock)
        self.in_flight = InFlight()
        self._openai = OpenAIApi(plants=self.plants, cache=self.cache)
        self._anthropic = AnthropicApi(plants=self.plants, cache=self.cache)

    def reply(self, asked: Asked, fault: Fault | None, *, request_id: str) -> Reply:
        """What the asked provider says."""
        if asked.provider == "anthropic":
            return self._anthropic.reply(asked, fault, request_id=request_id)
        now = self.clock.now()
        reply = self._openai.reply(asked, fault, now=now)
        response = reply.whole if isinstance(reply, StreamReply) else reply.body if reply.status == 200 else None
        if asked.path != "/v1/responses" or response is None:
            return reply
        if asked.in_background:
            return self._in_background(asked, response, fault, now=now)
        if asked.body.get("store") is not False:
            self.responses.keep(Kept(response=response, created_at=now, ready_at=now, background=False, expires=False))
        return reply

    def cancel(self, response_id: str) -> dict[str, Any]:
        """See Responses.cancel; what is cancelled is announced."""
        response, cancels = self.responses.cancel(response_id)
        if cancels:
            self.webhooks.withdraw(response_id)
            self.webhooks.announce("response.cancelled", response_id, at=self.clock.now())
        return response

    def delete(self, response_id: str) -> dict[str, Any]:
        """See Responses.delete; of what is deleted nothing is announced."""
        deleted = self.responses.delete(response_id)
        self.webhooks.withdraw(response_id)
        return deleted

    def _in_background(self, asked: Asked, response: Mapping[str, Any], fault: Fault | None, *, now: float) -> Reply:
        """Accepted at once; the response grows ready, and its end is announced."""
        kind = fault.kind if fault else ""
        seconds = 0.0 if kind == "webhook_early" else self._seconds(asked, fault)
        kept = Kept(
            response=response,
            created_at=now,
            ready_at=now + seconds,
            background=True,
            expires=asked.body.get("store") is not True,
            events=background_events(response) if asked.streams else (),
        )
        self.responses.keep(kept)
        self._announce(kept, kind)
        if asked.streams:
            return StreamReply(events=self.responses.follow(kept), timed=True)
        return JsonReply(body={**response, "status": "queued", "output": [], "usage": None, "incomplete_details": None})

    def _announce(self, kept: Kept, kind: str) -> None:
        if kind == "webhook_lost":
            return
        times, forged = 2 if kind == "webhook_twice" else 1, kind == "webhook_forged"
        event_type, is_early = f"response.{kept.response['status']}", kind == "webhook_early"
        deliveries = self.webhooks.announce(
            event_type, kept.id, at=kept.ready_at, times=0 if is_early else times, forged=forged
        )
        for delivery in deliveries if is_early else ():
            self.webhooks.deliver(delivery)

    def _seconds(self, asked: Asked, fault: Fault | None) -> float:
        if fault and fault.kind == "slow":
            return fault.seconds or 1.0
        window = (asked.body.get("background_options") or {}).get("completion_window", "soonest")
        return self.pace.seconds if window == "soonest" else self.pace.later_seconds
