"""A page of a document as a person sees it: its text, its picture, made once; and what is said when there is none."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from tests.unit.adapters.pdfs import lines, pdf


def upload(api, case_id, content, **facts):
    body = {"file_name": "a", "content_base64": base64.b64encode(content).decode(), **facts}
    answer = api.user.post(f"/cases/{case_id}/documents", body)
    assert answer.status == 201, answer.text
    return f"/cases/{case_id}/documents/{answer.json['document']['id']}"


def photo(width, height):
    out = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "JPEG")
    return out.getvalue()


def test_a_page_of_a_pdf_has_its_text_and_a_picture(api, case_id):
    path = upload(api, case_id, pdf(lines("Back pain since 2024"), lines("Second page")))

    answer = api.user.get(f"{path}/pages/2")

    assert answer.status == 200
    page = answer.json
    assert (page["number"], page["pages"], page["text"].strip(), page["text_source"]) == (
        2,
        2,
        "Second page",
        "text_layer",
    )
    assert page["width"] > 100
    assert page["height"] > 100
    key = page["image_url"].removeprefix("https://blobs.test/").removesuffix("?shown")
    picture = Image.open(io.BytesIO(api.blobs.get(key)))
    assert max(picture.size) <= 1600
    assert picture.width / picture.height == pytest.approx(page["width"] / page["height"], rel=0.01)


def test_a_page_is_read_and_drawn_once(api, case_id):
    path = upload(api, case_id, pdf(lines("Once")))
    first = api.user.get(f"{path}/pages/1").json
    api.system.text_reader = None  # nothing may be read again

    assert api.user.get(f"{path}/pages/1").json == first


def test_a_photo_is_a_page_without_text(api, case_id):
    path = upload(api, case_id, photo(3200, 1600))

    page = api.user.get(f"{path}/pages/1").json

    assert (page["text"], page["text_source"], page["width"], page["height"]) == ("", "none", 1600, 800)
    assert page["image_url"] is not None


def test_a_text_is_a_page_without_a_picture(api, case_id):
    document_id = api.user.new_document(case_id, text="כאבי גב מאז 2024")

    page = api.user.get(f"/cases/{case_id}/documents/{document_id}/pages/1").json

    assert (page["text"], page["image_url"], page["image_url_expires_at"]) == ("כאבי גב מאז 2024", None, None)


@pytest.mark.parametrize("page", ["0", "2", "99999999999", "x", "-1", "1.0", "١"])
def test_a_page_that_is_not_there_is_a_404(api, case_id, page):
    document_id = api.user.new_document(case_id)

    assert api.user.get(f"/cases/{case_id}/documents/{document_id}/pages/{page}").status == 404


def test_a_document_that_cannot_be_read_says_why(api, case_id):
    path = upload(api, case_id, b"%PDF-1.7\nnothing", content_type="application/pdf")

    answer = api.user.get(f"{path}/pages/1")

    assert (answer.status, answer.code) == (409, "document_unreadable")
    assert "damaged" in answer.json["detail"]


def test_another_users_page_does_not_exist(api, case_id):
    document_id = api.user.new_document(case_id)

    assert api.other.get(f"/cases/{case_id}/documents/{document_id}/pages/1").status == 404


def test_what_was_made_of_a_document_goes_with_it(api, case_id):
    path = upload(api, case_id, pdf(lines("Gone")))
    api.user.get(f"{path}/pages/1")

    api.user.delete(path)

    assert [key for key in api.blobs.keys("") if case_id in key] == []
