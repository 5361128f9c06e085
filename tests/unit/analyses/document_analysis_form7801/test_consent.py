"""Consent to the waiver is the claimant's own clear yes to it, and nothing else."""

from __future__ import annotations

import pytest

from chalicelib.analyses.document_analysis_form7801.consent import gives_consent

ASKED = "AI: נוח לך לדבר?\nUser: כן, אפשר.\nAI: האם את מסכימה לוויתור על סודיות רפואית?\n"

CONSENT = [
    # quote, transcript
    ("כן, בטח, אני מסכימה.", f"{ASKED}User: כן, בטח, אני מסכימה."),
    ("User: כן", f"{ASKED}User: כן"),
    ("רפואית?\nUser: כן, מסכימה", f"{ASKED}User: כן, מסכימה.\nAI: תודה."),  # the question with its answer
    ("אין בעיה", f"{ASKED}User: אין בעיה."),
    ("Yes, I agree.", "AI: Do you consent to the waiver of medical confidentiality?\nUser: Yes, I agree."),
    ("אני מאשרת ויתור על סודיות", "User: אני מאשרת ויתור על סודיות"),  # unasked
    ("User: כן", f"{ASKED}User: מה זה אומר?\nAI: שנבקש את התיק. את מסכימה?\nUser: כן"),  # after a question back
    ("User: כן, מסכימה", f"{ASKED}User: כן,\nמסכימה\nAI: יש לך ילדים?\nUser: לא"),  # a no to something else
]

NO_CONSENT = [
    ("לא, אני לא מסכימה", f"{ASKED}User: לא, אני לא מסכימה."),
    ("אני מסכימה", f"{ASKED}User: לא חושבת שאני מסכימה."),  # cut out of a no
    ("AI: האם את מסכימה לוויתור על סודיות רפואית?", ASKED.strip()),  # the question alone
    ("מסכימה לוויתור על סודיות רפואית", f"{ASKED}User: כן, מסכימה."),  # the assistant's words
    ("User: כן, אפשר", f"{ASKED}User: לא."),  # yes to another question
    ("User: כן", f"{ASKED}User: לא רוצה.\nAI: בסדר. נמשיך?\nUser: כן"),
    ("User: כן", f"{ASKED}User: מה זה?\nAI: אסביר בהמשך. יש לך ילדים?\nUser: כן"),
    ("אני אחתום כשתשלחו לי", f"{ASKED}User: כן, אני אחתום כשתשלחו לי."),
    ("כן, אבל קודם אדבר עם הבת", f"{ASKED}User: כן, אבל קודם אדבר עם הבת."),
    ("אחר כך", f"{ASKED}User: אני צריך לשאול את אשתי. אחר כך."),
    ("I don't agree", "AI: Do you consent to the waiver?\nUser: I don't agree"),
    ("User: כן, מסכימה", f"{ASKED}User: כן, מסכימה.\nAI: לסיום, לגבי הוויתור: בטוחה?\nUser: לא, התחרטתי"),  # taken back
    ("כן, אני מאשרת", f"{ASKED}User: נו."),  # stands nowhere
    ("כן, מסכימה", "כן, מסכימה לוויתור על סודיות"),  # nobody says it
    ("", f"{ASKED}User: כן"),
    ("User: כן", ""),
]


@pytest.mark.parametrize(("quote", "transcript"), CONSENT)
def test_a_clear_yes_to_the_waiver_is_consent(quote: str, transcript: str) -> None:
    assert gives_consent(quote, transcript)


@pytest.mark.parametrize(("quote", "transcript"), NO_CONSENT)
def test_anything_else_is_not(quote: str, transcript: str) -> None:
    assert not gives_consent(quote, transcript)
