"""PDFs made by hand, as small as they can be: what is in them is what a test says."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence

from pypdf import PdfReader, PdfWriter

# One byte a character, as ISO 8859-8 has them: ASCII, and the Hebrew letters from E0 on.
_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
begincmap
1 begincodespacerange
<00> <FF>
endcodespacerange
2 beginbfrange
<20> <7E> <0020>
<E0> <FA> <05D0>
endbfrange
endcmap
end"""


def pdf(*contents: bytes, form: bytes | None = None, image: bool = False) -> bytes:
    """A PDF with a page for each content stream. Fonts: /F1 Latin, /F2 with Hebrew, /F3 with no usable characters.

    `form` is a form that pages draw as /X1, `image` adds a picture that they draw as /I1.
    """
    objects: list[bytes] = [b"", b""]  # the catalogue and the page tree come first; they are written last

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    to_unicode = add(_stream(_TO_UNICODE))
    to_nothing = add(_stream(_TO_UNICODE.replace(b"<20> <7E> <0020>", b"<20> <7E> <E020>")))
    latin = add(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
    hebrew = add(b"<</Type/Font/Subtype/Type1/BaseFont/Hebrew/ToUnicode %d 0 R>>" % to_unicode)
    unusable = add(b"<</Type/Font/Subtype/Type1/BaseFont/Unusable/ToUnicode %d 0 R>>" % to_nothing)
    fonts = b"/Font<</F1 %d 0 R/F2 %d 0 R/F3 %d 0 R>>" % (latin, hebrew, unusable)
    drawn = b""
    if form is not None:
        head = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<<" + fonts + b">>"
        drawn += b"/X1 %d 0 R" % add(_stream(form, head))
    if image:
        head = b"/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8"
        drawn += b"/I1 %d 0 R" % add(_stream(b"\0", head))
    resources = b"<<" + fonts + (b"/XObject<<" + drawn + b">>" if drawn else b"") + b">>"
    pages = [
        add(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources "
            + resources
            + b"/Contents %d 0 R>>" % add(_stream(content))
        )
        for content in contents
    ]
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), b" ".join(b"%d 0 R" % page for page in pages))
    return _file(objects)


def lines(*texts: str) -> bytes:
    """A content stream that draws Latin lines, one below the other."""
    return _text(b"/F1", [text.encode("latin-1") for text in texts])


def hebrew_lines(*texts: str) -> bytes:
    """A content stream that draws Hebrew from the left edge of the page to the right, as programs that shape it do."""
    return _text(b"/F2", [text[::-1].encode("iso-8859-8") for text in texts])


def hebrew_lines_in_visual_order(*texts: str) -> bytes:
    """The same for programs whose text pypdf puts out the wrong way round."""
    return _text(b"/F2", [text.encode("iso-8859-8") for text in texts])


def unusable_lines(*texts: str) -> bytes:
    """A content stream whose font maps every character to one that means nothing."""
    return _text(b"/F3", [text.encode("latin-1") for text in texts])


def encrypted(content: bytes, *, password: str) -> bytes:
    """The PDF with a password (AES-256); "" is the one that every reader tries."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    writer.encrypt(password, owner_password="of the owner", algorithm="AES-256")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _text(font: bytes, shown: Sequence[bytes]) -> bytes:
    escaped = [line.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") for line in shown]
    return b"BT %s 12 Tf 50 750 Td 14 TL %s ET" % (font, b" ".join(b"(%s) Tj T*" % line for line in escaped))


def _stream(content: bytes, head: bytes = b"") -> bytes:
    packed = zlib.compress(content)
    return b"<<%s/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (head, len(packed), packed)


def _file(objects: Sequence[bytes]) -> bytes:
    written, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(written))
    return written + head + table + tail
