"""What would an adviser say of this case? Summary, strategy, chances, recommendations and gaps, each from a fact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emulator.answers.case_view import CaseView

_BASE_RATE, _HIGHEST_RATE = 25, 90


def advice(view: CaseView) -> dict[str, Any]:
    """All of it, by the names that the forms have for it."""
    return {
        "summary": summary(view),
        "strategy": strategy(view),
        "claim_rate": claim_rate(view),
        "recommendations": recommendations(view),
        "preparation_data": list(_preparation(view)),
    }


def summary(view: CaseView) -> str:
    """Who claims, why, since when, and what the papers show; only what is known."""
    return " ".join(_summary_sentences(view)) or view.say(
        hebrew="בחומר שהתקבל לא נמצאו פרטים.", english="The material holds no particulars."
    )


def claim_rate(view: CaseView) -> int:
    """The chance of the claim, 0-100: a base and so much for each kind of proof."""
    proofs = (
        (15, bool(view.diagnosis)),
        (10, bool(view.stays)),
        (10, bool(view.physician)),
        (15, bool(view.job_ended)),
        (10, "limited_mobility" in view.conditions),
        (5, len(view.conditions) > 2),
    )
    if not any(there for _, there in proofs):
        return 0
    return min(_HIGHEST_RATE, _BASE_RATE + sum(worth for worth, there in proofs if there))


def strategy(view: CaseView) -> str:
    """The route to take."""
    sentences = [
        view.say(
            hebrew="להגיש תביעת נכות כללית (בל/7801) ולבסס אובדן כושר השתכרות של 50% לפחות.",
            english="File the general disability claim (7801) and prove a loss of earning capacity of at least 50 %.",
        )
    ]
    if view.at_work:
        sentences.append(
            view.say(
                hebrew="האירוע קרה בעבודה: לבחון במקביל תביעה לנפגעי עבודה ודמי פגיעה.",
                english="It happened at work: examine the work-injury route in parallel.",
            )
        )
    if view.diagnosis:
        sentences.append(view.say(hebrew="לב התביעה: ", english="The heart of the claim: ") + f"{view.diagnosis}.")
    return " ".join(sentences)


def recommendations(view: CaseView) -> list[str]:
    """What to do next."""
    wanted = [view.say(hebrew=f"להשלים: {gap}", english=f"To be completed: {gap}") for gap in gaps(view)]
    if view.at_work:
        wanted.append(
            view.say(
                hebrew="לדווח על תאונת העבודה ולצרף עדות של מי שראה.",
                english="Report the work accident and add the statement of whoever saw it.",
            )
        )
    if view.physician:
        wanted.append(
            view.say(
                hebrew=f"לבקש חוות דעת תפקודית מ{view.physician}.",
                english=f"Ask {view.physician} for a functional report.",
            )
        )
    return wanted


def gaps(view: CaseView) -> list[str]:
    """What the claim needs and the material does not have."""
    needed = (
        (not view.id_number, "מספר זהות", "identity number"),
        (not view.account, "פרטי חשבון בנק", "bank account"),
        (not view.employer, "אישור העסקה או תלושי שכר", "employer's letter or payslips"),
        (not view.physician, "סיכום רופא מטפל", "report of the treating physician"),
        (not view.waiver, "ויתור על סודיות רפואית חתום", "signed waiver of medical confidentiality"),
        (view.lacks_mri, "פענוח MRI", "MRI report"),
    )
    return [view.say(hebrew=hebrew, english=english) for missing, hebrew, english in needed if missing]


def legal_points(view: CaseView) -> list[str]:
    """What a lawyer must not miss, with the date it rests on."""
    return list(_legal_points(view))


def _preparation(view: CaseView) -> Iterator[dict[str, str]]:
    if view.diagnosis:
        yield {
            "title": view.say(hebrew="הליקוי העיקרי", english="The main impairment"),
            "detail": view.diagnosis,
            "should_say": view.say(
                hebrew="לתאר כמה זמן אפשר לשבת, לעמוד וללכת, ומה קורה אחר כך.",
                english="Say how long sitting, standing and walking is possible, and what follows.",
            ),
        }
    if view.onset:
        yield {
            "title": view.say(hebrew="מועד תחילת הנכות", english="When it began"),
            "detail": view.day(view.onset),
            "should_say": view.say(
                hebrew="לספר בקצרה מה קרה באותו יום.", english="Tell briefly what happened that day."
            ),
        }


def _summary_sentences(view: CaseView) -> Iterator[str]:
    if view.name:
        known = f" ({view.day(view.born)})" if view.born else ""
        yield view.say(hebrew=f"התביעה של {view.name}{known}.", english=f"The claim of {view.name}{known}.")
    if view.diagnosis:
        yield view.say(hebrew="אבחנה: ", english="Diagnosis: ") + f"{view.diagnosis}."
    if view.onset:
        at_work = view.say(hebrew=" בעבודה", english=" at work") if view.at_work else ""
        onset = view.day(view.onset)
        yield view.say(hebrew=f"תחילת הנכות{at_work}: {onset}.", english=f"Onset{at_work}: {onset}.")
    for stay in view.stays[:2]:
        where = stay.hospital or view.say(hebrew="אשפוז", english="Hospital")
        until = f" - {view.day(stay.discharged)}" if stay.discharged else ""
        yield f"{where}: {view.day(stay.admitted)}{until}."
    if view.employer:
        until = view.say(hebrew=", עד ", english=", until ") + view.day(view.job_ended) if view.job_ended else ""
        yield view.say(hebrew="תעסוקה אחרונה: ", english="Last employment: ") + f"{view.employer}{until}."


def _legal_points(view: CaseView) -> Iterator[str]:
    onset, ended = view.day(view.onset), view.day(view.job_ended)
    if view.at_work:
        when = view.say(hebrew=f" ביום {onset}", english=f" on {onset}") if onset else ""
        yield view.say(
            hebrew=f"הפגיעה אירעה בעבודה{when}: יש לבחון תביעה לנפגעי עבודה לצד הנכות הכללית.",
            english=f"The injury happened at work{when}: examine the work-injury route beside general disability.",
        )
    if onset:
        yield view.say(
            hebrew=f"תחילת הנכות {onset}: תשלום מהיום ה-91, רטרואקטיבית עד 12 חודשים.",
            english=f"Onset {onset}: paid from day 91, at most 12 months retroactively.",
        )
    if ended:
        yield view.say(
            hebrew=f"ההעסקה הסתיימה ביום {ended}: ממנו נבחן אובדן כושר ההשתכרות.",
            english=f"Employment ended on {ended}: loss of earning capacity is examined from there.",
        )
    if not view.waiver:
        yield view.say(
            hebrew="לא ניתנה הסכמה ברורה לוויתור על סודיות רפואית: יש להחתים.",
            english="No clear consent to the medical waiver was given: obtain a signature.",
        )
