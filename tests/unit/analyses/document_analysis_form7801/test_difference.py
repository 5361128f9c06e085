"""A number is one however its digits are parted and whatever zeros lead it: for sources, list items and persons."""

from __future__ import annotations

import pytest

from chalicelib.analyses.document_analysis_form7801.difference import differ
from chalicelib.analyses.document_analysis_form7801.fields import HOSPITALIZATIONS, PHYSICIANS, Kind
from chalicelib.analyses.document_analysis_form7801.person_values import PersonValues
from chalicelib.analyses.document_analysis_form7801.same_item import is_same_item
from tests.unit.analyses.document_analysis_form7801.forms import a_physician, a_stay

WRITTEN_TWICE = [
    (Kind.BANK_NUMBER, "12", "012"),
    (Kind.ACCOUNT, "123456/78", "12345678"),
    (Kind.ACCOUNT, "123456-78", "123456/78"),
    (Kind.ACCOUNT, "0012345", "12345"),
    (Kind.REFERENCE, "1-23456", "123456"),
    (Kind.PHONE, "03-123456", "03123456"),  # too short: kept as it was read
    (Kind.ID, "12345678-0", "123456780"),
]
TWO = [
    (Kind.BANK_NUMBER, "12", "120"),
    (Kind.ACCOUNT, "123456/78", "123456/87"),
    (Kind.REFERENCE, "1-23456", "1-23465"),
    (Kind.REFERENCE, "A-123", "B-123"),
]


ONE_PLACE = [
    ("קרית-אתא", "קריית אתא"),
    ("נהרייה", "נהריה"),
    ("רח' העלייה 3, פתח תקווה", "העליה 3 פתח תקוה"),
    ("זיכרון יעקב", "זכרון יעקב"),
    ("הרצל 5/3", "הרצל 5 דירה 3"),
    ("הרצל 5/3, חיפה", "רחוב הרצל 5, דירה 3"),
    ("Herzl 5/3", "5 Apt. 3 Herzl St."),
    ("הרצל 5 דירה 3", "הרצל 5"),
]
TWO_PLACES = [
    ("הרצל 5/3", "הרצל 5 דירה 4"),
    ("הרצל 5/3", "הרצל 3/5"),
    ("הרצל 5 דירה 3", "הרצל 3"),
    ("קריית אתא", "קריית גת"),
]


@pytest.mark.parametrize(("first", "second"), ONE_PLACE)
def test_a_place_in_full_or_short_spelling_with_or_without_its_apartment_is_one(first: str, second: str) -> None:
    assert not differ(Kind.NAME, first, second)
    assert not differ(Kind.NAME, second, first)


@pytest.mark.parametrize(("first", "second"), TWO_PLACES)
def test_another_house_apartment_or_town_differs(first: str, second: str) -> None:
    assert differ(Kind.NAME, first, second)
    assert differ(Kind.NAME, second, first)


@pytest.mark.parametrize(("kind", "first", "second"), WRITTEN_TWICE)
def test_one_number_written_in_two_ways_is_no_difference(kind: Kind, first: str, second: str) -> None:
    assert not differ(kind, first, second)
    assert not PersonValues().says_otherwise(first, second)


@pytest.mark.parametrize(("kind", "first", "second"), TWO)
def test_two_numbers_differ(kind: Kind, first: str, second: str) -> None:
    assert differ(kind, first, second)
    assert PersonValues().says_otherwise(first, second)


@pytest.mark.parametrize(("mine", "theirs"), [("2018-09-01", "2018-09-10"), ("2018-09", "2018-09-01")])
def test_two_days_of_a_persons_and_an_analysis_differ(mine: str, theirs: str) -> None:
    assert PersonValues().says_otherwise(mine, theirs)


def test_a_physician_and_a_stay_are_one_by_their_numbers() -> None:
    first, second = a_physician(name="כהן", physician_id="1-23456"), a_physician(name="דנה כהן", physician_id="123456")
    stay, other = a_stay(hospitalization_id="0012-77"), a_stay(hospitalization_id="1277", hospital_name="")

    assert is_same_item(PHYSICIANS, first, second)
    assert is_same_item(HOSPITALIZATIONS, stay, other)
    assert not is_same_item(PHYSICIANS, first, a_physician(name="כהן", physician_id="1-23465"))
