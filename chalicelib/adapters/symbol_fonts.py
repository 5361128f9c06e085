"""What do the signs of Word's symbol fonts show? Their codes name places in the font, no characters.

A tick is shown as a ticked box, as everywhere in a document's text, and a picture that says nothing as a bullet.
"""

from __future__ import annotations

from collections.abc import Mapping

TICKED, UNTICKED, BULLET = "☒", "☐", "•"
PRIVATE = "\uf020-\uf0ff"
"""Where text set in a symbol font has its characters."""

_SYMBOL_CODES = bytes.fromhex("a2a3a4a5abacadaeafb0b1b2b3b4b8b9babbbcd2d3d4d6d7dbdee2e3e4")
_SYMBOL_SIGNS = "′≤/∞↔←↑→↓°±″≥×÷≠≡≈…®©™√·⇔⇒®©™"
_SYMBOL: Mapping[int, str] = {
    **{code: chr(code) for code in b" !#%&()+,./0123456789:;<=>?[]_{|}~"},
    **dict(zip(b"\"$'*-@^", "∀∃∋∗−≅⊥", strict=True)),
    **dict(
        zip(
            b"abcdefghiklmnopqrstuwxyzABCDEFGHIKLMNOPQRSTUWXYZ",
            "αβχδεφγηικλμνοπθρστυωξψζΑΒΧΔΕΦΓΗΙΚΛΜΝΟΠΘΡΣΤΥΩΞΨΖ",
            strict=True,
        )
    ),
    **dict(zip(_SYMBOL_CODES, _SYMBOL_SIGNS, strict=True)),
}
_ARROWS = dict(zip((0xDF, 0xE0, 0xE1, 0xE2, 0xE7, 0xE8, 0xEF, 0xF0, 0xF1, 0xF2), "←→↑↓←→←→↑↓", strict=True))
_WINGDINGS: Mapping[int, str] = {
    **_ARROWS,
    **dict.fromkeys((0x78, 0xFB, 0xFC, 0xFD, 0xFE), TICKED),
    **dict.fromkeys((0x6F, 0x71, 0x72, 0xA1, 0xA8), UNTICKED),
}
_WINGDINGS_2: Mapping[int, str] = {
    **dict.fromkeys((0x4F, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56), TICKED),
    **dict.fromkeys((0x2A, 0xA3), UNTICKED),
}
_WEBDINGS: Mapping[int, str] = {0x61: TICKED, 0x72: TICKED, 0x63: UNTICKED}
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "webdings": _WEBDINGS}


def is_symbol_font(font: str) -> bool:
    """True when the font's codes are known here."""
    return font.strip().casefold() in _FONTS


def shown_sign(code: int, *, font: str) -> str:
    """What the sign of this code (0xFC, or as Word writes it 0xF0FC) shows; of other fonts, as of Wingdings."""
    return _FONTS.get(font.strip().casefold(), _WINGDINGS).get(code & 0xFF, BULLET)
