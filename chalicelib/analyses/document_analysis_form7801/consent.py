"""Did the claimant say yes to the waiver of medical confidentiality? Only their own clear yes in the call counts.

It must answer a question that asks them to agree to the waiver ("do you agree", not "do you know" or "did you get the
form"), or name the waiver and agree to it. A question of negative polarity ("do you object?") is answered by a yes that
is none: only words that agree count there. A condition, a part left out, a doubt or a later
take-back is no consent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from chalicelib.documents.matching import SHORTEST_QUOTE_CHARACTERS
from chalicelib.documents.normalise import comparable

_ASKED_WITHIN = 4
"""So many utterances before a yes the waiver may have been spoken of: a question back may come between."""


def _words(pattern: str) -> re.Pattern[str]:
    """The pattern as whole words, in any case."""
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)


_SPEAKER = re.compile(r"(AI|User):\s*")
_SENTENCE = re.compile(r"[^.!?]+[.!?]*")
_TOPIC = re.compile(
    r"ויתור|לוותר|תוותר|סודיות|(?:חומר|מידע|תיק|רשומה|רשומות|מסמכים) ה?רפואי"
    r"|waive|confidential|medical (?:record|file|information)",
    re.IGNORECASE,
)
_AGREES = (
    r"מסכימ(?:ה|ים|ות)|מסכים|מאשר(?:ת|ים)?|מוכנה?|מרשה|מתירה?|מקובל(?: עליי?)?"
    r"|(?:נותן|נותנת|נתתי) (?:לכם |לך )?(?:את )?"
    r"(?:הסכמתי|הסכמה|רשות|אישור)|הסכמתי|agree|consent|accept|approve|authori[sz]e|allow"
)
_ASKS_TO_AGREE = _words(
    r"ו?ש?(?:מסכימה|מסכימים|מסכים|תסכימי?|מאשר(?:ת|ים)?|תאשרי?|מוכנה?|תהיי? מוכנה?|מרשה|תרשי|תרשה|מוותרת?|תוותרי?)"
    r"|(?:נותן|נותנת|תתני|תיתן|לתת) (?:לנו )?(?:את )?(?:הסכמתך|הסכמה|רשות|אישור)|(?:ב|את )?הסכמתך|מקובל עליי?ך"
    r"|בסדר מבחינתך"
    r"|agree|consent|accept|approve|authori[sz]e|allow|willing|ok(?:ay)? with|permission"
)
_ABOUT_KNOWING = _words(
    r"ו?(?:יודעת?|ידעת|מבינה?|הבנת|שמעת|מכירה?|קיבלת|ראית|קראת|זוכרת?|חתמת|הסבירו|understand|know|heard|aware|got|receive"
    r"|received|read|remember|signed|familiar)"
)
_CONDITIONAL = _words(r"ו?(?:אם|במידה ו?ש?\w*)|if|whether")
_NEGATIVE_QUESTION = _words(
    r"התנגדות|מתנגד(?:ת|ים)?|תתנגדי?|מסרב(?:ת|ים)?|תסרבי?|בעיה|מפריע|אכפת|הסתייגות|מסתייגת?|מתחרטת?|מבטלת?|לבטל|לסרב"
    r"|לא (?:מסכימה?|מאשרת?|מוכנה?|תסכימי?)|object|objections?|refuse|mind|problem|decline|against|oppos\w+|withdraw"
    r"|disagree|(?:not|n't) (?:agree|consent|accept|want)"
)
_SOMEBODY_ELSE = _words(
    r"(?:ה|של )?(?:בעלך|אשתך|בנך|בתך|אמך|אביך|אמא|אבא|הבעל|האישה|הבן|הבת|ההורים|הורייך|אחותך|אחיך|רופאה?|הרופאה?)"
    r"|husband|wife|son|daughter|mother|father|doctor|physician"
)
_BESIDE_AGREEING = _words(
    r"אז|האם|את|אתה|אתם|ו?גם|כן|לזה|לכך|לכל זה|בכלל|ש|זה|ה|נו|טוב"
    r"|do|does|so|you|to|that|it|this|then|are|with|and|is|ok|okay"
)
_NO_TROUBLE = _words(
    r"(?:לא,? )?אין (?:לי )?(?:שום )?(?:בעיה|התנגדות|ספק|מה להסתיר|סיבה שלא|סיבה לסרב)"
    r"|(?:בלי|ללא) (?:שום )?(?:בעיה|ספק|התנגדות)|למה (?:ש)?לא|לא (?:אכפת|מפריע) לי"
    r"|no problem|why not|(?:no, )?(?:i )?(?:do not|don't) mind|no objections?|nothing to hide"
)
_A_REQUEST_BESIDE_IT = _words(r"רק (?:ש)?ת\w+|(?:just|only) (?:please )?(?:send|tell|give|let)")
_YES = _words(
    r"ו?(?:כן|בסדר|בסדר גמור|בטח|בהחלט|ודאי|בוודאי|ברור|כמובן|יאללה|קדימה|סבבה|חיובי|או?קיי?|או קיי"
    r"|yes|yeah|yep|yup|sure|ok|okay|certainly|absolutely|of course|go ahead|definitely)"
)
_AGREEING_WORDS = _words(_AGREES)
_ONLY_HEARD = _words(r"הבנתי|תודה(?: רבה)?|אוקיי תודה|שמעתי|understood|i see|thanks|thank you|got it")
_KNOWS_OF_IT = _words(
    r"שמעתי (?:על|ש)\w*|(?:יודעת?|ידעתי|ידוע לי) (?:על|ש)\w*|מכירה? (?:את )?(?:זה|הטופס|הוויתור)|קראתי (?:על|את)"
    r"|קיבלתי (?:את|ה)\w*"
    r"|(?:heard|know|read) (?:of|about|it|that)|(?:am|i'm) (?:aware|familiar)|(?:got|received) (?:it|the)"
)
"""A yes of somebody who knows the waiver, or has its form: not yet one of somebody who agrees to it."""
_FIRM_YES = _words(r"כן|בהחלט|בוודאי|כמובן|yes|absolutely|certainly|of course|definitely")
_NOT_A_CLEAR_YES = _words(
    r"[ושכ]?(?:לא|אל|אין|אינני|איני|בלי|ללא|מסרבת?|מתנגדת?|אבל|אולי|אם|רק|אחר כך|אחרי|קודם|לפני|אחשוב|נראה|עוד מעט"
    r"|כש\w+|כאשר|אחתום|לחתום"
    r"|חוץ מ(?!זה|זאת|כך)\w*|למעט|מלבד(?! זאת| זה)|פרט ל\w*|בתנאי|ובלבד|בכפוף|כל עוד|בהסתייגות|חלקית?|באופן חלקי|בחלקו"
    r"|תלוי(?:ה)?|בערך|חושבת? שכן|מניחה? שכן|מתלבטת?|אתייעץ|אבדוק|אשאל את"
    r"|(?:צריך|צריכה|אצטרך|חייבת?) (?:לשאול|להתייעץ|לבדוק|לחשוב|לראות|לקרוא)|רוצה (?:להתייעץ|לבדוק|לחשוב|לראות|לקרוא)"
    r"|except\w*|apart from|excluding|provided|as long as|on (?:the )?condition|conditional\w*|subject to"
    r"|depend\w*|part(?:ly|ially)|in part|i (?:guess|suppose|think so)"
    r"|(?:have|need|want) to (?:ask|check|think|see|read)"
    r"|no|nope|not|never|cannot|\w+n't|refuse|decline|object|but|maybe|perhaps|if|unless|until|later|first"
    r"|before|after|only|when|will sign|think about)"
)
_TAKES_BACK = _words(r"התחרטתי|מתחרטת?|חוזרת? בי|מבטלת?|לא מסכימה?|לא מאשרת?|changed my mind|don't agree|take it back")


class _Utterance(msgspec.Struct, frozen=True, kw_only=True):
    is_users: bool
    text: str


def gives_consent(quote: str, transcript: str) -> bool:
    """True when the quote, somewhere in the transcript (`AI:` and `User:` lines), is the claimant's clear yes."""
    said = tuple(_utterances(transcript))
    return any(
        utterance.is_users and _is_clear_yes(utterance.text) and _answers_waiver(said, at) and not _taken_back(said, at)
        for at in _places(comparable(quote), said)
        for utterance in (said[at],)
    )


