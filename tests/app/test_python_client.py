"""The Python client's types promise nothing that the API's description does not have, and it finds every analysis."""

from __future__ import annotations

from typing import Any, get_type_hints

import pytest

from chalicelib.analyses import catalogue
from chalicelib.documents.content_types import CONTENT_TYPES
from clients.python.casework import Client, types
from clients.python.casework.cases import TAKEN_TYPES, DocumentFacts
from tests.app.described import DOCUMENT
from tests.fakes.scripted_api import BASE_URL, ScriptedApi, answer

GIVEN_OTHERWISE = {
    "Document": {"file_type", "file_size"},  # for clients of before
    "NewDocument": {"text", "content_base64", "size"},  # the content, an argument
    "FormChanges": {"version"},  # an argument
}


@pytest.mark.parametrize(
    ("kind", "component"),
    [
        (types.Start, "Start"),
        (types.Job, "Job"),
        (types.Step, "Step"),
        (types.ErrorInfo, "ErrorInfo"),
        (types.Usage, "Usage"),
        (types.Event, "Event"),
        (types.Notify, "Notify"),
        (types.Delivery, "Delivery"),
        (types.Document, "Document"),
        (types.Case, "Case"),
        (types.CallMetadata, "CallMetadata"),
        (types.CaseSummary, "CaseSummary"),
        (types.Attention, "Attention"),
        (types.Form, "ChangedForm"),
        (types.FormField, "Field"),
        (types.FormConflict, "Conflict"),
        (types.FormSection, "Section"),
        (types.FormChanges, "FormChanges"),
        (types.FormChange, "Change"),
        (types.FormAddition, "Addition"),
        (types.FormEntry, "FormEntry"),
        (types.StartOptions, "StartBody"),
        (DocumentFacts, "NewDocument"),
    ],
)
def test_the_members_are_those_of_the_api(kind: Any, component: str) -> None:
    described = set(DOCUMENT["components"]["schemas"][component]["properties"])

    assert set(get_type_hints(kind)) == described - GIVEN_OTHERWISE.get(component, set())


def test_the_client_names_the_types_that_the_api_takes() -> None:
    assert set(TAKEN_TYPES) == set(CONTENT_TYPES)


def test_the_client_finds_every_analysis_in_the_description() -> None:
    client = Client(BASE_URL, ports=ScriptedApi(answer(DOCUMENT)).ports)

    assert dict(client.analyses) == {name: analysis.route for name, analysis in catalogue().items()}
