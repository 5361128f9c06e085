"""Dates as Israeli documents and speakers write them."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.analyses.kit.dates import day_named, days_in, month_named, months_with_spans

TODAY = date(2026, 6, 10)

DAYS = [
    # written, day: why
    ("1984-07-14", "1984-07-14"),
    ("2026-05-28T10:00:00Z", "2026-05-28"),  # an ISO moment
    ("1984/7/14", "1984-07-14"),
    ("14/07/1984", "1984-07-14"),  # day before month
    ("14.7.1984", "1984-07-14"),
    ("14-07-1984", "1984-07-14"),
    ("3 / 2 / 2026", "2026-02-03"),
    ("14.7.84", "1984-07-14"),  # 2084 would be after this year
    ("1.3.26", "2026-03-01"),  # 2026 is this year
    ("1.3.27", "2027-03-01"),  # 2027 would be after it
    ("14 ביולי 1984", "1984-07-14"),
    ("1 מרס 2012", "2012-03-01"),
    ("14th of July, 1984", "1984-07-14"),
    ("July 14, 1984", "1984-07-14"),
    ("14-JUL-1984", "1984-07-14"),  # as programs of hospitals print it
    ("14-Jul-84", "1984-07-14"),
    ("14/יולי/1984", "1984-07-14"),
    ("29/02/2024", "2024-02-29"),  # a leap year
    ("29/02/2026", None),  # none
    ("07/14/1984", None),  # no month 14: month first is not guessed
    ("14/07", None),  # no year
    ("2018-09", None),  # no day
    ("from 14/07/1984", None),  # more than a date
    ("10-14/02/2026", None),  # two days
    ("00/00/0000", None),
    ("", None),
]


@pytest.mark.parametrize(("written", "day"), DAYS)
def test_a_text_names_one_day_or_none(written: str, day: str | None) -> None:
    found = day_named(written, today=TODAY)

    assert (found and found.isoformat()) == day


MONTHS = [
    ("2018-09", (2018, 9)),
    ("09/2018", (2018, 9)),
    ("9.2018", (2018, 9)),
    ("ספטמבר 2018", (2018, 9)),
    ("בספטמבר 2018", (2018, 9)),
    ("September 2018", (2018, 9)),
    ("2018-13", None),
    ("2018", None),
    ("01/09/2018", None),
    ("", None),
]


@pytest.mark.parametrize(("written", "month"), MONTHS)
def test_a_text_names_one_month_or_none(written: str, month: tuple[int, int] | None) -> None:
    assert month_named(written) == month


MENTIONED = [
    ("הועסקה מיום 01/09/2018 ועד ליום 30/04/2026", {"2018-09-01", "2026-04-30"}),
    ("אושפזה 10-14/02/2026", {"2026-02-10", "2026-02-14"}),  # both ends of a range
    ("אישור מחלה 15.02.2026–15.03.2026", {"2026-02-15", "2026-03-15"}),
    ("ביקור ב-28 במאי", set()),  # no year
    ("תיק 2026-000422, טלפון 04-8000042", set()),  # numbers that are no dates
    ('מינון 1.5 מ"ג, 12/5', set()),
]


@pytest.mark.parametrize(("text", "days"), MENTIONED)
def test_all_days_of_a_text_are_found(text: str, days: set[str]) -> None:
    assert {day.isoformat() for day in days_in(text, today=TODAY)} == days


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("אושפז 10/02/2026-14/02/2026 במחלקה", ["2026-02-10", "2026-02-14"]),
        ("בין 10.02.26-14.02.26", ["2026-02-10", "2026-02-14"]),
        ("אשפוז 28/2-3/3/2026", ["2026-02-28", "2026-03-03"]),
        ("אשפוז 28.12-3.1.2026", ["2025-12-28", "2026-01-03"]),  # over the end of a year
        ("1/9/2018-30/4/2026", ["2018-09-01", "2026-04-30"]),
        ("מ-10-02-2026 עד 14-02-2026", ["2026-02-10", "2026-02-14"]),
        ("14 ליולי 1984", ["1984-07-14"]),
        ("5 בספט' 2023", ["2023-09-05"]),
        ("בתוקף עד 31.12.27", ["2027-12-31"]),
        ("תיק 10/02/2026-3", []),  # a number of something
    ],
)
def test_both_ends_of_every_range_are_named(written: str, days: list[str]) -> None:
    assert sorted(day.isoformat() for day in days_in(written, today=TODAY)) == days


def test_a_month_may_be_shortened() -> None:
    assert month_named("ינו' 2024") == (2024, 1)


@pytest.mark.parametrize(
    "text", ["Married 2010", "decompression 2019", "maybe 2020", "12 marks 2019", "Junior 2, 2021"]
)
def test_a_word_that_only_begins_like_a_month_is_none(text: str) -> None:
    assert list(months_with_spans(text, today=TODAY)) == []
    assert days_in(text, today=TODAY) == frozenset()


@pytest.mark.parametrize("month", ["Dec", "Dec.", "DECEMBER", "december"])
def test_an_english_month_may_be_short(month: str) -> None:
    assert [day for day, _ in months_with_spans(f"{month} 2019", today=TODAY)] == [date(2019, 12, 1)]
    assert day_named(f"2 {month} 2019", today=TODAY) == date(2019, 12, 2)