def _utterances(transcript: str) -> Iterator[_Utterance]:
    """What each speaker says; a line without a speaker goes on with the one before."""
    speaker, lines = "", [""]
    for line in transcript.splitlines():
        match = _SPEAKER.match(line.strip())
        if match is None:
            lines.append(line)
            continue
        if speaker:
            yield _Utterance(is_users=speaker == "User", text=comparable(" ".join(lines)))
        speaker, lines = match[1], [line.strip()[match.end() :]]
    if speaker:
        yield _Utterance(is_users=speaker == "User", text=comparable(" ".join(lines)))


def _places(quote: str, said: Sequence[_Utterance]) -> Iterator[int]:
    """The utterances that the quote is in, whole or with a part of it, each time that it occurs."""
    if len(quote) < SHORTEST_QUOTE_CHARACTERS:
        return
    parts = [f"{'User' if one.is_users else 'AI'}: {one.text} " for one in said]
    whole = "".join(parts)
    start = whole.find(quote)
    while start >= 0:
        at = 0
        for number, part in enumerate(parts):
            if at < start + len(quote) and start < at + len(part) - 1:
                yield number
            at += len(part)
        start = whole.find(quote, start + 1)


def _answers_waiver(said: Sequence[_Utterance], at: int) -> bool:
    """True when what is said here, a clear yes, is a yes to the waiver."""
    own = said[at].text
    if _TOPIC.search(own) and _AGREEING_WORDS.search(own):
        return True
    asks = True
    for back, earlier in enumerate(reversed(said[max(0, at - _ASKED_WITHIN) : at])):
        if earlier.is_users:
            if _is_no(earlier.text):
                return False
            continue
        if back == 0 and _NEGATIVE_QUESTION.search(_question(earlier.text)):
            # "Do you object?" – "Yes": only words that agree, or say that there is no objection, are consent.
            return bool(_TOPIC.search(earlier.text)) and _says_itself(own)
        if back == 0:
            asks = _asks(earlier.text) or (_says_itself(own) and _asks_somewhere(earlier.text))
        if not asks:
            return False
        if _TOPIC.search(_asking(earlier.text) or "") or (
            _TOPIC.search(earlier.text) and not _has_own_object(earlier.text)
        ):
            return True
        asks = not _has_own_object(earlier.text)
    return False


