"""Pictures that a provider refuses, by the limits that it has published; and strict tools that it refuses."""

from __future__ import annotations

import base64
import io
from typing import Any

import anthropic
import openai
import pytest
from PIL import Image

from emulator.pictures import picture_size
from emulator.usage import IMAGE_TOKENS, tokens_of
from tests.unit.adapters.pictures import png


def a_picture(width: int, height: int, *, form: str = "PNG", **options: Any) -> bytes:
    """A whole grey picture."""
    written = io.BytesIO()
    Image.new("L", (width, height)).save(written, form, **options)
    return written.getvalue()


def _send(client: anthropic.Anthropic, *pictures: bytes) -> Any:
    content: Any = [
        {
            "type": "image",
            "source": {"type": "base64", "media_type": "image/png", "data": base64.b64encode(one).decode()},
        }
        for one in pictures
    ]
    return client.messages.create(model="m", max_tokens=100, messages=[{"role": "user", "content": content}])


@pytest.mark.parametrize(
    ("picture", "size"),
    [
        (a_picture(30, 20), (30, 20)),
        (a_picture(30, 20, form="JPEG"), (30, 20)),
        (a_picture(30, 20, form="JPEG", progressive=True), (30, 20)),
        (a_picture(30, 20, form="WEBP"), (30, 20)),
        (png(2480, 3508), None),  # pixels missing
        (a_picture(30, 20)[:40], None),
        (a_picture(30, 20, form="JPEG")[:60], None),  # cut off
        (a_picture(30, 20, form="JPEG").replace(b"\x08\x00\x14", b"\x0c\x00\x14"), None),  # 12 bits a sample
        (a_picture(30, 20, form="TIFF"), None),  # another form
        (b"not a picture", None),
    ],
)
def test_a_picture_has_a_size_only_when_it_can_be_decoded(picture: bytes, size: tuple[int, int] | None) -> None:
    assert picture_size(base64.b64encode(picture).decode()) == size


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_costs_the_same_tokens_however_many_bytes_it_has(form: str) -> None:
    sent = [{"data": base64.b64encode(a_picture(side, side, form=form)).decode()} for side in (100, 1500)]

    assert [tokens_of(one) for one in sent] == [IMAGE_TOKENS] * 2


def test_up_to_twenty_pictures_may_be_large(anthropic_client: anthropic.Anthropic) -> None:
    assert _send(anthropic_client, *[a_picture(2480, 3508)] * 20).stop_reason == "end_turn"
    assert _send(anthropic_client, *[a_picture(1400, 2000)] * 21).stop_reason == "end_turn"


def test_more_than_twenty_pictures_may_have_two_thousand_pixels_at_most(anthropic_client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.BadRequestError, match="many-image requests: 2000 pixels"):
        _send(anthropic_client, *[a_picture(2480, 3508)] * 21)


def test_a_picture_of_more_than_eight_thousand_pixels_is_refused(anthropic_client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.BadRequestError, match="8000 pixels"):
        _send(anthropic_client, a_picture(8001, 8))


def test_a_picture_that_cannot_be_decoded_spoils_the_request(
    anthropic_client: anthropic.Anthropic, openai_client: openai.OpenAI
) -> None:
    part = {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "high"}
    asked: Any = [{"role": "user", "content": [part]}]

    with pytest.raises(anthropic.BadRequestError, match="Could not process image"):
        _send(anthropic_client, a_picture(3, 3), b"\x89PNG\r\n\x1a\n")
    with pytest.raises(openai.BadRequestError, match="valid image") as refused:
        openai_client.responses.create(model="gpt-6-luna", input=asked)
    assert refused.value.code == "invalid_image_format"


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        (
            {"type": "object", "additionalProperties": False, "properties": {"a": {"type": "string", "minLength": 1}}},
            "minLength",
        ),
        ({"type": "object", "properties": {}}, "additionalProperties"),
    ],
)
def test_a_strict_tools_schema_is_a_subset(
    anthropic_client: anthropic.Anthropic, schema: dict[str, Any], problem: str
) -> None:
    tools: Any = [{"name": "look_up", "input_schema": schema, "strict": True}]

    with pytest.raises(anthropic.BadRequestError, match=problem):
        anthropic_client.messages.create(
            model="m", max_tokens=100, messages=[{"role": "user", "content": "x"}], tools=tools
        )
