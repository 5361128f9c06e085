"""A file that the provider cannot open is left out, and the others are not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chalicelib.analyses.kit.llm import FilePart, FileRefused, Part, TextPart
from chalicelib.analyses.kit.refused_files import ask_without_refused


def a_file(name: str) -> FilePart:
    return FilePart(file_name=name, content_type="image/png", content=b"x")


class Provider:
    """Refuses what holds one of the `bad` files, and names it when it `names_it`."""

    def __init__(self, *bad: str, names_it: bool = False) -> None:
        self.bad = bad
        self.names_it = names_it
        self.asked = 0

    def __call__(self, parts: Sequence[Part]) -> list[str]:
        self.asked += 1
        for place, part in enumerate(parts):
            if isinstance(part, FilePart) and part.file_name in self.bad:
                raise FileRefused("cannot open", part=place if self.names_it else None)
        return [part.file_name for part in parts if isinstance(part, FilePart)]


PARTS = [TextPart("text"), a_file("a"), TextPart("text"), a_file("b"), a_file("c")]


def test_files_that_can_be_opened_are_asked_about_once() -> None:
    provider = Provider()

    assert ask_without_refused(provider, PARTS) == (["a", "b", "c"], ())
    assert provider.asked == 1


@pytest.mark.parametrize("names_it", [True, False])
def test_the_file_that_cannot_be_opened_is_left_out_alone(names_it: bool) -> None:
    assert ask_without_refused(Provider("b", names_it=names_it), PARTS) == (["a", "c"], (3,))


def test_several_that_are_named_are_left_out_one_after_the_other() -> None:
    assert ask_without_refused(Provider("a", "c", names_it=True), PARTS) == (["b"], (1, 4))


def test_several_that_are_not_named_take_all_files_with_them() -> None:
    assert ask_without_refused(Provider("a", "c"), PARTS) == ([], (1, 3, 4))


def test_of_many_files_none_is_tried_alone() -> None:
    many = [a_file(str(number)) for number in range(9)]
    provider = Provider("4")

    assert ask_without_refused(provider, many) == ([], tuple(range(9)))
    assert provider.asked == 2


def test_a_refusal_without_any_file_is_an_error() -> None:
    def refuse(parts: Sequence[Part]) -> None:
        raise FileRefused("cannot open")

    with pytest.raises(FileRefused):
        ask_without_refused(refuse, PARTS)
