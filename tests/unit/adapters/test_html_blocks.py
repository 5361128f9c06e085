"""What stands on lines of its own in a browser stands so in the text: no word is glued to another block's."""

from __future__ import annotations

import pytest

from chalicelib.adapters.html_text import html_text, shown_text


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("<div>שם: כהן</div>טלפון 050-1234567", ["שם: כהן", "טלפון 050-1234567"]),
        ("<h1>סיכום</h1>המטופל<ul><li>סוכרת</ul>אסתמה", ["סיכום", "המטופל", "סוכרת", "אסתמה"]),
        ("<table><tr><td>ברוטו</td><td>9,400</td></tr></table>נטו", ["ברוטו  9,400", "נטו"]),
        ("<section>סוכרת</section><section>לב</section>", ["סוכרת", "לב"]),
        ("<blockquote>ציטוט</blockquote>תשובה<hr>סוף", ["ציטוט", "תשובה", "סוף"]),
        ("<center>א</center><address>ב</address><form>ג</form>", ["א", "ב", "ג"]),
        ("<b>סו</b>כרת <span>סוג</span> <i>2</i>", ["סוכרת סוג 2"]),  # these are parts of a line
    ],
)
def test_a_block_stands_on_lines_of_its_own(body: str, lines: list[str]) -> None:
    assert html_text(f"<html><body>{body}</body></html>".encode()).splitlines() == lines


@pytest.mark.parametrize("tag", ["pre", "textarea"])
def test_lines_as_they_were_written_stay_lines(tag: str) -> None:
    page = f"<html><body><{tag}>HbA1c 9.1\nGlucose 180</{tag}><p>other\nline</p></body></html>"

    assert html_text(page.encode()).splitlines() == ["HbA1c 9.1", "Glucose 180", "other line"]


@pytest.mark.parametrize("begin", ["<p>", "<table><tr><td>", "<div>", "<center>", "<b>"])
def test_a_head_without_an_end_hides_nothing_of_the_body(begin: str) -> None:
    page = f"<html><head><meta charset=utf-8><title>t</title><style>p {{}}</style>{begin}אבחנה: סוכרת</html>"

    assert html_text(page.encode()) == "אבחנה: סוכרת"
    assert html_text(page.replace("<head>", "").encode()) == "אבחנה: סוכרת"


LONG = "מלה " * 100
ROWS = [
    # as Word and Outlook save a table
    (
        "<tr><td><p>שכר ברוטו</p></td><td><p>9,400</p></td></tr><tr><td><p>שכר נטו</p></td><td><p>7,514</p></td></tr>",
        ["שכר ברוטו  9,400", "שכר נטו  7,514"],
    ),
    (
        "<tr><td>אבחנות<td><div>סוכרת</div><div>אסתמה</div><tr><td>גיל<td>41",  # ends left out, as HTML allows
        ["אבחנות  סוכרת / אסתמה", "גיל  41"],
    ),
    ("<tr><td><p>א</p></td><td></td></tr>", ["א"]),
    # tables that lay out a page
    (
        "<tr><td><table><tr><td><p>שם</p></td><td><p>דנה</p></td></tr></table><p>סוף</p><p>מכתב</p></td></tr>",
        ["שם  דנה", "סוף", "מכתב"],
    ),
    ("<tr><td><table><tr><td>א</table>ב<td>ג", ["א", "ב  ג"]),
    ("<td>א<td>ב", ["א  ב"]),  # without a row
    (f"<tr><td><p>א</p><p>{LONG}</p></td><td><p>ב</p></td></tr>", ["א", LONG.strip(), "ב"]),
]


@pytest.mark.parametrize(("rows", "lines"), ROWS)
def test_the_cells_of_a_row_are_one_line(rows: str, lines: list[str]) -> None:
    assert html_text(f"<html><body><table>{rows}</table></body></html>".encode()).splitlines() == lines


@pytest.mark.parametrize(
    "body",
    [
        "<table><tr hidden><td>no<td>no</tr><tr><td>yes</table>",
        "<table><tbody><tr hidden><td>no</tbody><tbody><tr><td>yes</table>",
        "<table><tr><td hidden><div>no</div>no</td><td>yes</table>",
        "<table><tr><td hidden>no<table><tr><td>no</table>no<td>yes</table>",
        "<table><tr><td hidden><ul><li>no</table>yes",
        "<ul><li hidden><p>no</p>no<ul><li>no</li></ul><li>yes</ul>",
        "<ul><li hidden>no</ul>yes",
        "<dl><dd hidden><p>no</p><dt>yes</dl>",
        "<p hidden>no<b>no<p>yes",
        "<p hidden>no<table><tr><td>yes</table>",
        "<div><p hidden>no</div>yes",
        "<div hidden><div>no</div>no</div>yes",
        "<select><option>no<option selected>yes</select>",
    ],
)
def test_all_that_a_hidden_element_holds_is_left_out_and_nothing_else(body: str) -> None:
    assert shown_text(f"<body>{body}").split() == ["yes"]
