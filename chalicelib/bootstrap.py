"""How is Casework assembled? Settings → adapters → use cases, each built once, on first use."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any

from chalicelib import telemetry
from chalicelib.analyses import catalogue
from chalicelib.blobs import BlobStore
from chalicelib.errors import ProviderAuth, StorageUnavailable
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext, Clock, JobMessage, JobQueue, JobStore, JobType
from chalicelib.jobs.rescue import rescue
from chalicelib.jobs.run import pulse, run_attempt
from chalicelib.settings import Settings, read_settings
from chalicelib.worker import LambdaContext, handle_records

if TYPE_CHECKING:
    from chalicelib.adapters.sqs import SqsJobQueue
    from chalicelib.adapters.ssm import SsmSecret
    from chalicelib.analyses.kit.definition import Analysis
    from chalicelib.analyses.kit.llm import ConversationModel, StructuredModel
    from chalicelib.api.auth import TokenVerifier
    from chalicelib.cases.model import CaseReader, CaseStore

# Three attempts must end before API Gateway gives up on us (29 s), so that the client gets our 503 and not its 504.
AWS_CONNECT_SECONDS = 2
AWS_READ_SECONDS = 5
AWS_ATTEMPTS = 3
USER_AGENT = "casework"
"""One of our own: botocore builds its long one anew for each call, twice, which is a tenth of the call's work."""
NO_JOB = NO_CASE = "00000000-0000-0000-0000-000000000000"
NO_BLOB = "health"

_CONNECTING = threading.Lock()
"""A session of botocore is not thread-safe, and `chalice local` answers each connection in a thread of its own."""


def utc_now() -> datetime:
    """Now, as aware UTC."""
    return datetime.now(UTC)


def new_uuid() -> str:
    """A fresh random id."""
    return str(uuid.uuid4())


