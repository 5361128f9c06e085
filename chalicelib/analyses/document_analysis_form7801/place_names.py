"""Names as words to compare: towns in full where a document writes them short (ת"א), streets without "רח'"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from chalicelib.documents.normalise import comparable, words

_TOWNS: Mapping[str, str] = {
    'ת"א': "תל אביב",
    'ת"א-יפו': "תל אביב",
    "תל-אביב-יפו": "תל אביב",
    "תל אביב-יפו": "תל אביב",
    "תל אביב יפו": "תל אביב",
    'פ"ת': "פתח תקווה",
    "פתח תקוה": "פתח תקווה",
    "פתח-תקוה": "פתח תקווה",
    'ב"ש': "באר שבע",
    'ראשל"צ': "ראשון לציון",
    'ראשלצ"': "ראשון לציון",
    'ר"ג': "רמת גן",
    'רמה"ש': "רמת השרון",
    'הוה"ש': "הוד השרון",
    'ב"ב': "בני ברק",
    'כ"ס': "כפר סבא",
    "י-ם": "ירושלים",
    'י"ם': "ירושלים",
    'ק"ש': "קריית שמונה",
    'ק"ג': "קריית גת",
    'ק"א': "קריית אתא",
    'ק"ב': "קריית ביאליק",
    'ק"ט': "קריית טבעון",
    'ק"י': "קריית ים",
    'ק"ח': "קריית חיים",
    'ק"ע': "קריית עקרון",
    'מגה"ע': "מגדל העמק",
    'מעה"ח': "מעלה החמישה",
    'רה"ע': "ראש העין",
    'נצ"ע': "נוף הגליל",
    "נצרת עילית": "נוף הגליל",
    "זיכרון יעקב": "זכרון יעקב",
    'פ"ח': "פרדס חנה",
    'א"י': "אור יהודה",
    'זכ"י': "זכרון יעקב",
    'בי"ש': "בית שמש",
    'ב"ים': "בת ים",
    "tel aviv-yafo": "tel aviv",
    "tel aviv-jaffa": "tel aviv",
    "petach tikva": "petah tikva",
    "petach tikvah": "petah tikva",
    "beer sheva": "beersheba",
    "be'er sheva": "beersheba",
    "beersheva": "beersheba",
    "rishon le-zion": "rishon lezion",
    "rishon letzion": "rishon lezion",
}
"""Only what means one town. ק"מ is a kilometre as well as three towns: nothing says which."""

_SHORT = re.compile(
    r"(?<![\w'\"])(?P<glued>[ובהלמשכ]{0,2}?)(?P<town>"
    + "|".join(re.escape(town) for town in sorted(_TOWNS, key=len, reverse=True))
    + r")(?![\w'\"])",
    re.IGNORECASE,
)
_KIRYAT = re.compile(r"(?<![א-ת])([ובהלמשכ]{0,2})קרית(?=[ -])")
_STREET_WORDS = frozenset({"רח", "רחוב", "שד", "שדרות", "שדרת", "street", "st", "avenue", "ave", "road", "rd"})


def name_words(text: str) -> tuple[str, ...]:
    """The words of a name or an address in one way of writing: `רח' הרצל 5 ת"א` is הרצל, 5, תל, אביב."""
    found = words(towns_in_full(text))
    kept = tuple(word for word in found if word not in _STREET_WORDS)
    return kept or found


def towns_in_full(text: str) -> str:
    """The comparable text with its towns as they are called, prefixes kept: `בת"א` is `בתל אביב`."""
    full = _SHORT.sub(lambda match: match["glued"] + _TOWNS[match["town"].casefold()], comparable(text))
    return _KIRYAT.sub(r"\1קריית", full)
