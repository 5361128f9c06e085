"""Who says each line of the call, whatever the transcript names the two who speak?"""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.analyses.kit.claimant_speech import is_claimants_word
from chalicelib.analyses.kit.reading import transcript_of
from chalicelib.analyses.kit.speakers import SPEAKERS
from chalicelib.cases import vapi
from tests.unit.analyses.kit.test_reading import a_file

PLAIN = "AI: האם יש לך סוכרת?\nUser: לא.\nAI: אתה גר בעפולה?\nUser: כן, נכון."
MESSAGES = [
    {"role": "bot", "message": "האם יש לך סוכרת?"},
    {"role": "user", "message": "לא."},
    {"role": "bot", "message": "אתה גר בעפולה?"},
    {"role": "user", "message": "כן, נכון."},
]
PLAN = {"artifactPlan": {"transcriptPlan": {"assistantName": "נועה", "userName": "תמר כהן"}}}


def test_both_places_that_build_a_transcript_know_the_same_roles() -> None:
    assert SPEAKERS == vapi.SPEAKERS


def named(assistant: str, claimant: str) -> str:
    return PLAIN.replace("AI:", f"{assistant}:").replace("User:", f"{claimant}:")


@pytest.mark.parametrize(
    "call",
    [
        {"transcript": named("נועה", "תמר כהן"), **PLAN},
        {"transcript": PLAIN.replace("AI", "[00:01] AI").replace("User", "[1:02:03.5] User")},
        {"transcript": PLAIN.replace("AI", "10:30 - Agent").replace("User", "10:31 - Caller")},
        {"transcript": PLAIN.replace("AI:", "AI (00:01):").replace("User:", "User [00:02:01] :")},
        {"transcript": named("נועה", "תמר כהן"), "assistant": PLAN},
        {"transcript": named("נועה", "תמר כהן"), "assistantOverrides": PLAN},
        {"transcript": named("נועה", "תמר כהן"), "messages": MESSAGES},
        {"transcript": named("נועה", "User"), "artifact": {"messages": MESSAGES[:1]}},
        {"artifact": {"transcript": named("Assistant", "Customer")}},
        {"transcript": named("assistant", "user")},
        {"transcript": named("Bot", "User")},
        {"transcript": named("Bot", "Customer").replace(": ", ":")},
        {"transcript": named("AI", "לקוחה")},
        {"transcript": named("\u200fAI", "\u200fUser")},
        {"transcript": "האם יש לך סוכרת? לא. אתה גר בעפולה? כן, נכון.", "messages": MESSAGES},
    ],
)
def test_the_speakers_are_named_one_way(call: dict[str, Any]) -> None:
    transcript = transcript_of(a_file(call_details=call))

    assert transcript == PLAIN
    assert not is_claimants_word("האם יש לך סוכרת?", transcript)
    assert is_claimants_word("אתה גר בעפולה?", transcript)


@pytest.mark.parametrize(
    "transcript",
    [
        PLAIN,
        "AI: מה הכתובת?\nUser: הרצל 5\nטלפון: 050-0000422",  # a line that goes on, not a speaker's
        "AI: Who answers?\nUser: My agent.\nAgent: she is called that",  # the assistant has its name already
        "AI: Say it like this.\nFor example: yes.\nUser: yes.",
        "said without any names",
        "AI:\nUser: כן",
        "AI:when?\nUser:at 12:30, see https://example.com",
    ],
)
def test_other_words_before_a_colon_are_what_is_said(transcript: str) -> None:
    messages = [{"role": "user", "message": "yes."}]

    assert transcript_of(a_file(call_details={"transcript": transcript})) == transcript
    if transcript.startswith("AI:"):
        assert transcript_of(a_file(call_details={"transcript": transcript, "messages": messages})) == transcript


@pytest.mark.parametrize("quote", ["האם יש לך סוכרת?", "לא. אתה גר בעפולה? כן, נכון."])
def test_whose_words_they_are_in_a_transcript_without_speakers_is_not_held_against_them(quote: str) -> None:
    assert is_claimants_word(quote, "האם יש לך סוכרת? לא. אתה גר בעפולה? כן, נכון.")
    assert not is_claimants_word(quote, "")
