"""A quote is accepted only where it stands."""

from __future__ import annotations

import pytest

from chalicelib.analyses.kit.quotes import Place, Sources, Surroundings
from chalicelib.cases.model import DocumentText
from tests.fakes.analysis_services import a_document, a_text

SCRAMBLED = """מרפאת עמוד שדרה
28/05/2026 :תאריך הביקור
)      מין: נקבה41  (גיל14/07/1984 :תאריך לידה
, ימין שלילי.35°- שמאל חיובי בSLR .) (כאב40° כפיפה קדמית
Lumbar disc herniation L4-L5   2. Chronic low back pain .1 :אבחנות
אין הפרעה בסוגרים ולא בכוח"""


def sources(*, pdf: bool = True, transcript: str = "") -> Sources:
    content_type = "application/pdf" if pdf else "text/plain"
    text: DocumentText = a_text(a_document("d1", content_type=content_type), "עמוד ראשון, תיק 7 בלבד", SCRAMBLED)
    return Sources([text], transcript=transcript)


STANDS = [
    # quote, how: why
    ("עמוד ראשון, תיק 7", "exact"),  # verbatim
    ("עמוד ראשון - תיק 7", "words"),  # other punctuation
    ("אין  הפרעה\nבסוגרים", "exact"),  # white space does not count
    (":תאריך הביקור", "exact"),  # as the extractor wrote it
    ("תאריך הביקור: 28/05/2026", "reordered"),  # as the document reads
    ("תאריך לידה: 14/07/1984 (גיל 41)  מין: נקבה", "reordered"),  # three runs
    ("כפיפה קדמית 40° (כאב). SLR שמאל חיובי ב-35°, ימין שלילי.", "reordered"),  # six runs
    ("SLR שמאל חיובי ב-35°", "reordered"),  # a part of them
    ("אבחנות: 1. Lumbar disc herniation L4-L5", "reordered"),  # all words of one mixed line
]


@pytest.mark.parametrize(("quote", "match"), STANDS)
def test_a_quote_that_stands_is_found(quote: str, match: str) -> None:
    place = sources().find(quote, document_id="d1")

    assert place is not None
    assert place.match == match


STANDS_NOT = [
    # quote: why
    "תאריך הביקור: 29/05/2026",  # another day
    "תאריך הביקור: 28/05/202",  # cut inside a number
    "8/05/2026",  # cut inside a number
    "umbar disc",  # cut inside a Latin word
    "יש הפרעה בסוגרים",  # another word
    "בסוגרים הפרעה אין",  # a Hebrew line in another order
    "בכוח ולא בסוגרים הפרעה אין",  # all of its words, in another order
    "עמוד ראשון מרפאת עמוד שדרה",  # across pages
    "",
    " . ",
    "ב",  # a single letter proves nothing
]


@pytest.mark.parametrize("quote", STANDS_NOT)
def test_a_quote_that_does_not_stand_is_not_found(quote: str) -> None:
    assert sources().find(quote, document_id="d1") is None


def test_only_pdf_lines_may_be_out_of_order() -> None:
    assert sources(pdf=False).find("תאריך הביקור: 28/05/2026", document_id="d1") is None


def test_the_page_is_found_even_when_another_was_named() -> None:
    place = sources().find("אין הפרעה בסוגרים", document_id="d1", page=1)

    assert place == Place(document_id="d1", page=2, match="exact")


def test_the_named_page_comes_first() -> None:
    twice = Sources([a_text(a_document("d1"), "אותו משפט", "אותו משפט")])

    place = twice.find("אותו משפט", document_id="d1", page=2)

    assert place is not None
    assert place.page == 2


def test_a_quote_must_stand_in_the_named_source() -> None:
    both = sources(transcript="AI: מה השם?\nUser: תמר")

    assert both.find("User: תמר", document_id="call") == Place(document_id="call", page=1, match="exact")
    assert both.find("User: תמר", document_id="d1") is None
    assert both.find("User: תמר", document_id="no-such-document") is None


def test_a_quote_can_be_looked_for_everywhere() -> None:
    place = sources(transcript="User: תמר").find_anywhere("תמר")

    assert place is not None
    assert place.document_id == "call"
    assert sources().find_anywhere("לא נאמר") is None


def test_sources_know_what_they_hold() -> None:
    assert "d1" in sources()
    assert "call" not in sources()


def test_what_stands_around_a_quote_is_its_lines_each_time_it_stands() -> None:
    text = a_text(a_document("d1"), "כותרת\nללא  סימני סוכרת כיום\nסוכרת - סוג 2")

    places = Sources([text]).surroundings("סוכרת", document_id="d1")

    assert places == (
        Surroundings(before="ללא סימני ", quote="סוכרת", after=" כיום", line_before="כותרת", in_order=True),
        Surroundings(before="", quote="סוכרת", after=" - סוג 2", line_before="ללא סימני סוכרת כיום", in_order=True),
    )


def test_around_a_quote_that_stands_by_its_words_are_whole_lines() -> None:
    (place,) = sources().surroundings("SLR שמאל חיובי ב-35°", document_id="d1")

    assert place.quote == ", ימין שלילי.35°- שמאל חיובי בSLR .) (כאב40° כפיפה קדמית"
    assert (place.before, place.after, place.in_order) == ("", "", False)


def test_around_a_quote_over_two_lines_are_both() -> None:
    (place,) = Sources([a_text(a_document("d1"), "אין כל\nסימן - לסוכרת\nסוף")]).surroundings(
        "כל סימן לסוכרת", document_id="d1"
    )

    assert place.quote == "אין כל\nסימן - לסוכרת"


def test_around_what_does_not_stand_is_nothing() -> None:
    assert sources().surroundings("לא נאמר", document_id="d1") == ()