def _is_clear_yes(text: str) -> bool:
    plain = _NO_TROUBLE.sub(" כן ", text)
    agrees = _AGREEING_WORDS.search(plain)
    plain = _A_REQUEST_BESIDE_IT.sub(" ", plain) if agrees or _YES.search(plain) else plain
    if _NOT_A_CLEAR_YES.search(plain):
        return False
    if agrees:
        return True
    if _KNOWS_OF_IT.search(plain):
        return False
    hesitates = "?" in text or _ONLY_HEARD.search(plain)
    return bool(_FIRM_YES.search(plain) if hesitates and "?" not in text else not hesitates and _YES.search(plain))


def _says_itself(text: str) -> bool:
    """True when the words agree whatever was asked: a bare yes does not."""
    return bool(_AGREEING_WORDS.search(text) or _NO_TROUBLE.search(text))


def _question(text: str) -> str:
    """The last sentence that asks, or the last one when none has a question mark."""
    sentences: list[str] = _SENTENCE.findall(text) or [text]
    return next((one for one in reversed(sentences) if "?" in one), sentences[-1])


def _asks(text: str) -> bool:
    """True when the question that this ends with asks the listener to agree."""
    return _asks_to_agree(_question(text))


def _asks_somewhere(text: str) -> bool:
    return any(_asks_to_agree(sentence) for sentence in _SENTENCE.findall(text))


def _asking(text: str) -> str | None:
    """The last sentence that asks to agree."""
    return next((one for one in reversed(_SENTENCE.findall(text)) if _asks_to_agree(one)), None)


def _asks_to_agree(sentence: str) -> bool:
    match = _ASKS_TO_AGREE.search(sentence)
    if match is None or _NEGATIVE_QUESTION.search(sentence):
        return False
    before = sentence[: match.start()]
    joined = match[0].startswith("ו") or before.rstrip().endswith(" and")
    knows = _ABOUT_KNOWING.search(before) is not None and not joined
    return not (knows or _CONDITIONAL.search(before) or _SOMEBODY_ELSE.search(before))


def _has_own_object(text: str) -> bool:
    """True when the question to agree is about something that it names: "do you agree to be recorded?"."""
    asking = _asking(text)
    if asking is None:
        return False
    rest = _BESIDE_AGREEING.sub(" ", _ASKS_TO_AGREE.sub(" ", asking))
    return len(re.findall(r"\w+", rest)) > 1


def _taken_back(said: Sequence[_Utterance], at: int) -> bool:
    """True when a later word of the claimant takes the consent back: a no about the waiver, or plain regret."""
    for number in range(at + 1, len(said)):
        if not said[number].is_users:
            continue
        text, asked = said[number].text, said[number - 1]
        question = "" if asked.is_users or number - 1 <= at else asked.text
        about_waiver = bool(_TOPIC.search(text) or _TOPIC.search(question))
        if _TAKES_BACK.search(text) and (about_waiver or number - at <= _ASKED_WITHIN):
            return True
        negative = bool(_NEGATIVE_QUESTION.search(_question(question))) if question else False
        if about_waiver and (_is_yes(text) and not _says_itself(text) if negative else _is_no(text)):
            return True
    return False


def _is_yes(text: str) -> bool:
    return _YES.search(text) is not None and not _is_no(text)


def _is_no(text: str) -> bool:
    return not _is_clear_yes(text) and _NOT_A_CLEAR_YES.search(_NO_TROUBLE.sub(" ", text)) is not None
