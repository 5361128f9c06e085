"""Which case do the deployed tests work on? One with the sample's call and one of its documents."""

from __future__ import annotations

import json

from clients.demo.sample import DIRECTORY, DOCUMENTS
from tests.deployed.system import Client

CALL = json.loads((DIRECTORY / "vapi_call.json").read_text(encoding="utf-8"))
_, LETTER, _ = DOCUMENTS


def new_case(client: Client) -> str:
    """The id of a new case of the client's user, with a call and a document."""
    case_id = str(client.ask("POST", "/cases", {"title": "A deployed case"}).body["id"])
    assert client.ask("PUT", f"/cases/{case_id}/call", CALL).status == 200
    document = {
        "file_name": LETTER.file_name,
        "content_type": LETTER.content_type,
        "text": (DIRECTORY / LETTER.file).read_text(encoding="utf-8"),
    }
    assert client.ask("POST", f"/cases/{case_id}/documents", document).status == 201
    return case_id
