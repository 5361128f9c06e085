"""Rules: only what stands inside a fence is read, line by line, with its page and its words as they stand."""

from emulator.extract.sources import LONGEST_QUOTE_CHARACTERS, Line, read_sources
from tests.unit.emulator.extract.prompts import a_call, a_document


def test_each_line_knows_its_document_and_page() -> None:
    pages = '<page number="1">\nאחת\n</page>\n<page number="2">\nשתיים\n</page>'
    prompt = f'<document id="d1" name="a &amp; b.pdf">\n{pages}\n</document>'

    (source,) = read_sources(prompt)

    assert (source.id, source.name) == ("d1", "a & b.pdf")
    assert [(line.page, line.raw) for line in source.lines] == [(1, "אחת"), (2, "שתיים")]


def test_instructions_outside_the_fences_are_not_read() -> None:
    sources = read_sources(f"The claimant's name: Not Me\n{a_document('שם: תמר כהן')}\nשם: מישהו אחר\n{a_call('שלום')}")

    assert [source.id for source in sources] == ["d1", "call"]
    assert [line.raw for source in sources for line in source.lines] == ["שם: תמר כהן", "AI: שלום"]


def test_tool_output_is_not_a_source() -> None:
    assert read_sources('<tool name="analysis">\n{"a": 1}\n</tool>') == ()


def test_without_any_fence_the_whole_text_is_read() -> None:
    assert [source.id for source in read_sources("AI: שלום\nUser: שלום")] == ["call"]
    assert [source.id for source in read_sources("שם: תמר")] == ["text"]


def test_a_line_keeps_its_words_for_quoting_and_its_order_for_reading() -> None:
    (source,) = read_sources(a_document("28/05/2026 :תאריך הביקור"))

    assert source.lines[0].quote() == "28/05/2026 :תאריך הביקור"
    assert source.lines[0].text == "תאריך הביקור: 28/05/2026"


def test_the_quote_of_a_long_line_is_whole_words_around_the_value() -> None:
    words = " ".join(f"מילה{number}" for number in range(100))
    line = Line(source_id="d1", page=1, raw=words, text=words)

    quote = line.quote("מילה50")

    assert len(quote) <= LONGEST_QUOTE_CHARACTERS
    assert "מילה50" in quote.split()
    assert set(quote.split()) <= set(words.split())
