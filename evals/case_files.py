"""The files of the evaluation cases, made: calls out of transcripts, PDFs and images out of HTML, by Chromium.

    python -m evals.case_files [case …]      needs `chromium`; what it writes is kept in git

`transcript.*.txt` becomes `vapi_call.json`. `<name>.html` becomes `<name>.pdf`, and `<name>.png` first when the name
begins with "scan" or "image": a picture of the page without any text. PDFs carry no date, so they come out alike.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from infra.local.environment import ROOT

DATA = ROOT / "tests" / "data"
CALLED_AT = datetime(2026, 6, 9, 7, 30, tzinfo=UTC)
SECONDS_A_CHARACTER = 0.075
PAUSE_SECONDS = 0.8
SHAPES = {"psychiatric_case": "messages", "hearing_case": "transcript"}
"""How Vapi gave the call: by default under `artifact`; "messages": only these; "transcript": only that, on top."""

_CHROMIUM = (
    *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars"),
)
_DATES = re.compile(rb"(/(?:CreationDate|ModDate) \(D:)\d{14}")


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One turn of a call: `role` is bot or user."""

    role: str
    text: str


def main(arguments: Sequence[str]) -> int:
    """Makes the files of these cases, or of all that have a transcript."""
    wanted = [DATA / name for name in arguments] or sorted(DATA.glob("*_case"))
    for folder in wanted:
        if (folder / "case.json").exists():
            continue  # the sample case was made by hand
        for source in folder.glob("transcript.*.txt"):
            write_call(folder, turns_of(source.read_text(encoding="utf-8")))
        for page in sorted(folder.glob("*.html"), key=lambda path: not path.name.startswith(("scan", "image"))):
            _print(page)
        print(folder.name)
    return 0


def turns_of(transcript: str) -> list[Turn]:
    """The turns of `AI:` and `User:` lines."""
    lines = (line.partition(": ") for line in transcript.splitlines() if line.strip())
    return [Turn(role="bot" if speaker == "AI" else "user", text=text) for speaker, _, text in lines]


def write_call(folder: Path, turns: Sequence[Turn]) -> None:
    """Writes `vapi_call.json`, in the shape that the case is to have."""
    call: dict[str, Any] = {
        "id": f"00000000-0000-4000-8000-{folder.name.encode().hex()[:12]}",
        "type": "webCall",
        "status": "ended",
        "createdAt": _iso(CALLED_AT),
        "endedReason": "assistant-ended-call",
    }
    transcript = "\n".join(f"{'AI' if turn.role == 'bot' else 'User'}: {turn.text}" for turn in turns)
    shape = SHAPES.get(folder.name, "artifact")
    if shape == "transcript":
        call["transcript"] = transcript
    elif shape == "messages":
        call["artifact"] = {"messages": _messages(turns)}
    else:
        call["artifact"] = {"messages": _messages(turns), "transcript": transcript}
    (folder / "vapi_call.json").write_text(json.dumps(call, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _messages(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [
        {"role": "system", "message": "You are Noa, an intake assistant.", "time": _millis(CALLED_AT)}
    ]
    at = CALLED_AT
    for turn in turns:
        at += timedelta(seconds=PAUSE_SECONDS)
        ends = at + timedelta(seconds=SECONDS_A_CHARACTER * len(turn.text))
        messages.append(
            {
                "role": turn.role,
                "message": turn.text,
                "time": _millis(at),
                "endTime": _millis(ends),
                "secondsFromStart": round((at - CALLED_AT).total_seconds(), 2),
                "duration": _millis(ends) - _millis(at),
            }
        )
        at = ends
    return messages


def _print(page: Path) -> None:
    """One HTML page as a PDF, or as an image."""
    with tempfile.TemporaryDirectory() as profile:
        command = [*_CHROMIUM, f"--user-data-dir={profile}"]
        if page.name.startswith(("scan", "image")):
            image = page.with_suffix("").with_suffix(".png")
            subprocess.run(
                [*command, f"--screenshot={image}", "--window-size=1000,640", page.as_uri()],
                check=True,
                capture_output=True,
            )
            return
        pdf = page.with_suffix(".pdf")
        subprocess.run(
            [*command, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri()],
            check=True,
            capture_output=True,
        )
    made_at = CALLED_AT.strftime("%Y%m%d%H%M%S").encode()
    pdf.write_bytes(_DATES.sub(rb"\g<1>" + made_at, pdf.read_bytes()))


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