class System:
    """Every part of a running Casework. Tests build one of their own and put it in place with `use`."""

    def __init__(self, settings: Settings, *, clock: Clock = utc_now, new_id: Callable[[], str] = new_uuid) -> None:
        self.settings = settings
        self.clock = clock
        self.new_id = new_id
        self._secrets: dict[str, SsmSecret] = {}

    @cached_property
    def job_store(self) -> JobStore:
        """Job records, in DynamoDB."""
        from chalicelib.adapters.dynamodb.job_store import DynamoJobStore

        return DynamoJobStore(
            self._dynamodb,
            table=self.settings.jobs_table,
            cases_table=self.settings.cases_table,
            blobs=self.blob_store,
            listed_days=self.settings.retention_days,
        )

    @cached_property
    def case_store(self) -> CaseStore:
        """Case records, in DynamoDB."""
        from chalicelib.adapters.dynamodb.case_store import DynamoCaseStore

        return DynamoCaseStore(self._dynamodb, table=self.settings.cases_table, blobs=self.blob_store)

    @cached_property
    def job_queue(self) -> JobQueue:
        """The two lanes, in SQS."""
        return self._sqs_queue

    @cached_property
    def blob_store(self) -> BlobStore:
        """Documents and large results, in S3."""
        from chalicelib.adapters.s3 import S3BlobStore

        return S3BlobStore(partial(self._client, "s3"), bucket=self.settings.bucket)

    @cached_property
    def verifier(self) -> TokenVerifier:
        """Bearer tokens → principals."""
        from chalicelib.api.auth import token_verifier

        return token_verifier(self.settings, clock=self.clock)

    @cached_property
    def case_reader(self) -> CaseReader:
        """What analyses may read."""
        from chalicelib.adapters.pypdf.text_reader import PypdfTextReader
        from chalicelib.cases.reader import StoredCaseReader

        return StoredCaseReader(store=self.case_store, blobs=self.blob_store, text_reader=PypdfTextReader())

    @cached_property
    def services(self) -> AnalysisServices:
        """What analyses may use."""
        return AnalysisServices(self)

    @cached_property
    def analyses(self) -> Mapping[str, Analysis]:
        """Every analysis by its job type."""
        return catalogue()

    @cached_property
    def job_types(self) -> Mapping[str, JobType]:
        """How each analysis is run as a job."""
        return {name: self._job_type(analysis) for name, analysis in self.analyses.items()}

    @property
    def vapi_webhook_secret(self) -> str | None:
        """The shared secret of the voice assistant's webhook, a rotated one within five minutes; None: it refuses
        everything."""
        return self._secret(self.settings.vapi_webhook_secret, name=self.settings.vapi_webhook_secret_name)

    @cached_property
    def health_checks(self) -> Mapping[str, Callable[[], None]]:
        """What a deep health check asks, by the name it reports."""
        return {
            "table": lambda: _answers(self.job_store.get(NO_JOB), self.case_store.outline(NO_CASE)),
            "queue": self._sqs_queue.check,
            # A HEAD would say the same 404 of an object and of a bucket that is not there; a GET names which.
            "bucket": lambda: _answers(self.blob_store.get(NO_BLOB)),
            **self._secret_checks(),
        }

    def work(self, event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, bool] | None:
        """Handle an SQS event of either lane, or deep health's question about a key."""
        if "check_key_of" in event:
            return {"readable": self._can_read_key(str(event["check_key_of"]))}
        handle_records(event, context, run=self._run, redeliver=self._sqs_queue.redeliver)
        return None

    def rescue(self, context: LambdaContext) -> dict[str, int]:
        """Handle a tick of the timer."""
        return rescue(
            store=self.job_store, queue=self.job_queue, clock=self.clock, time_left=partial(_seconds_left, context)
        )

    def openai_key(self) -> str | None:
        """The key for OpenAI, from the environment or from Parameter Store; a rotated one within five minutes.

        Raises: ProviderAuth when this stage has none, or may not read it.
        """
        return self._provider_key("OpenAI", self.settings.openai_api_key, name=self.settings.openai_api_key_name)

    def anthropic_key(self) -> str | None:
        """The key for Anthropic; see openai_key."""
        return self._provider_key(
            "Anthropic", self.settings.anthropic_api_key, name=self.settings.anthropic_api_key_name
        )

    @cached_property
    def aws_session(self) -> Any:
        """The session that all clients come from. boto3 would add nothing but 60 ms to the start of every function."""
        import botocore.session

        return botocore.session.get_session()

    @cached_property
    def _dynamodb(self) -> Any:
        return self._client("dynamodb")

    @cached_property
    def _sqs_queue(self) -> SqsJobQueue:
        from chalicelib.adapters.sqs import SqsJobQueue

        return SqsJobQueue(
            self._client("sqs"), high_url=self.settings.high_queue_url, normal_url=self.settings.normal_queue_url
        )

    def _client(self, name: str) -> Any:
        from botocore.config import Config

        config = Config(
            connect_timeout=AWS_CONNECT_SECONDS,
            read_timeout=AWS_READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": AWS_ATTEMPTS},
            signature_version="s3v4" if name == "s3" else None,
            user_agent=USER_AGENT,
            parameter_validation=self.settings.stage == "dev",  # moto takes what AWS refuses; AWS needs no help
        )
        with _CONNECTING:
            return self.aws_session.create_client(name, config=config)

    def _run(self, message: JobMessage, claim_token: str, time_left: Callable[[], float]) -> None:
        run_attempt(
            message,
            store=self.job_store,
            queue=self.job_queue,
            job_types=self.job_types,
            clock=self.clock,
            rng=random.Random(),  # noqa: S311  # jitter, not a secret
            claim_token=claim_token,
            time_left=time_left,
            pulse=pulse,
        )

    def _job_type(self, analysis: Analysis) -> JobType:
        def run(ctx: AttemptContext) -> Completed:
            return analysis.run(ctx, self.services)

        return JobType(name=analysis.job_type, run=run, policy=analysis.policy)

    def _secret(self, value: str | None, *, name: str | None) -> str | None:
        if value is not None or name is None:
            return value
        from chalicelib.adapters.ssm import SsmSecret

        if name not in self._secrets:
            self._secrets[name] = SsmSecret(name, client=partial(self._client, "ssm"), clock=self.clock)
        return self._secrets[name].value()

    def _provider_key(self, provider: str, value: str | None, *, name: str | None) -> str | None:
        from chalicelib.adapters.ssm import SecretUnreadable

        try:
            key = self._secret(value, name=name)
        except SecretUnreadable as exc:
            raise ProviderAuth(f"The key for {provider} is not configured.", provider=provider.lower()) from exc
        if key is None and self.settings.stage != "dev":
            raise ProviderAuth(f"This stage has no key for {provider}.", provider=provider.lower())
        return key

    def _can_read_key(self, provider: str) -> bool:
        try:
            return {"openai": self.openai_key, "anthropic": self.anthropic_key}[provider]() is not None
        except (KeyError, ProviderAuth, StorageUnavailable):
            return False

    def _secret_checks(self) -> Mapping[str, Callable[[], None]]:
        """The secrets that this stage names, each read by a function that uses it."""
        from chalicelib.adapters.worker_check import WorkerCheck

        settings = self.settings
        checks: dict[str, Callable[[], None]] = {}
        if settings.worker_function is not None:
            worker = WorkerCheck(partial(self._client, "lambda"), function=settings.worker_function)
            named = {"openai": settings.openai_api_key_name, "anthropic": settings.anthropic_api_key_name}
            checks = {f"{provider}_key": partial(worker.key, provider) for provider, name in named.items() if name}
        if settings.vapi_webhook_secret_name is not None:
            checks["webhook_secret"] = lambda: _answers(self.vapi_webhook_secret)
        return checks


