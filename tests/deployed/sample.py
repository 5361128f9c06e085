"""Which case do the deployed tests work on? One with the sample's call and one of its documents."""

from __future__ import annotations

import json

from clients.demo.sample import DIRECTORY, DOCUMENTS, add_document
from infra.emulated.system import Client

CALL = json.loads((DIRECTORY / "vapi_call.json").read_text(encoding="utf-8"))
_, LETTER, _ = DOCUMENTS


def new_case(client: Client) -> str:
    """The id of a new case of the client's user, with a call and a document."""
    case_id = client.cases.create("A deployed case")["id"]
    client.cases.put_call(case_id, CALL)
    add_document(client, case_id, LETTER)
    return case_id
