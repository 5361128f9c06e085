"""Capacity units are those of AWS's documentation: 4 KB a read, 1 KB a write, and what indexes add."""

from __future__ import annotations

import pytest

from benchmarks.capacity import get_units, index_units, query_units, write_units

KEYS = ("open", "check_at")
PROJECTED = ("job_id", "item", "open", "check_at")


def an_item(size_bytes: int) -> dict[str, dict[str, str]]:
    """An item of exactly so many bytes: one attribute with a name of one byte."""
    return {"a": {"S": "x" * (size_bytes - 1)}}


def a_row(check_at: str, **attributes: str) -> dict[str, dict[str, str]]:
    return {"job_id": {"S": "j"}, "open": {"S": "0"}, "check_at": {"N": check_at}} | {
        name: {"S": value} for name, value in attributes.items()
    }


@pytest.mark.parametrize(
    ("size_bytes", "units"),
    [
        (1, 1),  # the smallest read is one unit
        (4096, 1),  # 4 KB exactly
        (4097, 2),  # one byte more
    ],
)
def test_a_consistent_read_is_a_unit_for_each_4_kb(size_bytes: int, units: float) -> None:
    assert get_units(an_item(size_bytes), consistent=True) == units
    assert get_units(an_item(size_bytes), consistent=False) == units / 2


def test_an_item_that_is_not_there_costs_a_read_too() -> None:
    assert get_units(None, consistent=True) == 1


def test_a_query_adds_its_rows_up_before_it_rounds() -> None:
    assert query_units([an_item(1000)] * 4, consistent=True) == 1  # 4,000 bytes
    assert query_units([an_item(1000)] * 5, consistent=True) == 2  # 5,000 bytes


def test_a_write_is_a_unit_for_each_kb_of_the_larger_of_before_and_after() -> None:
    assert write_units(an_item(1025), an_item(10)) == 2
    assert write_units(None, an_item(1024)) == 1


def test_an_index_costs_nothing_while_its_row_stays_as_it_is() -> None:
    before, after = a_row("1", progress="10"), a_row("1", progress="20")

    assert index_units(before, after, keys=KEYS, projected=PROJECTED) == 0


def test_a_row_that_moves_in_its_index_is_written_twice() -> None:
    assert index_units(a_row("1"), a_row("2"), keys=KEYS, projected=PROJECTED) == 2


def test_a_row_that_leaves_or_enters_a_sparse_index_is_written_once() -> None:
    closed = {"job_id": {"S": "j"}, "check_at": {"N": "1"}}

    assert index_units(a_row("1"), closed, keys=KEYS, projected=PROJECTED) == 1
    assert index_units(None, a_row("1"), keys=KEYS, projected=PROJECTED) == 1
