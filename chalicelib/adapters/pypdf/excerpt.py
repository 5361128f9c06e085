"""How is a file made of some pages of a PDF? For models that look at scanned pages of a long one."""

from __future__ import annotations

import io
from collections.abc import Sequence

from chalicelib import telemetry
from chalicelib.adapters.pypdf.pages import opened_pdf, pypdf_within_bounds


def pdf_excerpt(content: bytes, pages: Sequence[int]) -> bytes | None:
    """A PDF of these pages (numbers from 1), in this order, always the same bytes for the same pages.

    What draws a page comes along, notes and stamps on it too; what the file says of itself stays behind. None when the
    pages cannot be taken out of the file.
    """
    from pypdf import PdfWriter

    with pypdf_within_bounds():
        try:
            reader = opened_pdf(content)
            if reader is None:
                return None
            with PdfWriter() as writer, io.BytesIO() as file:
                writer.append(reader, pages=[number - 1 for number in pages], import_outline=False)
                writer.write(file)
                return file.getvalue()
        except Exception as exc:  # noqa: BLE001  # pypdf raises anything on a broken file
            telemetry.info("pdf_not_cut", error=type(exc).__name__)
            return None
