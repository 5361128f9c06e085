"""The most memory that a worker takes, by what it is given: the largest inputs that the analyses allow.

    python -m benchmarks.worker_memory LOAD FOLDER         prints megabytes as JSON; the provider is OPENAI_BASE_URL's

Counted are the process (VmHWM) and its largest child. A worker has loaded the app and its provider's SDK.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.processes import answer_of
from benchmarks.systems.drive import peak_rss_mb

LOADS = {
    "waiting": "that waits for a model",
    "photo": "that reads a photo of 48 megapixels",
    "batch": "that sends form 7801's largest batch, 24 pictures",
    "turn": "that sends the agent's largest turn, 20 MB of pictures",
}
PHOTO, PICTURE = "photo.png", "picture.jpg"
PHOTO_SIZE, PICTURE_SIZE = (8064, 6048), (1600, 1600)
BATCH_PICTURES, TURN_BYTES = 24, 20_000_000


def measured(environment: Mapping[str, str]) -> Mapping[str, int]:
    """Megabytes by load, each in a process of its own."""
    from emulator.server import Emulator

    with tempfile.TemporaryDirectory() as folder, Emulator() as emulator:
        _write_pictures(Path(folder))
        urls = {"OPENAI_BASE_URL": f"{emulator.url}/v1", "ANTHROPIC_BASE_URL": emulator.url}
        return {
            load: round(answer_of(["-m", __name__, load, folder], environment={**environment, **urls}))
            for load in LOADS
        }


def main() -> None:
    """Take one load, in this process."""
    load, folder = sys.argv[1], Path(sys.argv[2])
    import app  # noqa: F401  # a worker has the whole application in memory

    if load == "photo":
        import openai  # noqa: F401  # and its provider's SDK

        _read_photo((folder / PHOTO).read_bytes())
    elif load == "turn":
        _send_turn((folder / PICTURE).read_bytes())
    else:
        _send_batch((folder / PICTURE).read_bytes(), pictures=BATCH_PICTURES if load == "batch" else 0)
    child_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps(peak_rss_mb("self") + child_mb))


def _write_pictures(folder: Path) -> None:
    from PIL import Image

    Image.linear_gradient("L").resize(PHOTO_SIZE).convert("RGB").save(folder / PHOTO)
    Image.effect_noise(PICTURE_SIZE, 60).convert("RGB").save(folder / PICTURE, quality=85)


def _read_photo(content: bytes) -> None:
    from chalicelib.adapters.file_readers import FileReaders
    from chalicelib.cases.model import Document, DocumentStatus

    document = Document(
        id="d",
        case_id="c",
        file_name=PHOTO,
        content_type="image/png",
        size=len(content),
        status=DocumentStatus.READY,
        uploaded_by="u",
        uploaded_at=datetime.now(UTC),
    )
    reader = FileReaders()
    if not reader.read(document, content).pages or not reader.pictures(document, content, [1]):
        raise RuntimeError("the photo was not read")


def _pictures(content: bytes, count: int) -> list[Any]:
    """So many pictures, each with bytes of its own, as those of different pages are."""
    from chalicelib.analyses.kit.llm import FilePart

    return [
        FilePart(file_name=f"{number}.jpg", content_type="image/jpeg", content=bytes(bytearray(content)))
        for number in range(count)
    ]


def _context() -> Any:
    """An attempt that is never stopped, and keeps nothing."""
    job = SimpleNamespace(job_id="j", attempt=1)
    return SimpleNamespace(
        job=job,
        calls=None,
        check=lambda: None,
        remaining=lambda: 600.0,
        allow=lambda _: None,
        charge=lambda _: None,
        take_slots=lambda _: None,
    )


def _send_batch(content: bytes, *, pictures: int) -> None:
    from chalicelib.adapters.openai.structured_model import OpenAIStructuredModel
    from chalicelib.analyses.call_analysis.schema import CallAnswer
    from chalicelib.analyses.kit.llm import TextPart

    parts = [TextPart("The sources follow."), *_pictures(content, pictures)]
    model = OpenAIStructuredModel(model=os.environ.get("OPENAI_MODEL", "gpt-6-luna"), api_key="emulated")
    model.parse(_context(), instructions="Read.", parts=parts, output=CallAnswer, max_output_tokens=8_000)


def _send_turn(content: bytes) -> None:
    from chalicelib.adapters.anthropic.conversation_model import AnthropicConversationModel

    # What was loaded for turns before is kept, up to twice of what one shows.
    kept = _pictures(content, 2 * TURN_BYTES // len(content))
    model = AnthropicConversationModel(model="claude-haiku-5-5", api_key="emulated")
    messages = [model.user_message(kept[: TURN_BYTES // len(content)])]
    model.turn(_context(), instructions="Read.", messages=messages, tools=[], max_output_tokens=1_000)


if __name__ == "__main__":
    main()
