"""The most memory that a worker takes, by what it is given: the largest inputs that the analyses allow.

    python -m benchmarks.worker_memory LOAD FOLDER         prints megabytes as JSON; the provider is OPENAI_BASE_URL's

Counted are the process and its child at the same time: what the one has while the other runs, and the most that each
had. A worker has loaded the app and its provider's SDK.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.heic_photo import heic_photo
from benchmarks.processes import answer_of
from chalicelib.telemetry import high_water_mb

FILES = {
    "photo.jpg": "reads a JPEG of 48 megapixels",
    "progressive.jpg": "reads a progressive JPEG of 48 megapixels",
    "cmyk.jpg": "reads a JPEG of 48 megapixels in CMYK",
    "photo.heic": "reads an iPhone's photo of 48 megapixels",
    "photo.png": "reads a transparent PNG of 48 megapixels",
    "sixteen.png": "reads a PNG of 48 megapixels with 16 bits",
    "fax.tiff": "reads a TIFF of 8 pages in colour",
    "jpeg.tiff": "reads a TIFF of 48 megapixels",
    "pages.pdf": "reads a PDF of 200 pages",
    "pictures.docx": "reads a Word document with 24 photos of 12 megapixels",
}
REQUESTS = {
    "waiting": "waits for a model",
    "batch": "sends form 7801's largest batch, 24 pictures",
    "batches": "sends three such batches, one after the other, and leaves them to OpenAI",
    "turn": "sends the agent's largest turn, 20 MB of pictures",
}
REFUSED = {
    "bomb.docx": "refuses a Word document of 100 pictures and 45 MB of text",
    "heavy.jpg": "refuses a progressive JPEG of 48 megapixels in CMYK",
    "heavy.webp": "refuses a WebP of 48 megapixels",
}
LOADS: Mapping[str, str] = {**REQUESTS, **FILES, **REFUSED}
TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "heic": "image/heic",
    "webp": "image/webp",
    "tiff": "image/tiff",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
PICTURE = "picture.jpg"
PHOTO_SIZE, PAGE_SIZE, PICTURE_SIZE = (8064, 6048), (2480, 3508), (1600, 1600)
BATCH_PICTURES, TURN_BYTES = 24, 20_000_000
LOOK_SECONDS = 0.003


def measured(environment: Mapping[str, str]) -> Mapping[str, int]:
    """Megabytes by load, each in a process of its own."""
    from emulator.server import Emulator

    with tempfile.TemporaryDirectory() as folder, Emulator() as emulator:
        _write_files(Path(folder))
        urls = {"OPENAI_BASE_URL": f"{emulator.url}/v1", "ANTHROPIC_BASE_URL": emulator.url}
        return {
            load: round(answer_of(["-m", __name__, load, folder], environment={**environment, **urls}))
            for load in LOADS
        }


def main() -> None:
    """Take one load, in this process."""
    load, folder = sys.argv[1], Path(sys.argv[2])
    import app  # noqa: F401  # a worker has the whole application in memory

    peak = _Peak()
    if load in REQUESTS:
        _REQUESTS[load]((folder / PICTURE).read_bytes())
    else:
        import openai  # noqa: F401  # and its provider's SDK

        _read_file(load, (folder / load).read_bytes(), is_refused=load in REFUSED)
    print(json.dumps(peak.megabytes()))


class _Peak:
    """The most memory since the start of this process, with that of its children."""

    def __init__(self) -> None:
        self._together = 0.0
        threading.Thread(target=self._look, daemon=True).start()

    def megabytes(self) -> float:
        """So far."""
        return max(self._together, high_water_mb())

    def _look(self) -> None:
        while True:
            children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
            # A child that has not begun its own program yet has this process's memory, not one of its own.
            begun = [child for child in children if _program(child) != _program("self")]
            of_children = sum(map(high_water_mb, begun))
            self._together = max(self._together, _resident_mb() + of_children)
            time.sleep(LOOK_SECONDS)


def _resident_mb() -> float:
    """What this process has now."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def _program(process: str) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""  # it has ended


def _write_files(folder: Path) -> None:
    from PIL import Image

    from benchmarks.long_document import document

    photo = Image.linear_gradient("L").resize(PHOTO_SIZE).convert("RGB")
    page = photo.resize(PAGE_SIZE)
    photo.save(folder / "photo.jpg")
    photo.save(folder / "progressive.jpg", progressive=True)
    photo.convert("CMYK").save(folder / "cmyk.jpg")
    photo.convert("CMYK").save(folder / "heavy.jpg", progressive=True)
    photo.save(folder / "heavy.webp", quality=1, method=0)
    photo.convert("RGBA").save(folder / "photo.png", compress_level=1)
    photo.convert("L").convert("I;16").save(folder / "sixteen.png", compress_level=1)
    photo.save(folder / "jpeg.tiff", compression="jpeg")
    page.save(folder / "fax.tiff", compression="tiff_lzw", save_all=True, append_images=[page] * 7)
    (folder / "photo.heic").write_bytes(heic_photo(*PHOTO_SIZE))
    (folder / "pages.pdf").write_bytes(document(200))
    small = io.BytesIO()
    photo.resize((4032, 3024)).save(small, "JPEG")
    (folder / "pictures.docx").write_bytes(_word("<w:p/>", small.getvalue(), pictures=BATCH_PICTURES))
    (folder / "bomb.docx").write_bytes(_word("<w:p/>" * 7_500_000, bytes(20_000_000), pictures=100))
    Image.effect_noise(PICTURE_SIZE, 60).convert("RGB").save(folder / PICTURE, quality=85)


