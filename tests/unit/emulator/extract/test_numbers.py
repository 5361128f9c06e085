"""Rules: numbers are read as they are said, in words, in digits and in sums of money."""

import pytest

from emulator.extract.numbers import amounts, spoken_amount, spoken_digits, spoken_number, words_of


@pytest.mark.parametrize(
    ("said", "number", "words"),
    [
        ("תשעת אלפים ארבע מאות ברוטו", 9400, 4),  # 9 × 1000 + 4 × 100
        ("שמונים וארבע", 84, 2),  # 80 + 4
        ("ארבעה עשר ביולי", 14, 2),  # 4 + 10
        ("עשרים ואחד במרץ", 21, 2),  # 20 + 1
        ("אלפיים חמש מאות", 2500, 3),  # 2000 + 5 × 100
        ("מאה ועשרים", 120, 2),  # 100 + 20
        ("שלוש ארבע פעמים", 3, 1),  # "three or four": the first
        ("twelve thousand five hundred", 12500, 4),  # 12 × 1000 + 5 × 100
        ("שני ילדים", 2, 1),
        ("12 אלף", 12000, 2),
    ],
)
def test_a_spoken_number_is_its_value(said: str, number: int, words: int) -> None:
    assert spoken_number(words_of(said)) == (number, words)


def test_words_that_say_no_number_say_none() -> None:
    assert spoken_number(words_of("ילדים שני")) is None
    assert spoken_amount("בלי מספרים") is None


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("אפס אפס אפס, אפס אפס אפס, ארבע שתיים שתיים.", "000000422"),
        ("zero five four, one two three, 4567", "0541234567"),
        ("המספר הוא 000 000 422 תודה", "000000422"),
    ],
)
def test_digits_said_one_by_one_keep_their_leading_zeros(said: str, digits: str) -> None:
    assert spoken_digits(said, at_least=5) == digits


def test_too_few_digits_are_no_number() -> None:
    assert spoken_digits("שתיים שלוש פעמים", at_least=5) is None


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        ("ברוטו האחרון: 9,400 ₪", [9400.0]),
        ('סה"כ ברוטו 9,400.00 | נטו 7,514.50', [9400.0, 7514.5]),
        ("ביום 03/02/2026 בטלפון 04-8000099", []),
        ("182 שעות", [182.0]),
    ],
)
def test_sums_are_read_and_dates_and_phones_are_not(text: str, sums: list[float]) -> None:
    assert amounts(text) == sums
