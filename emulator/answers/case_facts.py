"""What is known of the case? Everything the rules read from a prompt's sources, each value with its line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from emulator.extract.bank import bank_readings, says_own_name
from emulator.extract.conditions import condition_readings, diagnoses, said_diagnoses
from emulator.extract.contacts import contact_readings
from emulator.extract.dates import latest_year
from emulator.extract.employment import Record
from emulator.extract.found import Found, settled
from emulator.extract.hospital import Stay, stays
from emulator.extract.onset import onset_readings, work_accident
from emulator.extract.persons import Readings, personal_readings
from emulator.extract.physicians import physicians
from emulator.extract.sources import Source, all_text, read_sources
from emulator.extract.speech import Answer, answers
from emulator.extract.work_told import employment_records

_WAIVER_TOPIC = re.compile(r"ויתור על סודיות|סודיות רפואית|ויתור סודיות|waiver|confidentiality", re.IGNORECASE)
_FENCED = re.compile(r"<(document|call|tool)\b.*?</\1>", re.DOTALL)


class CaseFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that was read. `readings` are every reading by field name, `scalars` those that count."""

    sources: tuple[Source, ...]
    year: int | None
    readings: Readings
    conditions: dict[str, Found]
    diagnoses: list[Found]
    physicians: list[dict[str, Found]]
    stays: list[Stay]
    jobs: list[Record]
    work_accident: Found | None
    waiver: Answer | None

    @property
    def scalars(self) -> dict[str, Found]:
        return {name: found for name, readings in self.readings.items() if (found := settled(readings))}

    def value(self, name: str) -> Any:
        """The value of a field, or ""."""
        found = self.scalars.get(name)
        return found.value if found else ""

    @property
    def is_hebrew(self) -> bool:
        text = all_text(self.sources)
        return len(re.findall("[א-ת]", text)) >= len(re.findall("[A-Za-z]", text))

    @property
    def waiver_accepted(self) -> bool:
        return self.waiver is not None and self.waiver.agrees


def read_facts(prompt: str) -> CaseFacts:
    """The facts of a prompt's fenced texts."""
    return facts_of(read_sources(prompt), year=latest_year(_FENCED.sub("", prompt)))


def facts_of(sources: Sequence[Source], *, year: int | None = None) -> CaseFacts:
    """The facts of these sources. `year` completes spoken dates; by default it is the latest year they name."""
    year = year or latest_year(all_text(sources))
    readings = {
        **personal_readings(sources, year=year),
        **contact_readings(sources),
        **bank_readings(sources),
        "disability_start_date": onset_readings(sources, year=year),
    }
    _own_account(readings, sources)
    asked = [answer for answer in answers(sources) if _WAIVER_TOPIC.search(answer.question)]
    return CaseFacts(
        sources=tuple(sources),
        year=year,
        readings=readings,
        conditions=condition_readings(sources),
        diagnoses=[*diagnoses(sources), *said_diagnoses(sources)],
        physicians=physicians(sources, year=year),
        stays=stays(sources, year=year),
        jobs=employment_records(sources, year=year),
        work_accident=work_accident(sources),
        waiver=asked[-1] if asked else None,
    )


def _own_account(readings: Readings, sources: Sequence[Source]) -> None:
    """`על השם שלי`: the account's holder is the claimant."""
    own, name = says_own_name(sources), settled(readings["full_name"])
    if own and name and not readings["account_holder_name"]:
        readings["account_holder_name"].append(Found(name.value, own.line))
