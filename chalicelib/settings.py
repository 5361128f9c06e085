"""The settings of a process: the only reader of the environment; all its problems are named at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from chalicelib.setting_values import (
    ANY_ORIGIN,
    Stage,
    case_retention,
    effort,
    flag,
    header_names,
    log_level,
    origins,
    positive,
    retention,
    seconds,
    signing_problems,
    stage,
)

T = TypeVar("T")

SHORTEST_SECRET_BYTES = 32

SAFE_KEY_SETS = ("https://", "http://127.0.0.1:")
"""The second is this machine itself: the package on an emulated AWS."""


class SettingsError(Exception):
    """The environment cannot be used; the message lists every problem, one a line."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that differs between stages. Each field's environment variable is its name in capitals.

    docs/configuration.md is written from this class (`make docs`).

    `AWS_ENDPOINT_URL`, `OPENAI_BASE_URL` and `ANTHROPIC_BASE_URL` are read by the SDKs themselves: nothing else decides
    whose services a run talks to.
    """

    stage: Stage
    """Where this runs. `dev` is a developer's machine; only there a shared JWT_SECRET is accepted."""
    jobs_table: str
    """DynamoDB table of the job records."""
    cases_table: str
    """DynamoDB table of the cases."""
    bucket: str
    """S3 bucket of documents and large results."""
    high_queue_url: str
    """SQS queue of the high lane."""
    normal_queue_url: str
    """SQS queue of the normal lane."""
    deliveries_queue_url: str | None
    """SQS queue of webhooks to deliver; without one no start may ask for a webhook."""
    socket_url: str | None
    """Where clients open a WebSocket (wss://…); without one there are no live updates."""
    connections_url: str | None
    """Where open WebSockets are posted to (API Gateway's @connections); only functions that post need it."""
    jwt_secret: str | None
    """Shared secret (HS256) that signs tokens, 32 bytes or more; stage dev only."""
    jwks_url: str | None
    """Where the keys (RS256, ES256) are published that sign tokens; required outside dev."""
    jwt_issuer: str | None
    """The only `iss` that is accepted; required outside dev."""
    jwt_audience: str | None
    """The only `aud` that is accepted (or `client_id`, as Cognito's access tokens have it); required outside dev."""
    jwt_role_claim: str
    """The claim that names the role: a name, or a dotted path such as `app_metadata.role`."""
    cors_allow_origin: tuple[str, ...]
    """The origins whose pages may call the API, such as `https://app.example`, separated by commas; `*`: any."""
    cors_allow_headers: tuple[str, ...]
    """Request headers that pages may send besides those of the API and of tracing, separated by commas."""
    retention_days: int
    """Days until a job and all it stored is forgotten, at least 8."""
    case_retention_days: int | None
    """Days after its last change until a case is deleted with its documents, at least 30; unset or 0: never."""
    max_open_jobs: int
    """Open jobs that one user may have; the next start is refused with 429."""
    openai_calls_at_once: int
    """Calls that may be in flight at OpenAI, at least 1; jobs past them wait as pending."""
    openai_low_calls_at_once: int
    """The same for calls of jobs with priority low, which take hours."""
    anthropic_calls_at_once: int
    """Calls that may be in flight at Anthropic, at least 1; jobs past them wait as pending."""
    openai_model: str
    """The model of the call analysis and of form 7801."""
    anthropic_model: str
    """The model of the document agent."""
    openai_effort: str
    """How much OpenAI's model reasons before it answers: low, medium, high, xhigh or max."""
    anthropic_effort: str
    """How much Anthropic's model thinks before it answers: low, medium, high, xhigh or max."""
    openai_fallback_model: str | None
    """The model of OpenAI that is asked when the first one declines to answer; unset: none."""
    anthropic_fallback_model: str | None
    """The model of Anthropic that is asked when the first one declines to answer; unset: none."""
    openai_background: bool
    """`on`: OpenAI works on calls by itself and keeps each answer until it is fetched; `off`: streamed, none kept."""
    park_after_seconds: float
    """For so long a worker follows a new call in the background before it leaves the job to it, 0 to 60."""
    openai_webhook_secret: str | None
    """What signs OpenAI's webhooks, `whsec_…`; two, separated by a space, while it is rotated."""
    openai_webhook_secret_name: str | None
    """The SSM parameter that holds that secret; without one jobs look by themselves whether their answer is there."""
    openai_api_key: str | None
    """The key for OpenAI itself; in a deployed stage name it with OPENAI_API_KEY_NAME instead."""
    anthropic_api_key: str | None
    """The key for Anthropic itself; in a deployed stage name it with ANTHROPIC_API_KEY_NAME instead."""
    openai_api_key_name: str | None
    """The SSM parameter that holds the key for OpenAI."""
    anthropic_api_key_name: str | None
    """The SSM parameter that holds the key for Anthropic."""
    audit_log_group: str | None
    """The log group that keeps the audit lines; set for the API only."""
    worker_function: str | None
    """The worker's function, which deep health asks whether it can read the providers' keys; set for the API only."""
    vapi_webhook_secret: str | None
    """The shared secret of the voice assistant's webhook; without one it refuses everything."""
    vapi_webhook_secret_name: str | None
    """The SSM parameter that holds that secret."""
    vapi_require_case_token: bool
    """`true`: a report is ignored unless its metadata has the `case_token` that the case's owner read from the API."""
    webhook_secret: str | None
    """What signs webhooks, `whsec_` and base64; two, separated by a space, while it is rotated."""
    webhook_secret_name: str | None
    """The SSM parameter that holds that secret."""
    webhook_loopback: bool
    """`true`: webhooks may go to loopback, over http too. For an emulator, never in prod; in stage dev always."""
    log_level: str
    """DEBUG, INFO, WARNING or ERROR."""

    @property
    def of_openai(self) -> tuple[str, str, str | None]:
        """Model, effort and fallback model."""
        return self.openai_model, self.openai_effort, self.openai_fallback_model

    @property
    def of_anthropic(self) -> tuple[str, str, str | None]:
        """Model, effort and fallback model."""
        return self.anthropic_model, self.anthropic_effort, self.anthropic_fallback_model

    @property
    def has_openai_webhook(self) -> bool:
        """Whether OpenAI reports the end of a call by a webhook."""
        return self.openai_webhook_secret is not None or self.openai_webhook_secret_name is not None

    @property
    def allows_loopback_webhooks(self) -> bool:
        """Whether webhooks may go to this machine."""
        return self.stage == "dev" or self.webhook_loopback


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process.

    Raises: SettingsError naming every missing or malformed variable.
    """
    reader = _Reader(os.environ if environ is None else environ)
    settings = Settings(
        stage=reader.parsed("STAGE", stage, default="dev"),
        jobs_table=reader.required("JOBS_TABLE"),
        cases_table=reader.required("CASES_TABLE"),
        bucket=reader.required("BUCKET"),
        high_queue_url=reader.required("HIGH_QUEUE_URL"),
        normal_queue_url=reader.required("NORMAL_QUEUE_URL"),
        deliveries_queue_url=reader.optional("DELIVERIES_QUEUE_URL"),
        socket_url=reader.optional("SOCKET_URL"),
        connections_url=reader.optional("CONNECTIONS_URL"),
        jwt_secret=reader.optional("JWT_SECRET"),
        jwks_url=reader.optional("JWKS_URL"),
        jwt_issuer=reader.optional("JWT_ISSUER"),
        jwt_audience=reader.optional("JWT_AUDIENCE"),
        jwt_role_claim=reader.optional("JWT_ROLE_CLAIM") or "role",
        cors_allow_origin=reader.parsed("CORS_ALLOW_ORIGIN", origins, default=ANY_ORIGIN),
        cors_allow_headers=reader.parsed("CORS_ALLOW_HEADERS", header_names, default=""),
        retention_days=reader.parsed("RETENTION_DAYS", retention, default="30"),
        case_retention_days=reader.parsed("CASE_RETENTION_DAYS", case_retention, default="0"),
        max_open_jobs=reader.parsed("MAX_OPEN_JOBS", positive, default="20"),
        openai_calls_at_once=reader.parsed("OPENAI_CALLS_AT_ONCE", positive, default="20"),
        openai_low_calls_at_once=reader.parsed("OPENAI_LOW_CALLS_AT_ONCE", positive, default="20"),
        anthropic_calls_at_once=reader.parsed("ANTHROPIC_CALLS_AT_ONCE", positive, default="20"),
        openai_model=reader.optional("OPENAI_MODEL") or "gpt-6-luna",
        anthropic_model=reader.optional("ANTHROPIC_MODEL") or "claude-haiku-5-5",
        openai_effort=reader.parsed("OPENAI_EFFORT", effort, default="medium"),
        anthropic_effort=reader.parsed("ANTHROPIC_EFFORT", effort, default="medium"),
        openai_fallback_model=reader.optional("OPENAI_FALLBACK_MODEL"),
        anthropic_fallback_model=reader.optional("ANTHROPIC_FALLBACK_MODEL"),
        openai_background=reader.parsed("OPENAI_BACKGROUND", flag, default="on"),
        park_after_seconds=reader.parsed("PARK_AFTER_SECONDS", seconds, default="2.5"),
        openai_webhook_secret=reader.optional("OPENAI_WEBHOOK_SECRET"),
        openai_webhook_secret_name=reader.optional("OPENAI_WEBHOOK_SECRET_NAME"),
        openai_api_key=reader.optional("OPENAI_API_KEY"),
        anthropic_api_key=reader.optional("ANTHROPIC_API_KEY"),
        openai_api_key_name=reader.optional("OPENAI_API_KEY_NAME"),
        anthropic_api_key_name=reader.optional("ANTHROPIC_API_KEY_NAME"),
        audit_log_group=reader.optional("AUDIT_LOG_GROUP"),
        worker_function=reader.optional("WORKER_FUNCTION"),
        vapi_webhook_secret=reader.optional("VAPI_WEBHOOK_SECRET"),
        vapi_webhook_secret_name=reader.optional("VAPI_WEBHOOK_SECRET_NAME"),
        vapi_require_case_token=reader.parsed("VAPI_REQUIRE_CASE_TOKEN", flag, default="false"),
        webhook_secret=reader.optional("WEBHOOK_SECRET"),
        webhook_secret_name=reader.optional("WEBHOOK_SECRET_NAME"),
        webhook_loopback=reader.parsed("WEBHOOK_LOOPBACK", flag, default="false"),
        log_level=reader.parsed("LOG_LEVEL", log_level, default="INFO"),
    )
    reader.check(settings)
    return settings


def current_stage() -> str | None:
    """The stage the environment names, None when it names none; usable before the settings are complete."""
    return _Reader(os.environ).optional("STAGE")


def function_memory_mb() -> int | None:
    """The memory of this function, as Lambda says it; None elsewhere."""
    said = _Reader(os.environ).optional("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    return int(said) if said else None


class CorsSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Which pages may call, and which further headers they may send."""

    origins: tuple[str, ...]
    headers: tuple[str, ...]


