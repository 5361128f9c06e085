"""How is Casework assembled? Settings → adapters → use cases, each built once, on first use."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from chalicelib import telemetry
from chalicelib.analyses import catalogue
from chalicelib.blobs import BlobStore
from chalicelib.bootstrap_models import new_admission
from chalicelib.jobs.outcomes import Completed
from chalicelib.jobs.ports import AttemptContext, Clock, JobQueue, JobStore, JobType
from chalicelib.jobs.rescue import rescue
from chalicelib.settings import Settings, function_memory_mb, read_settings

if TYPE_CHECKING:
    from chalicelib.adapters.audit_log import AuditLog
    from chalicelib.adapters.sqs import SqsJobQueue
    from chalicelib.adapters.ssm import SsmSecret
    from chalicelib.analyses.kit.definition import Analysis
    from chalicelib.auth import TokenVerifier
    from chalicelib.bootstrap_calls import ModelCalls
    from chalicelib.bootstrap_forms import Forms
    from chalicelib.bootstrap_models import AnalysisServices
    from chalicelib.bootstrap_outbox import Outbox
    from chalicelib.cases.model import CaseReader, CaseStore, TextReader
    from chalicelib.worker import LambdaContext


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
            self.dynamodb,
            table=self.settings.jobs_table,
            cases_table=self.settings.cases_table,
            blobs=self.blob_store,
            listed_days=self.settings.retention_days,
        )

    @cached_property
    def case_store(self) -> CaseStore:
        """Case records, in DynamoDB."""
        from chalicelib.adapters.dynamodb.case_store import DynamoCaseStore

        return DynamoCaseStore(self.dynamodb, table=self.settings.cases_table, blobs=self.blob_store)

    @cached_property
    def job_queue(self) -> JobQueue:
        """The two lanes, in SQS."""
        return self.sqs_queue

    admission = cached_property(new_admission)

    @cached_property
    def blob_store(self) -> BlobStore:
        """Documents and large results, in S3."""
        from chalicelib.adapters.s3 import S3BlobStore

        return S3BlobStore(partial(self._client, "s3"), bucket=self.settings.bucket)

    @cached_property
    def verifier(self) -> TokenVerifier:
        """Bearer tokens → principals."""
        from chalicelib.auth import token_verifier

        return token_verifier(self.settings, clock=self.clock)

    @cached_property
    def text_reader(self) -> TextReader:
        """Text, places and pictures of files; what decodes runs in a child process."""
        from chalicelib.adapters.file_readers import FileReaders

        return FileReaders(memory_mb=function_memory_mb())

    @cached_property
    def case_reader(self) -> CaseReader:
        """What analyses may read."""
        from chalicelib.cases.reader import StoredCaseReader

        return StoredCaseReader(
            store=self.case_store, forms=self.forms.store, blobs=self.blob_store, text_reader=self.text_reader
        )

    @cached_property
    def services(self) -> AnalysisServices:
        """What analyses may use."""
        from chalicelib.bootstrap_models import AnalysisServices

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
        return self.secret(self.settings.vapi_webhook_secret, name=self.settings.vapi_webhook_secret_name)

    @cached_property
    def model_calls(self) -> ModelCalls:
        """The model calls that go on without a worker."""
        from chalicelib.bootstrap_calls import ModelCalls

        return ModelCalls(self)

    @cached_property
    def outbox(self) -> Outbox:
        """Live updates and webhooks."""
        from chalicelib.bootstrap_outbox import Outbox

        return Outbox(self, client=self._client)

    @cached_property
    def forms(self) -> Forms:
        """The working form."""
        from chalicelib.bootstrap_forms import Forms

        return Forms(self)

    @cached_property
    def health_checks(self) -> Mapping[str, Callable[[], None]]:
        """What a deep health check asks, by the name it reports."""
        from chalicelib.bootstrap_health import health_checks

        return health_checks(self, client=self._client)

    def work(self, event: Mapping[str, Any], context: LambdaContext) -> Mapping[str, bool] | None:
        """Handle an SQS event of either lane, or deep health's question about keys."""
        if "check_keys_of" in event:
            from chalicelib.bootstrap_models import readable_keys

            return readable_keys(self, event["check_keys_of"])
        from chalicelib.worker import handle_message, handle_records

        run = partial(handle_message, system=self)
        handle_records(event, context, run=run, redeliver=self.sqs_queue.redeliver)
        return None

    def rescue(self, context: LambdaContext) -> dict[str, int]:
        """Handle a tick of the timer."""
        return rescue(
            store=self.job_store,
            queue=self.job_queue,
            clock=self.clock,
            time_left=partial(_seconds_left, context),
            admission=self.admission,
        )

    def forget(self, context: LambdaContext) -> dict[str, int]:
        """Delete the cases that the stage keeps no longer; nothing where it keeps them for ever."""
        days = self.settings.case_retention_days
        if days is None:
            return {}
        from chalicelib.cases.forget import forget_old_cases
        from chalicelib.jobs.requests import JobsOfCase

        return forget_old_cases(
            store=self.case_store,
            blobs=self.blob_store,
            jobs=JobsOfCase(self.job_store, self.job_queue),
            kept_for=timedelta(days=days),
            now=self.clock(),
            new_id=self.new_id,
            time_left=partial(_seconds_left, context),
        )

    def audit_log(self, group: str) -> AuditLog:
        """Who did what to whose data."""
        from chalicelib.adapters.audit_log import AuditLog

        return AuditLog(partial(self._client, "logs"), group=group, new_id=self.new_id, clock=self.clock)

    @cached_property
    def aws_session(self) -> Any:
        """The session that all clients come from. boto3 would add nothing but 60 ms to the start of every function."""
        from chalicelib.adapters.aws import new_session

        return new_session()

    @cached_property
    def dynamodb(self) -> Any:
        """The low-level client, for what has a table's name of its own."""
        return self._client("dynamodb")

    @cached_property
    def sqs_queue(self) -> SqsJobQueue:
        from chalicelib.adapters.sqs import SqsJobQueue

        return SqsJobQueue(
            self._client("sqs"), high_url=self.settings.high_queue_url, normal_url=self.settings.normal_queue_url
        )

    def _client(self, name: str, *, endpoint_url: str | None = None) -> Any:
        from chalicelib.adapters.aws import new_client

        # moto takes what AWS refuses; AWS needs no help
        return new_client(self.aws_session, name, endpoint_url=endpoint_url, validates=self.settings.stage == "dev")

    def _job_type(self, analysis: Analysis) -> JobType:
        def run(ctx: AttemptContext) -> Completed:
            return self.forms.with_attention(analysis.run(ctx, self.services), ctx.job)

        return JobType(name=analysis.job_type, run=run, policy=analysis.policy)

    def secret(self, value: str | None, *, name: str | None) -> str | None:
        """A secret of the settings: the value itself, or what is stored under the name."""
        if value is not None or name is None:
            return value
        from chalicelib.adapters.ssm import SsmSecret

        if name not in self._secrets:
            self._secrets[name] = SsmSecret(name, client=partial(self._client, "ssm"), clock=self.clock)
        return self._secrets[name].value()


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
        if settings.audit_log_group is not None:
            telemetry.also_send("audit", _built.audit_log(settings.audit_log_group))
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


def _seconds_left(context: LambdaContext) -> float:
    return context.get_remaining_time_in_millis() / 1000
