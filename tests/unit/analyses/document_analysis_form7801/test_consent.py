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


AGREED = [
    # question, answer
    ("האם את מסכימה לוויתור על סודיות רפואית?", "כן, חוץ מזה יש לי שאלה"),
    ("את מסכימה שנבקש את התיק הרפואי שלך?", "כן, אני מסכימה להוציא את התיק"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "כן, אני מסכימה"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "בטח, אין לי מה להסתיר"),
    ("האם אתה מסכים לוויתור על סודיות רפואית?", "מסכים, רק תשלחו לי העתק"),
    ("האם אתה מסכים לוויתור על סודיות רפואית?", "אוקיי"),
    ("האם אתה מסכים לוויתור על סודיות רפואית?", "אהה, כן כן, קדימה"),
    ("האם אתה מסכים לוויתור על סודיות רפואית?", "אני נותן את הסכמתי המלאה"),
    ("האם אתה מסכים לוויתור על סודיות רפואית?", "חיובי"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "בסדר גמור"),
    ("את מסכימה שנבקש את התיק הרפואי שלך?", "כן בטח"),
    ("אנחנו צריכים את הסכמתך לוויתור על סודיות רפואית. את מסכימה?", "כן"),
    ("האם אתה מאשר לנו לקבל מידע רפואי עליך?", "מאשר"),
    ("יש לך התנגדות לוויתור על סודיות רפואית?", "לא, אין לי שום התנגדות"),
    ("יש לך בעיה עם ויתור על הסודיות?", "אין בעיה, אני מסכימה"),
    ("Do you mind if we get your medical records?", "I don't mind, no problem"),
    ("Do you agree to waive medical confidentiality?", "Yes, go ahead"),
    ("האם את מוכנה לוותר על הסודיות הרפואית?", "כן, כמובן"),
    ("האם את מסכימה לוויתור על הסודיות הרפואית, ומבינה מה זה אומר?", "כן, הבנתי, אני מסכימה"),
    ("האם את מבינה ומסכימה לוויתור על סודיות רפואית?", "כן"),
    ("אתה נותן לנו רשות לבקש את התיק הרפואי?", "כן, נותן רשות"),
    ("האם אתה מסכים לוויתור על סודיות רפואית?", "כן, רק תגידו לי מתי"),
    ("את מסכימה לוויתור סודיות רפואית", "כן"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "yes, sure"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "ברור שכן"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "כן, לא אכפת לי"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "כן, למה שלא"),
    ("Is it okay with you if we access your medical file?", "Of course"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "אני מאשרת"),
]
NOT_AGREED = [
    # question, answer
    ("יש לך התנגדות לוויתור על סודיות רפואית?", "כן"),
    ("יש לך בעיה לחתום על ויתור סודיות רפואית?", "כן"),
    ("האם את מסרבת לוותר על הסודיות הרפואית?", "כן"),
    ("אני צריכה להסביר לך על ויתור הסודיות, זה מסמך שמאפשר לקבל מידע.", "בסדר, הבנתי"),
    ("אני אשלח לך טופס ויתור סודיות לחתימה.", "ברור, תודה"),
    ("האם קיבלת את טופס ויתור הסודיות?", "כן, קיבלתי"),
    ("האם את יודעת מה זה ויתור סודיות רפואית?", "כן"),
    ("האם שמעת על ויתור סודיות רפואית?", "כן בטח"),
    ("Do you object to the waiver of confidentiality?", "Yes"),
    ("Do you understand what a medical confidentiality waiver is?", "Yes, sure"),
    ("האם את מתנגדת לוויתור על סודיות?", "כן"),
    ("אכפת לך שנבקש את התיק הרפואי?", "כן"),
    ("Would you refuse to waive confidentiality?", "Yes"),
    ("Do you have any problem with the confidentiality waiver?", "Yes"),
    ("הסבירו לך על ויתור סודיות?", "כן, הסבירו"),
    ("ראית את טופס הוויתור על סודיות?", "כן"),
    ("חתמת על ויתור סודיות?", "כן"),
    ("האם את מבינה שתצטרכי להסכים לוויתור סודיות?", "כן"),
    ("האם בעלך מסכים לוויתור על סודיות רפואית?", "כן"),
    ("אם את מסכימה לוויתור על סודיות, אשלח לך טופס.", "בסדר"),
    ("האם את מסכימה שנקליט את השיחה? ואחר כך נדבר על ויתור סודיות.", "כן"),
    ("אסביר על ויתור סודיות. האם את מסכימה שהשיחה מוקלטת?", "כן"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "אני אחשוב על זה"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "כן, אם אין ברירה"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "מה זה אומר?"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "כן? מה זה?"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "רק אחרי שאדבר עם עורך דין"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "לא יודעת"),
    ("האם את מסכימה לוויתור על סודיות רפואית? ויש לך ילדים?", "כן, שניים"),
    ("Have you heard about the waiver of medical confidentiality?", "Yes"),
    ("Did you sign the medical confidentiality waiver?", "Yes I did"),
    ("האם לא קיבלת את טופס הוויתור?", "כן"),
    ("נושא הסודיות הרפואית חשוב לנו מאוד.", "כן"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "הבנתי, תודה"),
    ("יש לך הסתייגות מוויתור על סודיות?", "כן, יש"),
    ("את לא מסכימה לוויתור על הסודיות?", "כן"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "אני מסכימה אבל רק לרופא המשפחה"),
    ("האם את מסכימה לוויתור על סודיות רפואית?", "תלוי"),
    ("האם תרצי לשמוע על ויתור סודיות רפואית?", "כן, בטח"),
    ("Can I explain the medical confidentiality waiver?", "Sure"),
    ("רוצה שאסביר מה זה ויתור סודיות?", "כן, בבקשה"),
]


