"""Is this number what it claims to be? The check rules of Israeli identity, telephone, postal and bank numbers."""

from __future__ import annotations

import re

ID_DIGITS = 9
POSTAL_CODE_DIGITS = 7
MOST_BANK_NUMBER_DIGITS = 3
ISRAELI_IBAN_CHARACTERS = 23

_MOBILE = re.compile(r"05[0-9]{8}")
_LANDLINE = re.compile(r"0(?:[23489]|7[0-9])[0-9]{7}")
_PHONE_PUNCTUATION = re.compile(r"[\s\-.()־–]")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def is_id_number(text: str) -> bool:
    """True for an Israeli identity number: up to 9 digits (padded with zeros), not all zeros, with a right check digit.

    The digits are multiplied by 1, 2, 1, 2 …, the digits of the products summed; the sum ends in 0.
    """
    if not re.fullmatch(r"[0-9]{1,9}", text) or not int(text):
        return False
    products = (int(digit) * (1 + place % 2) for place, digit in enumerate(text.zfill(ID_DIGITS)))
    return sum(sum(divmod(product, 10)) for product in products) % 10 == 0


def local_phone(text: str) -> str | None:
    """The number as digits with a leading 0 ("+972-50-0000422" → "0500000422"); None when it is no Israeli number.

    Mobiles are 05 and 8 digits; landlines 02, 03, 04, 08, 09 or 07x and 7 digits.
    """
    digits = _PHONE_PUNCTUATION.sub("", text)
    for prefix in ("+972", "00972", "972"):
        if digits.startswith(prefix):
            digits = "0" + digits.removeprefix(prefix).removeprefix("0")
            break
    return digits if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits) else None


def is_postal_code(text: str) -> bool:
    """True for 7 digits."""
    return bool(re.fullmatch(rf"[0-9]{{{POSTAL_CODE_DIGITS}}}", text))


def is_bank_number(text: str) -> bool:
    """True for a bank's code or a branch: 1 to 3 digits."""
    return bool(re.fullmatch(rf"[0-9]{{1,{MOST_BANK_NUMBER_DIGITS}}}", text))


def is_iban(text: str) -> bool:
    """True when country, length and the remainder by 97 are right (ISO 13616); an Israeli one has 23 characters."""
    if not _IBAN.fullmatch(text) or (text.startswith("IL") and len(text) != ISRAELI_IBAN_CHARACTERS):
        return False
    rotated = text[4:] + text[:4]
    return int("".join(str(int(character, 36)) for character in rotated)) % 97 == 1


def iban_account(iban: str) -> tuple[str, str, str] | None:
    """Bank, branch and account in an Israeli IBAN, without leading zeros; None for another country's.

    IL, 2 check digits, then 3 for the bank, 3 for the branch and 13 for the account.
    """
    if not iban.startswith("IL") or len(iban) != ISRAELI_IBAN_CHARACTERS:
        return None
    return iban[4:7].lstrip("0"), iban[7:10].lstrip("0"), iban[10:].lstrip("0")
