"""The check rules of Israeli numbers, on invented ones."""

from __future__ import annotations

import pytest

from chalicelib.analyses.document_analysis_form7801.israeli import (
    iban_account,
    is_bank_number,
    is_iban,
    is_id_number,
    is_postal_code,
    local_phone,
)

IDS = [
    # number, valid: arithmetic
    ("000000422", True),  # 4 + 2*2 + 2 = 10
    ("422", True),  # the same, padded
    ("123456782", True),  # 1+4+3+8+5+(1+2)+7+(1+6)+2 = 40
    ("123456789", False),  # 47
    ("000000018", True),  # 1*2 + 8 = 10
    ("000000000", False),  # all zeros add up to 0 and are no number
    ("1234567820", False),  # 10 digits
    ("12345678a", False),
    ("", False),
    ("٠٠٠٠٠٠٤٢٢", False),  # the form has other digits: `normalise` writes them
]


@pytest.mark.parametrize(("number", "valid"), IDS)
def test_an_identity_number_has_a_check_digit(number: str, valid: bool) -> None:
    assert is_id_number(number) is valid


PHONES = [
    ("050-0000422", "0500000422"),
    ("0500000422", "0500000422"),
    ("+972-50-0000422", "0500000422"),
    ("+972 (0)50 0000422", "0500000422"),
    ("972500000422", "0500000422"),
    ("00972500000422", "0500000422"),
    ("04-8000042", "048000042"),
    ("077-0000000", "0770000000"),
    ("02.6000000", "026000000"),
    ("050-000042", None),  # a digit short
    ("06-8000042", None),  # no such area
    ("1700500500", None),
    ("+1 212 5550100", None),
    ("טלפון", None),
]


@pytest.mark.parametrize(("written", "digits"), PHONES)
def test_a_phone_is_a_mobile_or_a_landline(written: str, digits: str | None) -> None:
    assert local_phone(written) == digits


def test_postal_codes_have_seven_digits() -> None:
    assert is_postal_code("3500001")
    assert not is_postal_code("35000")
    assert not is_postal_code("350000a")


def test_bank_numbers_have_at_most_three_digits() -> None:
    assert is_bank_number("12")
    assert is_bank_number("600")
    assert not is_bank_number("6000")
    assert not is_bank_number("סניף 600")


IBANS = [
    ("IL390126000000000123456", True),  # remainder 1
    ("IL400126000000000123456", False),  # other check digits
    ("IL3901260000000001234567", False),  # 24 characters
    ("DE89370400440532013000", True),  # the published example of another country
    ("390126000000000123456", False),
    ("", False),
]


@pytest.mark.parametrize(("iban", "valid"), IBANS)
def test_an_iban_leaves_one_of_97(iban: str, valid: bool) -> None:
    assert is_iban(iban) is valid


def test_an_israeli_iban_holds_bank_branch_and_account() -> None:
    assert iban_account("IL390126000000000123456") == ("12", "600", "123456")
    assert iban_account("DE89370400440532013000") is None
