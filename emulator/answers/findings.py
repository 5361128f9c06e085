"""What is worth recording of what was read? Findings, each with the verbatim line that it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from emulator.answers.case_facts import CaseFacts
from emulator.answers.case_view import CaseView
from emulator.extract.conditions import is_doubtful
from emulator.extract.found import Found
from emulator.extract.sources import Line, documents

_SHORTEST_QUOTE_CHARACTERS = 8
_FUNCTION = re.compile(
    r"תפקוד|יושב[תה]? עד|עומד[תה]? עד|הליכה ב|כושר עבודה|אינ[וה] כשיר|function|sits? (?:for|up to)|unable to"
    r"|fit for work",
    re.IGNORECASE,
)
_IMAGING = re.compile(
    r"(?<![A-Za-z])(?:MRI|CT|EMG|X-?ray|echo|spirometry)(?![A-Za-z])|רנטגן|אקו לב|ספירומטריה", re.IGNORECASE
)
_PURE_HEBREW = re.compile(r"[א-ת\"'][א-ת\"', ]+[א-ת\"']")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something found; `line` is where it stands."""

    text: str
    line: Line

    @property
    def quote(self) -> str:
        return self.line.quote()

    @property
    def other_quote(self) -> str:
        """Other words of the same line, for when the first were refused: its longest stretch of Hebrew alone."""
        stretches = sorted((match.group().strip() for match in _PURE_HEBREW.finditer(self.line.raw)), key=len)
        return (
            stretches[-1] if stretches and len(stretches[-1]) >= _SHORTEST_QUOTE_CHARACTERS else self.line.raw.strip()
        )


def findings_of(facts: CaseFacts, view: CaseView) -> list[Finding]:
    """The findings, the weightiest first; one line proves one finding."""
    found: dict[tuple[str, str], Finding] = {}
    for finding in _findings(facts, view):
        found.setdefault((finding.line.source_id, finding.line.raw), finding)
    return list(found.values())


def _findings(facts: CaseFacts, view: CaseView) -> Iterator[Finding]:
    for diagnosis in facts.diagnoses[:3]:
        yield _finding(view.say(hebrew="אבחנה: ", english="Diagnosis: ") + str(diagnosis.value), diagnosis)
    for stay in facts.stays[:3]:
        where = stay["hospital_name"].value if "hospital_name" in stay else ""
        days = " - ".join(
            view.day(str(stay[name].value)) for name in ("admission_date", "discharge_date") if name in stay
        )
        yield _finding(
            view.say(hebrew="אשפוז: ", english="In hospital: ") + f"{where} {days}".strip(), stay["admission_date"]
        )
    if facts.work_accident:
        yield _finding(view.say(hebrew="האירוע קרה בעבודה", english="It happened at work"), facts.work_accident)
    yield from _lines(facts, _FUNCTION, view.say(hebrew="תפקוד: ", english="Function: "))
    yield from _lines(facts, _IMAGING, view.say(hebrew="בדיקה: ", english="Examination: "))
    for job in facts.jobs[:1]:
        if "end_date" in job:
            ended = view.day(str(job["end_date"].value))
            yield _finding(
                view.say(hebrew=f"העבודה הסתיימה ביום {ended}", english=f"Employment ended on {ended}"), job["end_date"]
            )


def _lines(facts: CaseFacts, pattern: re.Pattern[str], lead: str) -> Iterator[Finding]:
    matching = [
        line
        for source in documents(facts.sources)
        for line in source.lines
        if pattern.search(line.text) and not is_doubtful(line.text)
    ]
    for line in matching[:2]:
        stated = line.text.strip()[:200]
        yield Finding(text=stated if stated.startswith(lead.strip()) else lead + stated, line=line)


def _finding(text: str, found: Found) -> Finding:
    return Finding(text=text, line=found.line)
