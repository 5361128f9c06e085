"""How does a measurement look as a page? One HTML file with charts and tables, needing nothing from the network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any

from evals.chart import rates_chart, verdicts_chart
from evals.measure import CaseScore, Measurement, Robustness
from evals.mentions import Share
from evals.scoring import Tally, by_pattern, leaves_of, tally
from evals.tables import all_tables, dollars, percent, rate, short

_STYLE = """
:root{--ink:#1f2937;--faint:#6b7280;--line:#e5e7eb;--paper:#fff;--tile:#f8fafc}
*{box-sizing:border-box}body{margin:0;background:#f1f5f9;color:var(--ink);font:15px/1.55 system-ui,sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:26px;margin:0 0 4px}h2{font-size:19px;margin:40px 0 4px}p{margin:0 0 12px;max-width:75ch}
.faint{color:var(--faint)}.card{background:var(--paper);border:1px solid var(--line);border-radius:10px;
padding:16px 20px;margin:12px 0;overflow-x:auto}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(210px,1fr));gap:12px;margin:20px 0}
.tile{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:12px 16px}
.tile b{display:block;font-size:25px;line-height:1.25}.tile span{color:var(--faint);font-size:13px}
.bad b{color:#c53030}table{border-collapse:collapse;width:100%;font-size:14px}
th,td{padding:6px 10px;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
th{color:var(--faint);font-weight:600;font-size:13px}th:first-child,td:first-child,td.text,th.text{text-align:left}
tr:last-child td{border-bottom:0}code{font:13px ui-monospace,monospace}svg{max-width:100%;height:auto;display:block}
details{margin:6px 0}
details p{margin:10px 0 6px}summary{cursor:pointer;font-weight:600}
.verdict{font-size:12px;padding:1px 8px;border-radius:99px;color:#fff;background:#64748b}
.right{background:#2f855a}.wrong{background:#c53030}.invented{background:#7c3aed}
bdi{unicode-bidi:isolate}
"""
_SECTIONS = {
    "personal_info.": "Personal information",
    "employment_history.": "Employment",
    "disability_info.": "Disability",
    "bank_details.": "Bank account",
    "medical_waiver.": "Waiver",
    "metadata.": "About the form",
}
_NOTES = {
    "Planted mistakes": "The emulator answers wrongly on purpose. A value counts as caught when an issue names its "
    "field, or when it never got into the result; a quote when it is marked as unverified and reported, or refused.",
    "One wrong field at a time": "Each filled field of a good answer replaced by a believable wrong value, its quote "
    "kept. Choices and descriptions are read by the model: code does not compare them with their quotes.",
    "Attacks on the sample case": "Each attack stands where strangers can write; the model obeys whatever it reads.",
    "The detector of instructions": "Sets that it has not learned from.",
}


def report_page(measurement: Measurement, *, at: datetime, command: str) -> str:
    """The whole page. `at` is when it was measured, `command` what makes it."""
    tables = all_tables(measurement)
    who = f"Form 7801 and the call: {measurement.openai_name}. The agent: {measurement.anthropic_name}."
    parts = [
        f"<h1>How good are the three analyses?</h1><p class=faint>{escape(who)} Measured {at:%Y-%m-%d %H:%M} UTC by "
        f"<code>{escape(command)}</code>.</p>",
        _warning(measurement),
        _tiles(measurement),
        _section("Form 7801, by case", verdicts_chart({case.case: case.tally for case in measurement.cases})),
        _card(_html_table(tables.pop("Form 7801, by case"))),
        _card("".join(_case_details(case) for case in measurement.cases)),
        _section("Form 7801, by field", rates_chart(_grouped(measurement))),
    ]
    tables.pop("Form 7801, by field")
    for heading, table in tables.items():
        parts.append(_section(heading, _html_table(table), note=_NOTES.get(heading, "")))
        if heading == "The detector of instructions" and measurement.robustness:
            parts.append(_detector_details(measurement.robustness))
    title = "Casework: how good are the analyses"
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{title}</title><style>{_STYLE}</style><main>{''.join(parts)}</main></html>\n"
    )


def _warning(measurement: Measurement) -> str:
    if not measurement.is_emulated:
        return ""
    text = (
        "No key was given, so the emulator answered: it reads labelled values by rules. Its scores show that nothing "
        "is lost on the way and that code catches mistakes; they say nothing about a model."
    )
    return f"<p>{text}</p>"


def _tiles(measurement: Measurement) -> str:
    whole = tally(measurement.comparisons)
    standing = Share(
        sum(case.evidence.standing.count for case in measurement.cases),
        sum(case.evidence.standing.total for case in measurement.cases),
    )
    seconds = sum(run.seconds for case in measurement.cases for run in case.runs)
    tiles = [
        (rate(whole.precision), f"precision of {whole.found} filled fields", True),
        (rate(whole.recall), f"recall of {whole.expected} expected fields", True),
        (percent(standing.count, standing.total), f"of {standing.total} quotes stand in their source", True),
        (f"${dollars(measurement.cost_usd)}", f"for {len(measurement.cases)} cases, three analyses each", True),
        (f"{seconds:.1f} s", "for all of them", True),
    ]
    robustness = measurement.robustness
    if robustness:
        planted = sum(one.planted for one in robustness.plantings)
        caught = sum(one.caught for one in robustness.plantings)
        broken = sum(len(one.broken) for one in robustness.withstood)
        reported, attacks = sum(one.reported for one in robustness.withstood), len(robustness.withstood)
        tiles += [
            (f"{caught}/{planted}", "planted mistakes caught", caught == planted),
            (f"{reported}/{attacks}", "attacks reported, of all analyses shown one", reported == attacks),
            (str(broken), "things broken that code decides", not broken),
        ]
    cells = (
        f"<div class='tile{'' if good else ' bad'}'><b>{escape(number)}</b><span>{escape(label)}</span></div>"
        for number, label, good in tiles
    )
    return f"<div class=tiles>{''.join(cells)}</div>"


def _grouped(measurement: Measurement) -> dict[str, dict[str, Tally]]:
    """The fields' tallies under the headings of the form's sections."""
    tallies = dict(leaves_of(by_pattern(measurement.comparisons)))
    return {
        heading: {
            short(pattern).removeprefix(prefix): one for pattern, one in tallies.items() if pattern.startswith(prefix)
        }
        for prefix, heading in _SECTIONS.items()
    }


def _case_details(case: CaseScore) -> str:
    """What did not come out right in one case, and which issues nobody expected."""
    fields = [
        [f"<code>{escape(one.path)}</code>", _badge(one.verdict), _value(one.expected), _value(one.found)]
        for one in case.comparisons
        if one.verdict != "right"
    ]
    beyond = [
        [f"<code>{escape(one['field'])}</code>", escape(one["code"]), _value(one["message"])] for one in case.beyond
    ]
    body = f"<p class=faint>{escape(case.about)}</p>"
    if fields:
        body += _rows_table(["field", "came out", "expected", "found"], fields)
    if beyond:
        body += "<p><b>Issues nobody expected</b></p>" + _rows_table(["field", "code", "message"], beyond)
    counts = f"{len(fields)} fields not right, {len(beyond)} other issues"
    return f"<details><summary>{escape(case.case)}: {counts}</summary>{body}</details>"


def _detector_details(robustness: Robustness) -> str:
    cards = []
    for one in robustness.detections:
        for what, texts in (
            ("attacks that were not found", one.missed),
            ("clean texts that raised an alarm", one.alarming),
        ):
            if texts:
                items = "".join(f"<li>{_value(text)}</li>" for text in texts)
                cards.append(
                    f"<details><summary>{escape(one.name)}: {len(texts)} {what}</summary><ul>{items}</ul></details>"
                )
    return _card("".join(cards)) if cards else ""


def _section(heading: str, content: str, *, note: str = "") -> str:
    told = f"<p class=faint>{escape(note)}</p>" if note else ""
    return f"<h2>{escape(heading)}</h2>{told}{_card(content)}"


def _card(content: str) -> str:
    return f"<div class=card>{content}</div>"


def _html_table(markdown: str) -> str:
    """A table of `tables`, as HTML."""
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in markdown.splitlines()]
    return _rows_table([escape(cell) for cell in head], [[_cell(cell) for cell in row] for row in rows], numbers=True)


def _rows_table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: bool = False) -> str:
    look = "" if numbers else " class=text"
    cells = "".join(f"<th{look}>{cell}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td{look}>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{cells}</tr>{body}</table>"


def _cell(text: str) -> str:
    plain = escape(text)
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", re.sub(r"`(.+?)`", r"<code>\1</code>", plain))


def _badge(verdict: str) -> str:
    return f"<span class='verdict {escape(verdict)}'>{escape(verdict)}</span>"


def _value(value: Any) -> str:
    """A value in its own direction, Hebrew beside English."""
    text = "" if value is None else str(value)
    return f"<bdi dir=auto>{escape(text)}</bdi>" if text else "<span class=faint>empty</span>"
