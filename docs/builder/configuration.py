"""What can be configured? Writes docs/configuration.md from chalicelib/settings.py and the local system's variables.

python -m docs.builder.configuration        writes the page (`make docs`)
"""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import msgspec

from chalicelib import settings
from infra.local.environment import PORT_VARIABLES, ROOT, Ports

PAGE = ROOT / "docs" / "configuration.md"
REQUIRED = {
    "JOBS_TABLE": "…",
    "CASES_TABLE": "…",
    "BUCKET": "…",
    "HIGH_QUEUE_URL": "…",
    "NORMAL_QUEUE_URL": "…",
    "JWKS_URL": "…",
}

HEAD = """# Configuration

Written by `make docs` from `chalicelib/settings.py`, the only reader of the environment. A wrong or missing variable
stops the process with one message that names every problem.

On your machine nothing has to be set: `make dev` and `chalice local` bring their own values. In a deployed stage
`infra/deploy/overlays/functions.yaml` sets them all, from the stack's resources and parameters ([deploy](deploy.md)).

## Every process

| variable | default | what it is |
|---|---|---|
"""

SDKS = """
The SDKs themselves read `AWS_ENDPOINT_URL`, `OPENAI_BASE_URL` and `ANTHROPIC_BASE_URL`; nothing else decides which
services a run uses.

## The local system

All of it listens on 127.0.0.1 only.

| variable | default | what it is |
|---|---|---|
"""

LOCAL = {
    "CASEWORK_EMULATOR_SECONDS": ("4", "Seconds that the emulator of the AI providers takes for a response."),
    "CASEWORK_CONCURRENCY": ("5", "Messages of one lane that are processed at the same time."),
    "CASEWORK_FUNCTION_SECONDS": ("300", "Seconds until a worker function's time is over."),
    "CASEWORK_RESCUE_SECONDS": ("60", "Seconds between two runs of rescue."),
}
PORT_MEANINGS = {
    "api": "Port of the API (`make dev`; `chalice local` has `--port`).",
    "aws": "Port of the emulated AWS.",
    "model": "Port of the emulated AI providers.",
    "socket": "Port of the WebSocket gateway.",
}
AFTER = """
With `OPENAI_API_KEY` or `ANTHROPIC_API_KEY` set, and no base URL, that provider is the real one.
"""


def page() -> str:
    """The whole page."""
    defaults = msgspec.structs.asdict(settings.read_settings(REQUIRED))
    rows = [_row(name, _default(name, defaults[name.lower()]), text) for name, text in _meanings().items()]
    ports = [_row(PORT_VARIABLES[name], str(getattr(Ports(), name)), text) for name, text in PORT_MEANINGS.items()]
    local = [_row(name, default, text) for name, (default, text) in LOCAL.items()]
    return HEAD + "".join(rows) + SDKS + "".join(ports + local) + AFTER


def _meanings() -> dict[str, str]:
    """What each setting is, by its variable: the text below each field of the class."""
    tree = ast.parse(inspect.getsource(settings.Settings)).body[0]
    assert isinstance(tree, ast.ClassDef)  # noqa: S101  # the source of a class is one
    return {
        field.target.id.upper(): text.value.value
        for field, text in zip(tree.body, tree.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _default(name: str, value: object) -> str:
    if name in REQUIRED:
        return "required"
    if isinstance(value, bool):
        value = ("off", "on")[value] if name == "OPENAI_BACKGROUND" else str(value).lower()
    if isinstance(value, tuple):
        value = ",".join(value)
    return f"`{value}`" if value not in (None, "") else ""


def _row(name: str, default: str, text: str) -> str:
    shown = default if default in ("", "required") or default.startswith("`") else f"`{default}`"
    return f"| `{name}` | {shown} | {text} |\n"


def main() -> None:
    """Write the page."""
    Path(PAGE).write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
