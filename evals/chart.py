"""How does a measurement look? Two charts as SVG, drawn here so that the report needs nothing from anywhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from evals.scoring import Tally

WIDTH = 940
LABEL_WIDTH = 330
RIGHT_MARGIN = 64
ROW = 22
HEADING = 30
TOP = 46
PRECISION, RECALL = "#1d4ed8", "#c2570c"
VERDICTS: Mapping[str, tuple[str, str]] = {
    "right": ("#2f855a", "right"),
    "wrong": ("#c53030", "wrong"),
    "invented": ("#7c3aed", "invented"),
    "missed": ("#cbd5e1", "missed"),
}
_INK, _FAINT, _GRID = "#1f2937", "#6b7280", "#e5e7eb"
_PLOT = WIDTH - LABEL_WIDTH - RIGHT_MARGIN


def rates_chart(groups: Mapping[str, Mapping[str, Tally]]) -> str:
    """Precision and recall of each field as two dots on one line, fields in groups with a heading each."""
    body: list[str] = []
    y = TOP
    for heading, fields in groups.items():
        y += HEADING
        body.append(_text(16, y - 9, heading, weight="600"))
        for name, one in fields.items():
            body.append(_rates_row(y, name, one))
            y += ROW
    height = y + 16
    grid = [_grid_line(share, top=TOP - 6, bottom=y) for share in (0, 0.25, 0.5, 0.75, 1)]
    legend = [
        *_dot_key(LABEL_WIDTH, "precision: of what is filled, how much is right", PRECISION, filled=True),
        *_dot_key(LABEL_WIDTH + 330, "recall: of what should be, how much", RECALL, filled=False),
    ]
    return _svg(height, "Precision and recall of every field of the form", [*grid, *legend, *body])


def verdicts_chart(cases: Mapping[str, Tally]) -> str:
    """How each case's fields came out, as one bar a case."""
    longest = max((_total(one) for one in cases.values()), default=1) or 1
    body: list[str] = []
    for number, (name, one) in enumerate(cases.items()):
        y = TOP + number * (ROW + 8)
        body.append(_text(16, y + 15, name))
        x = float(LABEL_WIDTH)
        for verdict, (colour, _) in VERDICTS.items():
            count = getattr(one, verdict)
            width = _PLOT * count / longest
            if count:
                body.append(
                    f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{ROW}" fill="{colour}">'
                    f"<title>{escape(name)}: {count} {verdict}</title></rect>"
                )
            if width > 20:
                ink = _INK if verdict == "missed" else "#ffffff"
                body.append(_text(x + width / 2, y + 15, str(count), anchor="middle", fill=ink, size=12))
            x += width
    legend: list[str] = []
    for number, (colour, label) in enumerate(VERDICTS.values()):
        x = LABEL_WIDTH + number * 110
        legend.append(f'<rect x="{x}" y="14" width="12" height="12" fill="{colour}"/>')
        legend.append(_text(x + 18, 25, label, fill=_FAINT, size=13))
    return _svg(TOP + len(cases) * (ROW + 8) + 8, "How the fields of each case came out", [*legend, *body])


def _rates_row(y: float, name: str, one: Tally) -> str:
    middle = y + ROW / 2
    parts = [_text(34, middle + 4, name, size=13)]
    places = [LABEL_WIDTH + _PLOT * value for value in (one.precision, one.recall) if value is not None]
    if len(places) == 2:
        parts.append(_line(places[0], middle, places[1], middle, colour="#9ca3af", width=2))
    if one.recall is not None:
        parts.append(
            _dot(LABEL_WIDTH + _PLOT * one.recall, middle, RECALL, f"{name}: recall {one.recall:.2f}", filled=False)
        )
    if one.precision is not None:
        parts.append(
            _dot(
                LABEL_WIDTH + _PLOT * one.precision,
                middle,
                PRECISION,
                f"{name}: precision {one.precision:.2f}",
                filled=True,
            )
        )
    parts.append(_text(WIDTH - 12, middle + 4, f"{one.right}/{one.expected}", anchor="end", fill=_FAINT, size=12))
    return "".join(parts)


def _dot_key(x: float, label: str, colour: str, *, filled: bool) -> list[str]:
    return [_dot(x + 6, 20, colour, label, filled=filled), _text(x + 18, 25, label, fill=_FAINT, size=13)]


def _dot(x: float, y: float, colour: str, title: str, *, filled: bool) -> str:
    """Precision is a full dot, recall a ring around it: both can be seen where they coincide."""
    look = f'fill="{colour}"' if filled else f'fill="#ffffff" stroke="{colour}" stroke-width="2.5"'
    radius = 4 if filled else 7
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" {look}><title>{escape(title)}</title></circle>'


def _grid_line(share: float, *, top: float, bottom: float) -> str:
    x = LABEL_WIDTH + _PLOT * share
    return _line(x, top + 10, x, bottom, colour=_GRID, width=1) + _text(
        x, top + 4, f"{share:.0%}", anchor="middle", fill=_FAINT, size=12
    )


def _line(x1: float, y1: float, x2: float, y2: float, *, colour: str, width: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", fill: str = _INK, size: int = 14, weight: str = "400"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{fill}" font-size="{size}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )


def _svg(height: float, title: str, body: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}" role="img" '
        f'aria-label="{escape(title)}" font-family="system-ui, sans-serif">{"".join(body)}</svg>'
    )


def _total(one: Tally) -> int:
    return one.right + one.wrong + one.missed + one.invented
