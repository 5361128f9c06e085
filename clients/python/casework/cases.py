"""Cases and their documents."""

from __future__ import annotations

import base64
import mimetypes
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict, Unpack, cast

from .http import Api, accepted, object_of, path_of
from .jobs import pages
from .types import Case, CaseSummary, Document, Form, FormChanges, FormEntry

LARGEST_INLINE_BYTES = 4 * 1024 * 1024
"""Above this many bytes a file goes straight to storage."""

TAKEN_TYPES = frozenset(
    {
        *("application/pdf", "text/plain", "text/html", "text/rtf", "message/rfc822"),
        *("image/png", "image/jpeg", "image/heic", "image/heif", "image/webp", "image/tiff"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
)
"""What the API takes. Systems name some of it otherwise (an RTF application/rtf): then the API looks itself."""


class DocumentFacts(TypedDict, total=False):
    """What is known of a document besides its content. Without a `content_type` its name says it, else its bytes."""

    file_name: str
    content_type: str
    document_type: str
    metadata: dict[str, Any]
    requested_name: str


class Cases:
    """The cases that the token may see. All methods raise ProblemError, NetworkError and TokenError."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def create(self, title: str, *, description: str | None = None, metadata: Mapping[str, Any] | None = None) -> Case:
        """Create a case; its owner is the token's user."""
        given = {"title": title, "description": description, "metadata": metadata}
        body = {name: value for name, value in given.items() if value is not None}
        headers = {"Idempotency-Key": self._api.ports.new_key()}
        return cast("Case", self._api.call("POST", "/cases", body, headers=headers))

    def get(self, case_id: str) -> Case:
        """The case with all that the analyses wrote."""
        return cast("Case", self._api.call("GET", path_of("/cases/{case_id}", case_id=case_id)))

    def list(
        self, *, q: str | None = None, needs_me: bool = False, scope: str | None = None, page_size: int = 100
    ) -> Iterator[CaseSummary]:
        """All cases, newest first, page after page, without their heavy members.

        `q`: those with all its words in title or claimant. `needs_me`: those that a person has to look at.
        """
        wanted = {"q": q, "needs_me": "true" if needs_me else None, "scope": scope, "limit": page_size}
        yield from pages(self._api, "/cases", wanted, member="cases")

    def put_call(self, case_id: str, call: Mapping[str, Any]) -> Case:
        """Store the case's call: a Vapi call object, or an end-of-call report."""
        return cast("Case", self._api.call("PUT", path_of("/cases/{case_id}/call", case_id=case_id), dict(call)))

    def form(self, case_id: str) -> Form:
        """The working form: the newest form 7801 analysis under what persons set and confirmed."""
        return cast("Form", self._api.call("GET", path_of("/cases/{case_id}/form", case_id=case_id)))

    def change_form(self, case_id: str, *, version: int, **changes: Unpack[FormChanges]) -> Form:
        """Change the form that was read at this version. It is sent once.

        Raises: ProblemError `precondition_failed` when the form was changed since, also by this request whose answer
        was lost: read it and decide again.
        """
        body = {"version": version, **changes}
        path = path_of("/cases/{case_id}/form", case_id=case_id)
        return cast("Form", object_of(accepted(self._api.request("PATCH", path, body))))

    def form_history(self, case_id: str, *, page_size: int = 100) -> Iterator[FormEntry]:
        """Who changed or confirmed what in the form, newest first, page after page."""
        yield from pages(
            self._api, path_of("/cases/{case_id}/form/history", case_id=case_id), {"limit": page_size}, member="entries"
        )

    def delete(self, case_id: str) -> None:
        """Delete the case with its documents and jobs. It is sent once."""
        accepted(self._api.request("DELETE", path_of("/cases/{case_id}", case_id=case_id)))


class Documents:
    """The documents of a case. All methods raise ProblemError, NetworkError and TokenError."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def add_text(self, case_id: str, text: str, **facts: Unpack[DocumentFacts]) -> Document:
        """Add a text as a document; `file_name` is required."""
        described = {"content_type": "text/plain", **facts, "text": text}
        return cast("Document", self._add(case_id, described)["document"])

    def add_file(self, case_id: str, file: str | Path | bytes, **facts: Unpack[DocumentFacts]) -> Document:
        """Add a file of up to 20 MB: its path, or its bytes with a `file_name`.

        Up to 4 MB it goes in the request; above, straight to storage. Raises: OSError when the path cannot be read.
        """
        if isinstance(file, bytes):
            content, described = file, dict(facts)
        else:
            path = Path(file)
            content, described = path.read_bytes(), {"file_name": path.name, **facts}
        guessed, packed = mimetypes.guess_type(str(described.get("file_name", "")))
        if guessed in TAKEN_TYPES and packed is None:
            described.setdefault("content_type", guessed)
        if len(content) <= LARGEST_INLINE_BYTES:
            inline = base64.b64encode(content).decode("ascii")
            return cast("Document", self._add(case_id, {**described, "content_base64": inline})["document"])
        added = self._add(case_id, {**described, "size": len(content)})
        self._upload(added["upload"], content)
        return cast("Document", added["document"])

    def list(self, case_id: str) -> Sequence[Document]:
        """The case's documents, oldest first."""
        return cast(
            "Sequence[Document]",
            self._api.call("GET", path_of("/cases/{case_id}/documents", case_id=case_id))["documents"],
        )

    def delete(self, case_id: str, document_id: str) -> None:
        """Delete a document. It is sent once."""
        accepted(
            self._api.request(
                "DELETE", path_of("/cases/{case_id}/documents/{document_id}", case_id=case_id, document_id=document_id)
            )
        )

    def _add(self, case_id: str, body: Mapping[str, Any]) -> Any:
        headers = {"Idempotency-Key": self._api.ports.new_key()}
        return self._api.call(
            "POST", path_of("/cases/{case_id}/documents", case_id=case_id), dict(body), headers=headers
        )

    def _upload(self, form: Mapping[str, Any], content: bytes) -> None:
        """Post the form that the API gave: its fields first, the file last."""
        boundary = uuid.uuid4().hex
        fields = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in form["fields"].items()
        ]
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\n'
        body = "".join([*fields, head]).encode() + content + f"\r\n--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
        self._api.patiently(lambda: self._api.storage(form["method"], form["url"], body, content_type=kind))
