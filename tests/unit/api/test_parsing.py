"""Where exactly is a body wrong?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import UNSET, Meta, UnsetType

from chalicelib.api.http import Request
from chalicelib.api.parsing import parse_body, pointer_to, read_json
from chalicelib.errors import BodyTooLarge, InvalidRequest, MalformedJson, UnsupportedMediaType

Name = Annotated[str, Meta(min_length=1, max_length=4)]


class Inner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    size: int


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: Name
    kind: Literal["a", "b"] = "a"
    count: Annotated[int, Meta(ge=1)] | UnsetType = UNSET
    inner: Inner | UnsetType = UNSET
    many: list[Inner] = []
    names: Annotated[Mapping[Name, Name], Meta(max_length=3)] = {}


def a_request(body: bytes = b"", *, content_type: str | None = None) -> Request:
    return Request(
        id="r",
        method="POST",
        path="/x",
        route="/x",
        prefix="",
        headers={} if content_type is None else {"content-type": content_type},
        query={},
        parameters={},
        body=body,
    )


def wrong_places(content: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as refused:
        parse_body(a_request(msgspec.json.encode(content)), Body, limit_bytes=10_000)
    return [(problem.pointer, problem.message) for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("content", "pointer", "message"),
    [
        ({}, "/title", "is missing"),
        ({"title": ""}, "/title", "must be a string of length >= 1"),
        ({"title": 5}, "/title", "must be a string, not an integer"),
        ({"title": "t", "kind": "secret"}, "/kind", "must be one of: a, b"),
        ({"title": "t", "count": 0}, "/count", "must be an integer >= 1"),
        ({"title": "t", "count": True}, "/count", "must be an integer, not a boolean"),
        ({"title": "t", "count": None}, "/count", "must be an integer, not null"),
        ({"title": "t", "more": 1}, "/more", "is not a known member"),
        ({"title": "t", "inner": {"size": "x"}}, "/inner/size", "must be an integer, not a string"),
        ({"title": "t", "inner": {}}, "/inner/size", "is missing"),
        ({"title": "t", "inner": {"size": 1, "~/": 2}}, "/inner/~0~1", "is not a known member"),
        ({"title": "t", "many": [{"size": 1}, {"size": None}]}, "/many/1/size", "must be an integer, not null"),
        ({"title": "t", "many": {}}, "/many", "must be an array, not an object"),
        ({"title": "t", "names": {"a": "b", "c": 5}}, "/names/c", "must be a string, not an integer"),
        ({"title": "t", "names": {"a": "b", "toolong": "d"}}, "/names/toolong", "must be a string of length <= 4"),
        ({"title": "t", "names": dict.fromkeys("abcd", "x")}, "/names", "must be an object of length <= 3"),
        ([], "", "must be an object, not an array"),
        (None, "", "must be an object, not null"),
    ],
)
def test_a_wrong_place_is_named_by_its_pointer(content, pointer, message):
    assert wrong_places(content) == [(pointer, message)]


def test_no_body_is_an_empty_object():
    assert read_json(a_request(b""), limit_bytes=10) == {}
    assert read_json(a_request(b" \n"), limit_bytes=10) == {}
    assert read_json(a_request(b"\xef\xbb\xbf\r\n"), limit_bytes=10) == {}  # an empty file of Windows


def test_size_comes_before_type_and_type_before_syntax():
    with pytest.raises(BodyTooLarge):
        read_json(a_request(b"{" * 11, content_type="text/plain"), limit_bytes=10)
    with pytest.raises(UnsupportedMediaType):
        read_json(a_request(b"{" * 10, content_type="text/plain"), limit_bytes=10)
    with pytest.raises(MalformedJson):
        read_json(a_request(b"{" * 10), limit_bytes=10)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "", "application/xml", "application/jsonp", "multipart/form-data"]
)
def test_a_body_of_another_type_is_refused(content_type):
    with pytest.raises(UnsupportedMediaType):
        read_json(a_request(b"{}", content_type=content_type), limit_bytes=10)


def test_an_empty_body_has_no_type_to_speak_of():
    assert read_json(a_request(b"", content_type="application/x-www-form-urlencoded"), limit_bytes=10) == {}


@pytest.mark.parametrize(("depth", "taken"), [(100, True), (101, False), (5000, False)])
def test_json_may_be_nested_a_hundred_levels_deep(depth, taken):
    request = a_request(b"[" * depth + b"]" * depth)

    if taken:
        assert read_json(request, limit_bytes=100_000)
    else:
        with pytest.raises(MalformedJson):
            read_json(request, limit_bytes=100_000)


def test_pointers_are_escaped():
    assert pointer_to("a/b", 0, "~") == "/a~1b/0/~0"


@pytest.mark.parametrize(
    "body", [b'{"title": "\xff\xfe"}', b"\xff\xfe{\x00}\x00", b'{"title": "\xed\xa0\xbd"}', b"\x80"]
)
def test_a_body_that_is_not_utf_8_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedJson, match=r"^The body is not UTF-8\.$"):
        read_json(a_request(body), limit_bytes=10_000)


def test_a_byte_order_mark_is_skipped() -> None:
    assert read_json(a_request(b'\xef\xbb\xbf{"title": "t"}'), limit_bytes=10_000) == {"title": "t"}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r'"\ud83d"', "\ufffd"),  # JavaScript cut an emoji in the middle
        (r'"a\uDE00b"', "a\ufffdb"),
        (r'"\ud83d\ud83d\ude00"', "\ufffd\U0001f600"),
        (r'"\ude00\ud83d"', "\ufffd\ufffd"),
        (r'"\ud83d\n"', "\ufffd\n"),
        (r'"\ud83d\ude00"', "\U0001f600"),
        (r'"\\ud83d"', r"\ud83d"),  # a backslash, and then letters
        (r'"\\\ud83d"', "\\\ufffd"),
        (r'"\u05d0"', "א"),
    ],
)
def test_half_of_a_surrogate_pair_becomes_the_replacement_character(text: str, read: str) -> None:
    body = f"{{{text}: [{text}]}}".encode()

    assert read_json(a_request(body), limit_bytes=10_000) == {read: [read]}
