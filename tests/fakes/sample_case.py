"""The sample case as an analysis is given it, its PDF read by the real reader, beside the real SDKs on the emulator."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters.anthropic.conversation_model import AnthropicConversationModel
from chalicelib.adapters.file_readers import FileReaders
from chalicelib.adapters.openai.structured_model import OpenAIStructuredModel
from chalicelib.cases.model import DocumentText
from emulator.server import Emulator
from tests.fakes.analysis_services import FakeCaseReader, FakeServices, a_document, a_file

FOLDER = Path(__file__).parent.parent / "data" / "sample_case"
ANTHROPIC_MODEL, OPENAI_MODEL = "claude-haiku-5-5", "gpt-6-luna"
_DOCUMENTS = (
    ("d1", "doc1_orthopaedic_report.he.pdf", "application/pdf"),
    ("d2", "doc2_discharge_letter.he.txt", "text/plain"),
    ("d3", "doc3_employment_letter_payslip.he.txt", "text/plain"),
)


def sample_json(name: str) -> Any:
    """One of the sample's JSON files."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@cache
def sample_texts() -> tuple[DocumentText, ...]:
    """The three documents, read."""
    contents = [(FOLDER / name).read_bytes() for _, name, _ in _DOCUMENTS]
    return tuple(
        FileReaders().read(a_document(key, file_name=name, content_type=kind, size=len(content)), content)
        for (key, name, kind), content in zip(_DOCUMENTS, contents, strict=True)
    )


class Providers:
    """Both models, talking to one emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.openai = OpenAIStructuredModel(model=OPENAI_MODEL, api_key="test-key")
        self.anthropic = AnthropicConversationModel(model=ANTHROPIC_MODEL, api_key="test-key")

    def services(self, *, texts: Sequence[DocumentText] | None = None, **members: Any) -> FakeServices:
        """The sample case with its call and these models; `members` are those of its CaseFile."""
        file = a_file(**{"call_details": sample_json("vapi_call.json"), **members})
        cases = FakeCaseReader(file, texts=sample_texts() if texts is None else texts)
        return FakeServices(cases, openai=self.openai, anthropic=self.anthropic)

    def start_afresh(self) -> None:
        """Forget faults, plants and what was asked."""
        for part in (self.emulator.state.faults, self.emulator.state.plants, self.emulator.state.log):
            part.clear()


@contextmanager
def emulated_providers() -> Iterator[Providers]:
    """Both SDKs talk to an emulator of their own for as long as the block lasts."""
    with Emulator() as emulator, pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANTHROPIC_BASE_URL", emulator.url)
        patch.setenv("OPENAI_BASE_URL", f"{emulator.url}/v1")
        yield Providers(emulator)
