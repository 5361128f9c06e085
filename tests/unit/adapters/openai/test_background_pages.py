"""A page of a proxy or a portal in place of a response in the background: it says nothing of the call."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.errors import ProviderUnavailable
from chalicelib.jobs.model import Status
from emulator import Emulator
from tests.fakes.scripted_openai import Reply, scripted_openai
from tests.unit.adapters.openai.test_background import Asked

HTML, JSON = {"content-type": "text/html"}, {"content-type": "application/json"}
PAGES = {
    "page": Reply(body=b"<html><body>Scheduled maintenance</body></html>", headers=HTML),
    "nothing": Reply(headers=HTML),
    "empty object": Reply(body=b"{}", headers=JSON),
    "null": Reply(body=b"null", headers=JSON),
    "another's answer": Reply(body=b'{"status": "ok"}', headers=JSON),
    "page of 404": Reply(status=404, body=b"<html><body>404 Not Found</body></html>", headers=HTML),
    "nothing with 404": Reply(status=404),
    "gateway without a route": Reply(status=404, body=b'{"message": "no Route matched"}', headers=JSON),
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    with Emulator(seconds=60) as running:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{running.url}/v1")
        yield Asked(running)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_a_page_in_place_of_a_response_is_no_end_of_the_call(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, page: Reply
) -> None:
    started = asked.start()
    asked.pass_time(60)
    with scripted_openai() as portal, monkeypatch.context() as changed:
        changed.setenv("OPENAI_BASE_URL", portal.url)
        portal.will_answer(page)
        asked.wake(started)
    job = asked.job(started)
    assert (job.waiting_for, job.error and job.error.code) == ("retry", "provider_unavailable")
    assert [(call.booked, call.over) for call in job.calls] == [(False, False)]

    asked.pass_time(10)
    asked.engine.deliver()

    job = asked.job(started)
    assert (job.status, asked.made, job.usage.calls[0].requests) == (Status.COMPLETED, 1, 1)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())
def test_a_page_in_place_of_a_response_ends_no_call_unpaid(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, page: Reply
) -> None:
    calls = asked.background.provider
    started = asked.start()
    [call] = asked.job(started).calls
    with scripted_openai() as portal, monkeypatch.context() as changed:
        changed.setenv("OPENAI_BASE_URL", portal.url)
        portal.will_answer(page, page)
        with pytest.raises(ProviderUnavailable):
            calls.end(call.id)
        with pytest.raises(ProviderUnavailable):
            calls.made_for(call.id)
    asked.pass_time(60)

    assert calls.end(call.id).usage is not None
    assert calls.made_for(call.id)["job"] == started.job.job_id
