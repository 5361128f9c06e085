"""Which lines speak to the machine that reads them? Those that name it: a rule, where a model would understand."""

from __future__ import annotations

import re

from emulator.answers.case_facts import CaseFacts

_MACHINE = re.compile(r"\b(?:AI|LLM|language model)\b|בינה (?:ה)?מלאכותית|מודל (?:ה)?שפה")
_SPEAKER = re.compile(r"^\s*(?:AI|Assistant|Bot|User|Customer|Caller)\s*:\s*", re.IGNORECASE)


def addressed_to_ai(facts: CaseFacts) -> list[str]:
    """The lines, each verbatim."""
    spoken = (_SPEAKER.sub("", line.raw) for source in facts.sources for line in source.lines)
    return [words for words in spoken if _MACHINE.search(words)]
