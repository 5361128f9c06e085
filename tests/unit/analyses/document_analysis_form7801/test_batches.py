"""Sources are put to the model in batches that fit; nothing is cut silently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalicelib.analyses.document_analysis_form7801.batches import (
    BATCH_TOKENS,
    MOST_BATCHES,
    Batches,
    make_batches,
)
from chalicelib.analyses.kit.llm import FilePart, Part, TextPart
from chalicelib.analyses.kit.reading import Reading
from chalicelib.analyses.kit.tokens import MOST_PICTURE_TOKENS, PAGE_TOKENS
from chalicelib.cases.model import Document, DocumentText
from tests.fakes.analysis_services import a_document, a_file, a_text


def batches(*texts: DocumentText, call: str = "", summary: str = "", size: int = 100, most: int = 10) -> Batches:
    reading = Reading(file=a_file(), texts=texts, transcript=call, issues=())
    return make_batches(reading, summary=summary, batch_characters=size, most_batches=most)


def no_file(document: Document, pages: Sequence[int]) -> Mapping[int, FilePart]:
    return {}


def pictures(document: Document, pages: Sequence[int]) -> Mapping[int, FilePart]:
    return {page: FilePart(file_name=f"page-{page}", content_type="image/jpeg", content=b"%d" % page) for page in pages}


def pages_shown(found: Batches) -> list[list[int]]:
    return [[one.excerpt.page for one in batch.portions if one.excerpt] for batch in found.batches]


def texts_of(found: Batches) -> list[str]:
    return ["\n".join(getattr(p, "text", "") for p in batch.parts(no_file)) for batch in found.batches]


def test_a_case_that_fits_is_one_batch_with_everything_fenced() -> None:
    found = batches(a_text(a_document("d1"), "דוח", "עמוד 2"), call="User: כן", summary='{"a": 1}', size=1000)

    [text] = texts_of(found)
    assert text == (
        '<call id="call">\nUser: כן\n</call>\n<document id="D1" name="d1.txt">\n<page number="1">\nדוח\n</page>\n'
        '<page number="2">\nעמוד 2\n</page>\n</document>\n<tool name="call_summary">\n{"a": 1}\n</tool>'
    )
    assert found.issues == ()


def test_a_long_document_is_split_between_pages() -> None:
    found = batches(a_text(a_document("d1"), "א" * 60, "ב" * 60, "ג" * 30))

    first, second = texts_of(found)
    assert '<page number="1">' in first
    assert '<page number="2">' not in first
    assert '<page number="2">' in second
    assert '<page number="3">' in second


def test_a_long_page_and_a_long_call_are_split_between_lines() -> None:
    lines = [f"שורה מספר {number:03}" for number in range(20)]
    text = "\n".join(lines)  # 20 lines of 14 characters and their ends: 299

    found = batches(a_text(a_document("d1"), text), call=text)

    joined = "\n".join(texts_of(found))
    assert len(found.batches) > 4
    assert all(len(part) < 100 + 80 for part in texts_of(found))
    assert [joined.count(line) for line in lines] == [2] * 20
    assert found.issues == ()


def test_a_line_longer_than_a_batch_is_cut_and_nothing_lost() -> None:
    found = batches(a_text(a_document("d1"), "א" * 250))

    assert sum(text.count("א") for text in texts_of(found)) == 250


def test_what_no_batch_can_take_is_named() -> None:
    found = batches(a_text(a_document("d1"), "א" * 90), a_text(a_document("d2"), "ב" * 90), call="ג" * 90, most=1)

    assert [(issue.field, issue.code) for issue in found.issues] == [
        ("documents/d1", "document_truncated"),
        ("documents/d2", "document_truncated"),
    ]  # the call comes first: most of a claim is said there
    assert found.documents_analysed() == 0


def test_a_scanned_page_brings_its_picture() -> None:
    scan = a_document("d1", content_type="application/pdf", size=40_000)
    found = batches(a_text(scan, "", "עם טקסט"), size=10_000)

    fenced, label, file = found.batches[0].parts(pictures)

    assert fenced == TextPart('<document id="D1" name="d1.txt">\n<page number="2">\nעם טקסט\n</page>\n</document>')
    assert label == TextPart('The picture that follows shows page 1 of the document with the id "D1".')
    assert file == FilePart(file_name="page-1", content_type="image/jpeg", content=b"1")


def test_pages_to_look_at_are_spread_over_batches_as_they_fit() -> None:
    report = a_document("d1", content_type="application/pdf", size=20_000_000)
    text = a_text(report, "", *["עמוד עם טקסט"] * 25, "", "")

    found = batches(text, size=2 * PAGE_TOKENS + 500)  # the text of 25 pages has 300 characters

    assert pages_shown(found) == [[1, 27], [28]]


def test_a_scan_of_hundreds_of_pages_goes_in_batches_that_fit_a_request() -> None:
    scan = a_document("d1", content_type="application/pdf", size=20_000_000)

    found = batches(a_text(scan, *[""] * 200), size=BATCH_TOKENS, most=MOST_BATCHES)

    assert [len(pages) for pages in pages_shown(found)] == [24] * 8 + [8]
    assert found.issues == ()


def test_twelve_photos_of_three_megabytes_and_the_call_are_one_batch_with_the_call_first() -> None:
    photos = [a_text(a_document(f"p{n}", content_type="image/jpeg", size=3_000_000), "") for n in range(12)]

    [batch] = batches(*photos, call="User: כן", size=BATCH_TOKENS, most=MOST_BATCHES).batches

    parts = batch.parts(pictures)
    assert parts[0] == TextPart('<call id="call">\nUser: כן\n</call>')
    assert sum(isinstance(part, FilePart) for part in parts) == 12


def test_a_picture_counts_by_its_pixels_not_by_its_bytes() -> None:
    small, large = (a_document(f"d{size}", content_type="image/png", size=size) for size in (10, 19_000_000))

    found = batches(a_text(small, ""), a_text(large, ""), size=10_000)

    assert {one.characters for batch in found.batches for one in batch.portions} == {MOST_PICTURE_TOKENS}


def test_a_file_that_is_gone_is_left_out() -> None:
    found = batches(a_text(a_document("d1", content_type="image/png"), ""), size=10_000)

    parts: list[Part] = found.batches[0].parts(no_file)

    assert parts == [TextPart('<document id="D1" name="d1.txt">\n\n</document>')]


def test_a_document_counts_when_any_part_of_it_reached_the_model() -> None:
    scan, mixed, text = (a_document(f"d{n}", content_type="image/png", size=10) for n in (1, 2, 3))

    found = batches(a_text(scan, ""), a_text(mixed, "", "טקסט"), a_text(text, "טקסט"), size=10_000)

    assert found.documents_analysed() == 3
    assert found.documents_analysed(without_files=[scan, mixed]) == 2  # the text of d2 did
    assert found.documents_analysed(without=[text], without_files=[scan]) == 1


def test_a_call_of_four_hours_is_in_one_batch_in_one_piece() -> None:
    call = "\n".join(f"User: משפט מספר {number} של שיחה ארוכה" for number in range(6_900))

    [batch] = batches(call=call, size=BATCH_TOKENS, most=MOST_BATCHES).batches

    assert 200_000 < len(call) < BATCH_TOKENS
    assert [portion.page.text for portion in batch.portions if portion.page] == [call]