def cors_settings() -> CorsSettings:
    """The CORS settings, which Chalice needs when `app` is imported.

    Wrong values count as unset here: the first request reads all settings and names every problem.
    """
    reader = _Reader(os.environ)
    return CorsSettings(
        origins=reader.parsed("CORS_ALLOW_ORIGIN", origins, default=ANY_ORIGIN),
        headers=reader.parsed("CORS_ALLOW_HEADERS", header_names, default=""),
    )


class _Reader:
    """Reads variables and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._problems: list[str] = []

    def optional(self, name: str) -> str | None:
        return self._environ.get(name, "").strip() or None

    def required(self, name: str) -> str:
        value = self.optional(name)
        if value is None:
            self._problems.append(f"{name} is not set")
        return value or ""

    def parsed(self, name: str, parse: Callable[[str], T], *, default: str) -> T:
        try:
            return parse(self.optional(name) or default)
        except ValueError as exc:
            self._problems.append(f"{name} {exc}, not {self._environ[name]!r}")
            return parse(default)

    def check(self, settings: Settings) -> None:
        if not settings.jwt_secret and not settings.jwks_url:
            self._problems.append("JWKS_URL is not set (in stage dev, JWT_SECRET does as well)")
        if settings.jwt_secret and len(settings.jwt_secret.encode()) < SHORTEST_SECRET_BYTES:
            self._problems.append(
                f"JWT_SECRET must have at least {SHORTEST_SECRET_BYTES} bytes (RFC 7518, section 3.2)"
            )
        for name in ("WEBHOOK_SECRET", "OPENAI_WEBHOOK_SECRET"):
            self._problems += [f"{name} {problem}" for problem in signing_problems(self.optional(name) or "")]
        if settings.stage != "dev":
            self._problems += _problems_outside_dev(settings)
        if self._problems:
            raise SettingsError("The environment cannot be used:\n  " + "\n  ".join(self._problems))


def _problems_outside_dev(settings: Settings) -> list[str]:
    problems = []
    if settings.jwt_secret:
        problems.append(f"JWT_SECRET must not be set in stage {settings.stage}: use JWKS_URL")
    if settings.jwks_url and not settings.jwks_url.startswith(SAFE_KEY_SETS):
        problems.append(f"JWKS_URL must begin with https:// in stage {settings.stage}")
    # Without these two, every token of the issuer is accepted, whatever application it was issued for.
    if settings.jwt_issuer is None:
        problems.append(f"JWT_ISSUER is not set; stage {settings.stage} needs the `iss` of its tokens")
    if settings.jwt_audience is None:
        problems.append(f"JWT_AUDIENCE is not set; stage {settings.stage} needs the `aud` of its tokens")
    if settings.webhook_loopback and settings.stage == "prod":
        problems.append("WEBHOOK_LOOPBACK must not be true in stage prod: a webhook could reach what only listens here")
    return problems
