"""Live updates: tickets, connections, and each new version of a job posted to those who follow it.

Subscribed first, read after: following a job marks its record, the mark is a change of the table like any other, and
the stream's function answers it with a snapshot. So a client misses nothing between that and the first change.
Delivery is at least once and unordered; the higher `version` wins. Whoever hears nothing polls: GET is the truth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

import msgspec

from chalicelib import telemetry, time_budget
from chalicelib.auth import Principal
from chalicelib.errors import CaseworkError, NotFound
from chalicelib.jobs.model import Job
from chalicelib.outbox.webhooks import WebhookQueue, announce_end

TICKET_LIVES = timedelta(seconds=60)
CONNECTION_LIVES = timedelta(hours=2, minutes=10)
"""API Gateway ends a connection after two hours; what is stored of one is forgotten ten minutes later."""

FOLLOWED_AT_MOST = 50
LONGEST_JOB_ID = 64
OLDEST_UPDATE = timedelta(minutes=1)
"""An update older than this is dropped: its client has polled since."""

POSTING_SECONDS = 40.0  # for all posts of a batch; the rest of the function's 60 s is for queueing webhooks
OPENING_TAKES = timedelta(seconds=5)
OPENING_PAUSE_SECONDS = 0.2
OPENING_TRIES = 10
"""A connection can be posted to only after its handshake, which ends after its first job was marked."""

PROTOCOL = "casework.v1"
TICKET_PREFIX = "ticket."


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """The right to open one connection: whose, for which jobs, until when. `secret` is stored as its hash only."""

    secret: str
    principal: Principal
    job_ids: tuple[str, ...]
    expires_at: datetime


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """An open connection and the jobs it follows."""

    connection_id: str
    principal: Principal
    job_ids: tuple[str, ...]
    expires_at: datetime


class Watcher(msgspec.Struct, frozen=True, kw_only=True):
    """A connection that follows a job, and since when."""

    connection_id: str
    since: datetime


class WatchStore(Protocol):
    """Tickets, connections and watchers. All methods raise StorageUnavailable."""

    def put_ticket(self, ticket: Ticket) -> None:
        """Store a ticket."""

    def take_ticket(self, secret: str, *, now: datetime) -> Ticket | None:
        """Use a ticket up; None when there is none, it was used, or it is over."""

    def put_connection(self, connection: Connection) -> None:
        """Store a connection, or replace what is stored of it."""

    def connection(self, connection_id: str) -> Connection | None:
        """What is stored of a connection."""

    def forget_connection(self, connection: Connection) -> None:
        """Remove a connection and all that it follows."""

    def watch(self, job_ids: Sequence[str], *, connection: Connection, now: datetime) -> None:
        """Follow jobs, and mark their records, so that the stream answers with a snapshot of each."""

    def unwatch(self, job_ids: Sequence[str], *, connection_id: str) -> None:
        """Follow jobs no longer."""

    def watching(self, job_ids: Sequence[str], *, connection_id: str) -> frozenset[str]:
        """Those of the jobs that the connection still follows."""

    def watchers(self, job_id: str, *, now: datetime) -> Sequence[Watcher]:
        """Who follows a job, expired ones left out."""


class ConnectionGone(Exception):
    """Nobody is at the other end of the connection, or not yet."""


class Sockets(Protocol):
    """The open connections."""

    def post(self, connection_id: str, body: bytes) -> None:
        """Send one message. Raises: ConnectionGone; StorageUnavailable when the gateway does not answer."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a job's record, as the table's stream has it: both images, None where there is none."""

    before: Job | None
    after: Job | None
    marked: bool
    """Whether somebody began to follow the job with this change."""
    at: datetime


class ClientMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a client may say."""

    type: Literal["ping", "follow", "unfollow"]
    job_ids: tuple[str, ...] = ()


ReadJob = Callable[[str, Principal], Job]
"""The job for its principal. Raises: NotFound, StorageUnavailable."""


def open_connection(
    connection_id: str, *, protocols: Sequence[str], watches: WatchStore, now: datetime
) -> Connection | None:
    """Use the offered ticket up and follow its jobs; None refuses the handshake (401)."""
    secrets = [offer.removeprefix(TICKET_PREFIX) for offer in protocols if offer.startswith(TICKET_PREFIX)]
    if PROTOCOL not in protocols or len(secrets) != 1:
        return None
    ticket = watches.take_ticket(secrets[0], now=now)
    if ticket is None:
        return None
    connection = Connection(
        connection_id=connection_id,
        principal=ticket.principal,
        job_ids=ticket.job_ids,
        expires_at=now + CONNECTION_LIVES,
    )
    watches.put_connection(connection)
    watches.watch(ticket.job_ids, connection=connection, now=now)
    return connection


def close_connection(connection_id: str, *, watches: WatchStore) -> None:
    """Forget a connection that has ended."""
    connection = watches.connection(connection_id)
    if connection is not None:
        watches.forget_connection(connection)


def answer_client(
    connection_id: str, text: str, *, watches: WatchStore, read_job: ReadJob, now: datetime
) -> Mapping[str, Any] | None:
    """Do what a client's message says; what to answer, None: nothing."""
    try:
        message = msgspec.json.decode(text, type=ClientMessage)
    except msgspec.DecodeError:
        return _error("invalid_message", 'Send {"type": "ping"}, or "follow" or "unfollow" with "job_ids".')
    if message.type == "ping":
        return {"type": "pong"}
    connection = watches.connection(connection_id)
    if connection is None or connection.expires_at <= now:
        return _error("unknown_connection", "Ask POST /streams for a new ticket and connect again.")
    return _changed_following(message, connection, watches=watches, read_job=read_job, now=now)


