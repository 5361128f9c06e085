"""A quote is accepted only where it stands."""

from __future__ import annotations

from chalicelib.analyses.kit.quotes import Place, PlacesOnPages, Sources, Surroundings
from chalicelib.cases.model import DocumentText
from tests.fakes.analysis_services import FakeCaseReader, a_document, a_file, a_text

PAGE = """מרפאת עמוד שדרה
תאריך הביקור: 28/05/2026
תאריך לידה: 14/07/1984 (גיל 41)  מין: נקבה
כפיפה קדמית 40° (כאב). SLR שמאל חיובי ב-35°, ימין שלילי.
נכות רפואית 40% נכות תפקודית 75%
אין הפרעה בסוגרים ולא בכוח"""


def sources(*, transcript: str = "") -> Sources:
    text: DocumentText = a_text(a_document("d1"), "עמוד ראשון, תיק 7 בלבד", PAGE)
    return Sources([text], transcript=transcript)


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


def test_a_sure_match_on_another_page_wins_over_a_near_one_on_the_named() -> None:
    pages = Sources([a_text(a_document("d1"), "כאב גב תחתון חריק", "כאב גב תחתון חריף")])

    place = pages.find("כאב גב תחתון חריף", document_id="d1", page=1)

    assert place == Place(document_id="d1", page=2, match="exact")


def test_what_is_around_a_quote_is_its_lines_each_time_it_is_there() -> None:
    text = a_text(a_document("d1"), "כותרת\nללא  סימני סוכרת כיום\nסוכרת - סוג 2")

    places = Sources([text]).surroundings("סוכרת", document_id="d1")

    assert places == (
        Surroundings(before="ללא סימני ", quote="סוכרת", after=" כיום", line_before="כותרת"),
        Surroundings(before="", quote="סוכרת", after=" - סוג 2", line_before="ללא סימני סוכרת כיום"),
    )


def test_around_a_quote_that_is_found_by_its_words_are_whole_lines() -> None:
    (place,) = sources().surroundings("SLR - שמאל, חיובי", document_id="d1")

    assert place.quote == "כפיפה קדמית 40° (כאב). SLR שמאל חיובי ב-35°, ימין שלילי."
    assert (place.before, place.after) == ("", "")


def test_around_a_quote_that_was_misread_are_whole_lines() -> None:
    (place,) = sources().surroundings("אין הפרעה בסוגריס ולא בכוח", document_id="d1")

    assert place.quote == "אין הפרעה בסוגרים ולא בכוח"


def test_around_a_quote_over_two_lines_are_both() -> None:
    (place,) = Sources([a_text(a_document("d1"), "אין כל\nסימן - לסוכרת\nסוף")]).surroundings(
        "כל סימן לסוכרת", document_id="d1"
    )

    assert place.quote == "אין כל\nסימן - לסוכרת"


def test_around_what_does_not_stand_is_nothing() -> None:
    assert sources().surroundings("לא נאמר", document_id="d1") == ()


def test_the_boxes_of_a_quote_are_on_the_page_that_was_read() -> None:
    text = a_text(a_document("d1", content_type="application/pdf"), "כותרת\nסוכרת סוג 2")
    pages = PlacesOnPages(FakeCaseReader(a_file(), texts=[text]), [text.document])
    pages.read([("d1", 1), ("call", 1), ("gone", 1)])

    # "סוכרת" is the first five of the line's eleven characters, on the lower half of the page.
    assert pages.boxes("סוכרת", document_id="d1", page=1) == [[0.0, 0.5, 5 / 11, 1.0]]
    assert pages.boxes("סרטן", document_id="d1", page=1) == []
    assert pages.boxes("סוכרת", document_id="d1", page=2) == []
