"""The model providers' stand-in on this machine: one server that the real OpenAI and Anthropic SDKs can talk to.

    python -m emulator --port 7802 --seconds 4        (CASEWORK_EMULATOR_SECONDS; 0 answers at once)
    OPENAI_BASE_URL=http://127.0.0.1:7802/v1  ANTHROPIC_BASE_URL=http://127.0.0.1:7802        any key will do
    with Emulator() as emulator: …emulator.url…                    in a test: a free port, no waiting

It answers POST /v1/responses (JSON and SSE, `text.format` json_schema, text, file and image parts, `background`; GET by
id, also as a stream after an event, cancel, DELETE, input_tokens), /v1/webhook_endpoints with signed deliveries,
/v1/chat/completions, /v1/messages (JSON and SSE, tools, structured output; count_tokens) and /v1/models.
The model's name in an answer is `emulated-<asked name>`.

It understands nothing. For the cases of tests/data it answers from facts that were prepared by hand (`facts/`, one file
a case), as far as their words are in the request; elsewhere it reads labelled values (`name: value`). What is in no
document or call is not in the answer. A JSON schema is filled by the names of its properties (`schema_fill`), whatever
its shape; the agent takes its turns with the tools that it is offered. Texts are read inside the fences
`<document id name>`, `<page number>` and `<call id>`; without any fence, all that the user wrote.

Controlled through /__emulator/ (GET it for this list):
    faults   POST {"kind": "rate_limited", "provider": "openai", "after": 2, "retry_after": 1}: faults.py lists kinds
             POST {"rate": 0.2, "seed": 7}: at random, repeatably · GET · DELETE
    plant    POST {"kinds": ["false_quotes", "obey_injections"]}: mistakes that code should catch (plants.py) ·
             GET tells where they were made · DELETE
    log      GET every call to a model: number, at, provider, path, model, body_sha256, stream, fault, outcome;
             ?bodies=1 with bodies · DELETE. Equal body_sha256 = the same question asked again, however it is to be
             answered (metadata, store, stream and background are left out)
    pace     POST {"seconds": 0.5, "later_seconds": 20} · GET
    clock    POST {"advance_seconds": 600}: time passes for responses and webhooks · GET
    limits   POST {"openai": 20}: more calls at once are refused with 429 · GET tells the highest count, too
    responses  GET those that can be read now, with status and metadata · DELETE
    webhooks POST {"url": "http://127.0.0.1:…", "secret": "whsec_…"} · GET endpoints and deliveries · DELETE
    health   GET
    DELETE /__emulator clears faults, plants, log, prompt cache, limits and responses
"""

from emulator.server import Emulator, PortTaken

__all__ = ["Emulator", "PortTaken"]
