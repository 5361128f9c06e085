"""Does a document speak of another person? Identity numbers in it that are not the claimant's."""

from __future__ import annotations

import re
from collections.abc import Iterable

from chalicelib.analyses.document_analysis_form7801.israeli import ID_DIGITS, is_id_number
from chalicelib.analyses.kit.issues import Issue, Quote, document_field
from chalicelib.cases.model import DocumentText
from chalicelib.documents.normalise import comparable

_LABEL = r"ת\.?\s?ז\.?|ת\"ז|תעודת זהות|מספר זהות|מס' זהות|\bi\.?d\.?(?: (?:no|number)\b)?"
_WHOSE = (
    r"של|ל?ה?(?:בעלה?|אישה|אשתו?|(?:בן|בת|בני?) ה?זוג|אב|אם|הורה|ילדה?|בן|בת|מטופלת?|נבדקת?|חולה|מבוטחת?|תובעת?|עובדת?)"
    r"|of|the|husband|wife|spouse|partner|father|mother|parent|child|son|daughter|patient|insured|claimant|employee"
)
"""Between the label and its number a form may say whose it is."""
_LABELLED = re.compile(
    rf"(?:{_LABEL})[\s.:#-]{{0,4}}(?:\(?(?:{_WHOSE})\b['’s]{{0,2}}[\s.:#)-]{{0,4}}){{0,4}}(\d[\d-]{{3,9}}\d)(?!\d)",
    re.IGNORECASE,
)


def other_identities(texts: Iterable[DocumentText], *, id_number: str) -> list[Issue]:
    """An issue for each document that names a valid identity number other than `id_number` (9 digits), with its lines.

    It may be a relative's, or the document may be somebody else's: that is for a person to say. Nothing is compared
    while the claimant's own number is unknown or invalid.
    """
    if len(id_number) != ID_DIGITS or not is_id_number(id_number):
        return []
    return [issue for text in texts if (issue := _issue(text, id_number))]


def _issue(text: DocumentText, id_number: str) -> Issue | None:
    quotes = tuple(
        Quote(document_id=text.document.id, page=page.number, quote=line.strip())
        for page in text.pages
        for line in page.text.splitlines()
        if any(number != id_number for number in _numbers(line))
    )
    if not quotes:
        return None
    message = f"{text.document.file_name} names an identity number that is not the claimant's."
    return Issue(field=document_field(text.document.id), code="other_id_number", message=message, quotes=quotes)


def _numbers(line: str) -> list[str]:
    """The valid identity numbers that a line labels as such, as 9 digits."""
    found = (re.sub(r"\D", "", digits) for digits in _LABELLED.findall(comparable(line)))
    return [digits.zfill(ID_DIGITS) for digits in found if is_id_number(digits)]
