"""A quote is found again where it is, however it was read; numbers are never misread and never change places."""

from __future__ import annotations

import pytest

from chalicelib.documents.matching import Quote, SearchablePage

PAGE = SearchablePage(
    """נכות רפואית 40% נכות תפקודית 75%
שכר ברוטו 9,400 ניכויים 1,886 נטו 7,514
בנק הדוגמה 12 סניף 600
מתאריך 01/09/2018 עד תאריך 30/04/2026
נטל Omepradex 45 בבוקר, וכן 20 Cipralex Forte בערב
אבחנה: פריצת דיסק מותנית L4-L5 עם הקרנה לרגל שמאל
כאב כרוני במשך 8 חודשים בעוצמה 7/10 מאז יוני
Patient takes Aspirin 100 daily, no Plavix 75
מדדים: היפותירואידיזם מאוזן היטב בטיפול
מיום 12.03.2024 אובחנה מפיברומיאלגיה, HbA1c 9.1% ומענק 9,500.50 ש"ח לחודש
"""
)


def found(quote: str) -> str | None:
    wanted = Quote(quote)
    rules = {"exact": PAGE.is_exact, "words": PAGE.has_words, "near": PAGE.is_near}
    return next((name for name, holds in rules.items() if holds(wanted)), None)


@pytest.mark.parametrize(
    ("quote", "match"),
    [
        ("נכות רפואית 40%", "exact"),
        ("נכות  רפואית\n40%", "exact"),  # white space does not count
        ("מתאריך 01/09/2018, עד תאריך 30/04/2026", "words"),  # other punctuation
        ("פריצת דיסק מותנית L4 L5", "words"),  # a word ends at a hyphen
        ("נטל 45 Omepradex בבוקר", "words"),  # looks the same on paper
        ("וכן Cipralex Forte 20 בערב", "words"),  # the number beside two Latin words
        ("45 Omepradex", "words"),
        ("פריצת דיסק מותונית L4-L5", "near"),  # one letter too many
        ("כאב כרוני במשר 8 חודשים", "near"),  # one letter misread
        ("כאב כרוני במשך 8 חודשים בעוצמה 7/10 מאז יוני", "exact"),
        ("אובחנה מפברומיאלגיה, HbA1c 9.1%", "near"),  # begins like February, and is none
        ("מיום 12.03", "exact"),  # a day without its year
        ('ומענק 9,500.50 ש"ח', "exact"),
        ("ומענק 9,500", "exact"),  # an amount without its hundredths
        ("פריצתדיסק מותנית עם", None),  # L4-L5 is missing
        ("פריצתדיסק מות נית L4-L5", "near"),  # words joined and parted
    ],
)
def test_a_quote_is_found_by_the_first_rule_that_holds(quote: str, match: str | None) -> None:
    assert found(quote) == match


@pytest.mark.parametrize(
    "quote",
    [
        "נכות רפואית 75% נכות תפקודית 40%",  # swapped
        "נכות רפואית 40% נכות תפקודית 40%",  # repeated
        "שכר ברוטו 7,514",  # another field's
        "שכר ברוטו 7,514 ניכויים 1,886 נטו 9,400",
        "סניף 12 בנק הדוגמה 600",
        "בנק הדוגמה 600 סניף 12",
        "מתאריך 30/04/2026 עד תאריך 01/09/2018",
        "נטל Omepradex 20 בבוקר, וכן 45 Cipralex Forte בערב",  # numbers of two drugs
        "נטל 20 Omepradex בבוקר",
        "כאב כרוני במשך 7 חודשים בעוצמה 8/10",
        "כאב כרוני במשך 8 חודשים בעוצמה 7/10 מאז יולי",  # one letter, another month
        "מדדים: היפרתירואידיזם מאוזן היטב",  # one letter, another disease
        "כאב כרוני במשך 80 חודשים",  # a digit more
        "כאב כרוני במשך חודשים",  # a number less
        "Patient takes 100 Aspirin daily",  # a line without Hebrew has one order
        "אבחנה: פריצת דיסק צווארית L4-L5",  # another word
        "אבחנה: אין פריצת דיסק מותנית L4-L5",  # a word more
        "פריצת דיסק L4-L5",  # a word less
        "דיסק פריצת",  # Hebrew in another order
        "nt takes Aspirin",  # cut inside a Latin word
        "1/09/2018",  # cut inside a number
        'ש"ח 500.50',
        '500.50 ש"ח לחודש',
        "ומענק 9",
        "ומענק 9,",
        "HbA1c 9",
    ],
)
def test_what_is_not_there_is_not_found(quote: str) -> None:
    assert found(quote) is None


def test_no_number_of_a_page_can_be_put_for_another() -> None:
    """Every line with two numbers or more, with each pair of them swapped."""
    lines = ["נכות רפואית 40% נכות תפקודית 75%", "שכר ברוטו 9,400 ניכויים 1,886 נטו 7,514", "בנק הדוגמה 12 סניף 600"]
    for line in lines:
        words = line.split()
        numbers = [index for index, word in enumerate(words) if word[0].isdecimal()]
        for first in numbers:
            for second in numbers:
                if first < second:
                    swapped = list(words)
                    swapped[first], swapped[second] = words[second], words[first]
                    assert found(" ".join(swapped)) is None


@pytest.mark.parametrize("text", ["", " . ", "ב", "—"])
def test_what_is_too_short_proves_nothing(text: str) -> None:
    assert not Quote(text).proves_something
