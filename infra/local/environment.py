"""In which environment does every local process run? Emulated AWS, development secrets, emulated or real providers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from infra.local.resources import resource_names
from infra.problem import Problem

ROOT = Path(__file__).resolve().parent.parent.parent
HOST = "127.0.0.1"
JWT_SECRET = "casework-development-secret-for-this-machine-only"  # noqa: S105  # signs nothing that is deployed
VAPI_WEBHOOK_SECRET = "casework-development-webhook-secret"  # noqa: S105
WEBHOOK_SECRET = "whsec_Y2FzZXdvcmstZGV2ZWxvcG1lbnQtd2ViaG9va3M="  # noqa: S105
OPENAI_WEBHOOK_SECRET = "whsec_Y2FzZXdvcmstZGV2ZWxvcG1lbnQtb3BlbmFpLXdlYmhvb2s="  # noqa: S105

# What a developer's shell may say about the real AWS; none of it may reach a local process.
_REAL_AWS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")


class Ports(msgspec.Struct, frozen=True, kw_only=True):
    """Where the local system listens, on 127.0.0.1. Each has a variable, see `PORT_VARIABLES`."""

    api: int = 8000
    aws: int = 7801
    model: int = 7802
    socket: int = 7803


PORT_VARIABLES = {
    "api": "CASEWORK_API_PORT",
    "aws": "CASEWORK_AWS_PORT",
    "model": "CASEWORK_MODEL_PORT",
    "socket": "CASEWORK_SOCKET_PORT",
}


def read_ports(environ: Mapping[str, str]) -> Ports:
    """The ports that the environment names, or the usual ones. Raises: Problem."""
    found = {}
    for name, variable in PORT_VARIABLES.items():
        text = environ.get(variable, "").strip()
        if not text:
            continue
        if not text.isdecimal() or not 1 <= int(text) <= 65535:
            raise Problem(f"{variable} must be a port between 1 and 65535, not {text!r}.")
        found[name] = int(text)
    ports = Ports(**found)
    if len(set(msgspec.structs.astuple(ports))) < len(PORT_VARIABLES):
        raise Problem(f"{', '.join(PORT_VARIABLES.values())} must name different ports.")
    return ports


def positive_number(environ: Mapping[str, str], variable: str, *, default: int) -> int:
    """A whole number from the environment, at least 1. Raises: Problem."""
    text = environ.get(variable, "").strip() or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise Problem(f"{variable} must be a whole number, at least 1, not {text!r}.")
    return int(text)


def local_environment(environ: Mapping[str, str], *, ports: Ports) -> dict[str, str]:
    """All variables of a local process: those of `environ`, and over them what makes the process a local one.

    A provider whose API key is set and whose base URL is not is the real one; otherwise it is the emulator, unless a
    base URL says where it is. Applying it twice changes nothing.
    """
    resources = resource_names(f"http://{HOST}:{ports.aws}")
    kept = {
        name: value
        for name, value in environ.items()
        if name not in _REAL_AWS and not name.startswith("AWS_ENDPOINT_URL_")
    }
    return {
        "JWT_SECRET": JWT_SECRET,
        "VAPI_WEBHOOK_SECRET": VAPI_WEBHOOK_SECRET,
        "WEBHOOK_SECRET": WEBHOOK_SECRET,
        **kept,
        **_providers(environ, emulator=f"http://{HOST}:{ports.model}"),
        **resources.environment,
        **{variable: str(getattr(ports, name)) for name, variable in PORT_VARIABLES.items()},
        "SOCKET_URL": f"ws://{HOST}:{ports.socket}/api",
        "CONNECTIONS_URL": f"http://{HOST}:{ports.socket}/api",
        "STAGE": "dev",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": _with_host(environ.get("NO_PROXY", "")),
        "no_proxy": _with_host(environ.get("no_proxy", "")),
        # Nothing is written inside the tree: `chalice local` starts again when a file in it changes.
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }


def emulated_providers(environment: Mapping[str, str], *, ports: Ports) -> tuple[str, ...]:
    """Which of "openai" and "anthropic" are answered by the emulator."""
    emulator = f"http://{HOST}:{ports.model}"
    return tuple(
        name for name in ("openai", "anthropic") if environment.get(f"{name.upper()}_BASE_URL", "").startswith(emulator)
    )


def _providers(environ: Mapping[str, str], *, emulator: str) -> dict[str, str]:
    chosen = {}
    for name, base_url in (("OPENAI", f"{emulator}/v1"), ("ANTHROPIC", emulator)):
        key, url = f"{name}_API_KEY", f"{name}_BASE_URL"
        if not environ.get(key) and not environ.get(url):
            chosen[url] = base_url
        if not environ.get(key):
            chosen[key] = "emulated"
    # The real OpenAI's webhooks do not reach this machine: without the secret jobs look for their answers themselves.
    if chosen.get("OPENAI_BASE_URL", environ.get("OPENAI_BASE_URL", "")).startswith(emulator):
        chosen["OPENAI_WEBHOOK_SECRET"] = OPENAI_WEBHOOK_SECRET
    return chosen


def _with_host(no_proxy: str) -> str:
    hosts = [host for host in no_proxy.split(",") if host]
    return ",".join(dict.fromkeys([*hosts, HOST, "localhost"]))