def _changed_following(
    message: ClientMessage, connection: Connection, *, watches: WatchStore, read_job: ReadJob, now: datetime
) -> Mapping[str, Any] | None:
    named = tuple(dict.fromkeys(message.job_ids))
    if message.type == "unfollow":
        left = tuple(job_id for job_id in connection.job_ids if job_id not in named)
        watches.put_connection(msgspec.structs.replace(connection, job_ids=left))
        ids = [job_id for job_id in named if 0 < len(job_id) <= LONGEST_JOB_ID]  # nothing else can be a key
        watches.unwatch(ids, connection_id=connection.connection_id)
        return None
    followed = tuple(dict.fromkeys((*connection.job_ids, *named)))
    if len(followed) > FOLLOWED_AT_MOST:  # those that have ended are followed no longer and do not count
        open_ones = watches.watching(connection.job_ids, connection_id=connection.connection_id)
        followed = tuple(job_id for job_id in followed if job_id in open_ones or job_id in named)
    if len(followed) > FOLLOWED_AT_MOST:
        return _error("too_many_jobs", f"A connection follows at most {FOLLOWED_AT_MOST} jobs at a time.")
    try:
        for job_id in named:
            read_job(job_id, connection.principal)
    except NotFound:
        return _error("not_found", f"There is no job {job_id[:LONGEST_JOB_ID]}.")
    watches.put_connection(msgspec.structs.replace(connection, job_ids=followed))
    watches.watch(named, connection=connection, now=now)
    return None


def publish(
    changes: Iterable[Change],
    *,
    watches: WatchStore,
    sockets: Sockets,
    webhooks: WebhookQueue,
    view: Callable[[Job, datetime], Mapping[str, Any]],
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> None:
    """Post the newest version of each changed job to its followers, and queue the webhooks of those that ended.

    Posting never raises: a lost update costs a client one poll. Raises: StorageUnavailable when a webhook could not be
    queued, so that the batch comes again.
    """
    changes = list(changes)
    with time_budget.limited_to(POSTING_SECONDS):
        for job in _newest(changes, now=clock()):
            with _losable(job):
                _post(job, watches=watches, sockets=sockets, view=view, clock=clock, sleep=sleep)
    for change in changes:
        if _has_ended(change) and change.after is not None and change.after.notify_url is not None:
            announce_end(change.after, queue=webhooks)


def _newest(changes: Sequence[Change], *, now: datetime) -> Sequence[Job]:
    """The newest version of each job that has something new for its followers."""
    found: dict[str, Job] = {}
    for change in changes:
        job = change.after
        if job is None or change.at < now - OLDEST_UPDATE or not (change.marked or _is_newer(change)):
            continue
        known = found.get(job.job_id)
        if known is None or job.version >= known.version:
            found[job.job_id] = job
    return list(found.values())


def _is_newer(change: Change) -> bool:
    return change.after is not None and (change.before is None or change.after.version > change.before.version)


def _has_ended(change: Change) -> bool:
    return change.after is not None and change.after.is_done and (change.before is None or change.before.is_open)


def _post(
    job: Job,
    *,
    watches: WatchStore,
    sockets: Sockets,
    view: Callable[[Job, datetime], Mapping[str, Any]],
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> None:
    now = clock()
    watchers = watches.watchers(job.job_id, now=now)
    if not watchers:
        return
    body = msgspec.json.encode({"type": "job", "job": view(job, now)})
    for watcher in watchers:
        with _losable(job):  # a connection whose client does not read is refused alone
            try:
                if _post_to(watcher, body, sockets=sockets, clock=clock, sleep=sleep) and job.is_done:
                    watches.unwatch([job.job_id], connection_id=watcher.connection_id)
            except ConnectionGone:
                watches.unwatch([job.job_id], connection_id=watcher.connection_id)
                close_connection(watcher.connection_id, watches=watches)


@contextmanager
def _losable(job: Job) -> Iterator[None]:
    try:
        yield
    except CaseworkError as exc:
        telemetry.warning("update_lost", job_id=job.job_id, error=type(exc).__name__)


def _post_to(
    watcher: Watcher,
    body: bytes,
    *,
    sockets: Sockets,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> bool:
    """Whether the connection took it; False for one that is still opening, which gets what comes next."""
    for _ in range(OPENING_TRIES):
        try:
            sockets.post(watcher.connection_id, body)
            return True
        except ConnectionGone:
            if clock() - watcher.since > OPENING_TAKES:
                raise
            sleep(OPENING_PAUSE_SECONDS)
    return False


def _error(code: str, detail: str) -> Mapping[str, Any]:
    return {"type": "error", "code": code, "detail": detail}