def _spoken(question: str, answer: str) -> str:
    return f"AI: שלום\nUser: שלום\nAI: {question}\nUser: {answer}\nAI: תודה\nUser: להתראות"


@pytest.mark.parametrize(("question", "answer"), AGREED)
def test_a_yes_to_a_question_that_asks_to_agree_is_consent(question: str, answer: str) -> None:
    assert gives_consent(f"User: {answer}", _spoken(question, answer))


@pytest.mark.parametrize(("question", "answer"), NOT_AGREED)
def test_a_yes_to_any_other_question_is_none(question: str, answer: str) -> None:
    assert not gives_consent(f"User: {answer}", _spoken(question, answer))


def test_a_later_yes_to_whether_one_objects_takes_it_back() -> None:
    later = "AI: רק לוודא, יש לך התנגדות לוויתור?\nUser: "

    assert not gives_consent("User: כן, מסכימה", f"{ASKED}User: כן, מסכימה\n{later}כן")
    assert gives_consent("User: כן, מסכימה", f"{ASKED}User: כן, מסכימה\n{later}לא")


@pytest.mark.parametrize(
    "answer",
    [
        "כן, חוץ מהפסיכיאטר",
        "כן, אני מסכימה, למעט התיק הפסיכיאטרי",
        "כן, פרט לגינקולוג",
        "מסכימה, מלבד הטיפול הנפשי",
        "כן, בתנאי שתשלחו לי עותק",
        "כן, בכפוף לאישור של עורך הדין",
        "כן, כל עוד זה נשאר אצלכם",
        "מסכימה חלקית",
        "כן, תלוי למה",
        "כן, בערך",
        "כן, צריך לשאול את בעלי",
        "כן, רוצה לקרוא את זה",
        "Yes, except for my psychiatrist",
        "I agree, provided that you send me a copy",
        "Yes, as long as it stays with you",
        "Yes, partly",
        "Yes, I have to ask my husband",
        "כן, שמעתי על זה",
        "כן, אני יודעת על הוויתור",
        "כן, אני מכירה את זה",
        "כן, קיבלתי את הטופס",
        "Yes, I heard about it",
        "Yes, I'm familiar with that",
        "Yes, I received the form",
    ],
)
def test_a_yes_with_a_part_left_out_a_condition_or_a_doubt_or_of_knowing_only_is_no_consent(answer: str) -> None:
    question = "Do you agree to waive confidentiality?" if answer.isascii() else "את מסכימה לוויתור על סודיות רפואית?"

    assert not gives_consent(answer, f"AI: {question}\nUser: {answer}.")
