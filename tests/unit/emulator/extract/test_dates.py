"""Rules: every way in which documents and speakers name a date gives the same ISO date; what no calendar has, none."""

import pytest

from emulator.extract.dates import find_dates, latest_year


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("תאריך הביקור: 28/05/2026", ["2026-05-28"]),
        ("ילידת 14.07.1984", ["1984-07-14"]),
        ("נולדתי ב-14.7.1984.", ["1984-07-14"]),
        ("admitted 2026-02-10", ["2026-02-10"]),
        ("1-9-2018", ["2018-09-01"]),
        ("מיום 05/02/26", ["2026-02-05"]),  # two digits below 40: 20xx
        ("ילידת 14/07/84", ["1984-07-14"]),  # two digits from 40 on: 19xx
        ("אושפזה 10-14/02/2026.", ["2026-02-10", "2026-02-14"]),
        ("10-14.02.2026", ["2026-02-10", "2026-02-14"]),
        ("15.02.2026–15.03.2026", ["2026-02-15", "2026-03-15"]),
        ("היה שלושה בפברואר השנה, 2026. הרמתי", ["2026-02-03"]),
        ("ארבעה עשר ביולי שמונים וארבע", ["1984-07-14"]),
        ("עשרים ואחד במרץ 2020", ["2020-03-21"]),
        ("14 July 1984 and July 15th, 1984", ["1984-07-14", "1984-07-15"]),
        ("3rd of May 2021", ["2021-05-03"]),
        ("31/02/2026", []),  # February has no 31st
        ("Case no.: 2026-000422, tel. 04-8000099", []),
        ("M51.1 ו-1.2.3.4", []),
    ],
)
def test_a_date_is_read_however_it_is_written(text: str, dates: list[str]) -> None:
    assert [hit.iso for hit in find_dates(text)] == dates


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("מספטמבר 2018", "2018-09"),
        ("עד אוגוסט 2018", "2018-08"),
        ("until August 2018", "2018-08"),
        ("ב-1 בספטמבר 2018", "2018-09-01"),
    ],
)
def test_a_month_without_a_day_stays_a_month(text: str, named: str) -> None:
    assert [hit.as_named for hit in find_dates(text)] == [named]


def test_a_day_without_a_year_is_completed_only_by_a_known_year() -> None:
    text = "היום האחרון היה 30 באפריל"

    assert [hit.iso for hit in find_dates(text, year=2026)] == ["2026-04-30"]
    assert find_dates(text) == []


def test_the_latest_year_named_is_the_year_of_the_conversation() -> None:
    assert latest_year("מ-2012 עד 2018, ואז השנה, 2026. חשבון 203099") == 2026
    assert latest_year("בלי שנה") is None
