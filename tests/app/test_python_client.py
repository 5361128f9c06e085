"""The Python client's types promise nothing that the API's description does not have, and it finds every analysis."""

from __future__ import annotations

from typing import Any, get_type_hints

import pytest

from chalicelib.analyses import catalogue
from clients.python.casework import Client, types
from clients.python.casework.cases import DocumentFacts
from tests.app.described import DOCUMENT
from tests.fakes.scripted_api import BASE_URL, ScriptedApi, answer


@pytest.mark.parametrize(
    ("kind", "component"),
    [
        (types.Start, "Start"),
        (types.Job, "Job"),
        (types.ErrorInfo, "ErrorInfo"),
        (types.Usage, "Usage"),
        (types.Event, "Event"),
        (types.Notify, "Notify"),
        (types.Delivery, "Delivery"),
        (types.Document, "Document"),
        (types.Case, "Case"),
        (types.StartOptions, "StartBody"),
        (DocumentFacts, "NewDocument"),
    ],
)
def test_every_member_is_one_of_the_api(kind: Any, component: str) -> None:
    assert set(get_type_hints(kind)) <= set(DOCUMENT["components"]["schemas"][component]["properties"])


def test_the_client_finds_every_analysis_in_the_description() -> None:
    client = Client(BASE_URL, ports=ScriptedApi(answer(DOCUMENT)).ports)

    assert dict(client.analyses) == {name: analysis.route for name, analysis in catalogue().items()}