def _word(body: str, picture: bytes, *, pictures: int) -> bytes:
    out = io.BytesIO()
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>')
        for number in range(pictures):
            file.writestr(f"word/media/image{number}.jpg", picture)
    return out.getvalue()


def _read_file(name: str, content: bytes, *, is_refused: bool) -> None:
    from chalicelib.adapters.file_readers import FileReaders
    from chalicelib.cases.model import Document, DocumentStatus

    document = Document(
        id="d",
        case_id="c",
        file_name=name,
        content_type=TYPES[name.partition(".")[2]],
        size=len(content),
        status=DocumentStatus.READY,
        uploaded_by="u",
        uploaded_at=datetime.now(UTC),
    )
    reader = FileReaders()
    read = reader.read(document, content)
    shown = [page.number for page in read.pages if page.needs_image][:BATCH_PICTURES]
    if bool(read.problem) != is_refused or len(reader.pictures(document, content, shown)) != len(shown):
        raise RuntimeError(f"{name} was not read as expected: {read.problem}")


def _pictures(content: bytes, count: int) -> list[Any]:
    """So many pictures, each with bytes of its own, as those of different pages are."""
    from chalicelib.analyses.kit.llm import FilePart

    return [
        FilePart(file_name=f"{number}.jpg", content_type="image/jpeg", content=bytes(bytearray(content)))
        for number in range(count)
    ]


class _Calls:
    """The AttemptCalls of a job that asks, and is parked."""

    def question(self, body: bytes) -> str:
        return str(hash(body))

    def find(self, question: str) -> None:
        return None

    def begin(self, question: str, create: Callable[[Mapping[str, str]], str], **_: Any) -> str:
        return create({"job": "j"})

    def follow_seconds(self, model: str) -> float:
        return 0.0

    def wait(self, call: str, *, model: str) -> None:
        from chalicelib.errors import ModelAtWork

        raise ModelAtWork("a model is at work")


def _context(calls: _Calls | None = None) -> Any:
    """An attempt that is never stopped, and keeps nothing."""
    now = datetime.now(UTC)
    job = SimpleNamespace(job_id="j", attempt=1, failures=0, priority="normal", deadline_at=now, updated_at=now)
    return SimpleNamespace(
        job=job,
        calls=calls,
        check=lambda: None,
        remaining=lambda: 600.0,
        allow=lambda _: None,
        charge=lambda _: None,
        take_slots=lambda _: None,
    )


def _send_batch(content: bytes, *, pictures: int, context: Any, background: Any = None) -> None:
    from chalicelib.adapters.openai.structured_model import OpenAIStructuredModel
    from chalicelib.analyses.call_analysis.schema import CallAnswer
    from chalicelib.analyses.kit.llm import TextPart

    parts = [TextPart("The sources follow."), *_pictures(content, pictures)]
    name = os.environ.get("OPENAI_MODEL", "gpt-6-luna")
    model = OpenAIStructuredModel(model=name, api_key="emulated", background=background)
    model.parse(context, instructions="Read.", parts=parts, output=CallAnswer, max_output_tokens=8_000)


def _send_batches(content: bytes) -> None:
    from chalicelib.adapters.openai.background_answers import BackgroundAnswers
    from chalicelib.adapters.openai.background_calls import OpenAIBackgroundCalls
    from chalicelib.errors import ModelAtWork

    background = BackgroundAnswers(OpenAIBackgroundCalls(api_key=lambda: "emulated", model="gpt-6-luna"))
    for _ in range(3):
        try:
            _send_batch(content, pictures=BATCH_PICTURES, context=_context(_Calls()), background=background)
        except ModelAtWork:
            continue
        raise RuntimeError("the batch was not left to its provider")


def _send_turn(content: bytes) -> None:
    from chalicelib.adapters.anthropic.conversation_model import AnthropicConversationModel

    # What was loaded for turns before is kept, up to twice of what one shows.
    kept = _pictures(content, 2 * TURN_BYTES // len(content))
    model = AnthropicConversationModel(model="claude-haiku-5-5", api_key="emulated")
    messages = [model.user_message(kept[: TURN_BYTES // len(content)])]
    model.turn(_context(), instructions="Read.", messages=messages, tools=[], max_output_tokens=1_000)


_REQUESTS: Mapping[str, Callable[[bytes], None]] = {
    "waiting": lambda content: _send_batch(content, pictures=0, context=_context()),
    "batch": lambda content: _send_batch(content, pictures=BATCH_PICTURES, context=_context()),
    "batches": _send_batches,
    "turn": _send_turn,
}


if __name__ == "__main__":
    main()