class AnalysisServices:
    """The services of analyses; a provider's SDK is loaded when its model is first asked for.

    A model is kept with its connections until its key is another one.
    """

    def __init__(self, system: System) -> None:
        self._system = system
        self._openai_model = lru_cache(maxsize=1)(self._new_openai_model)
        self._anthropic_model = lru_cache(maxsize=1)(self._new_anthropic_model)

    @property
    def cases(self) -> CaseReader:
        """The cases and their documents."""
        return self._system.case_reader

    @property
    def openai(self) -> StructuredModel:
        """OpenAI's model of the settings, with the key of now."""
        return self._openai_model(self._system.openai_key())

    @property
    def anthropic(self) -> ConversationModel:
        """Anthropic's model of the settings, with the key of now."""
        return self._anthropic_model(self._system.anthropic_key())

    def _new_openai_model(self, api_key: str | None) -> StructuredModel:
        from chalicelib.adapters.openai.structured_model import OpenAIStructuredModel

        model, effort, other = self._system.settings.of_openai
        return OpenAIStructuredModel(model=model, api_key=api_key, effort=effort, fallback_model=other)

    def _new_anthropic_model(self, api_key: str | None) -> ConversationModel:
        from chalicelib.adapters.anthropic.conversation_model import AnthropicConversationModel

        model, effort, other = self._system.settings.of_anthropic
        return AnthropicConversationModel(model=model, api_key=api_key, effort=effort, fallback_model=other)


_built: System | None = None


def system() -> System:
    """The system of this process, from its environment.

    Raises: SettingsError naming everything that is wrong with the environment.
    """
    global _built
    if _built is None:
        settings = read_settings()
        telemetry.configure(settings.log_level, stage=settings.stage)
        _built = System(settings)
    return _built


@contextmanager
def use(replacement: System) -> Iterator[System]:
    """Let `system()` be `replacement` inside the block; for tests."""
    global _built
    before, _built = _built, replacement
    try:
        yield replacement
    finally:
        _built = before


def _answers(*answers: object) -> None:
    """A check is passed by any answers; no answer raises StorageUnavailable before it gets here."""


def _seconds_left(context: LambdaContext) -> float:
    return context.get_remaining_time_in_millis() / 1000
