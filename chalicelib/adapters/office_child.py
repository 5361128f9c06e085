"""The process that opens a text with a format: `python -m chalicelib.adapters.office_child ARGUMENTS < FILE`.

ARGUMENTS is JSON: `kind` ("word", "rtf", "html" or "mail"), `task` ("text" or "picture") and what it needs. Of a text
it writes one line; of pictures one for each, as `chalicelib.adapters.pictures.child` does.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from chalicelib.adapters.decoder_process import begin, write_line
from chalicelib.adapters.office_problems import TOO_LARGE, UNREADABLE, Unreadable
from chalicelib.documents.plain_text import without_controls
from chalicelib.documents.sense import with_hebrew_restored


def main() -> None:
    """Open the file and do the task."""
    arguments, content = begin(sys.argv[1])
    try:
        if arguments["task"] == "picture":
            _write_pictures(content, arguments)
        else:
            report = _report(arguments["kind"], content)
            # One character more than is read, so that it is known to be cut.
            text = with_hebrew_restored(without_controls(report["text"]).strip())[: arguments["characters"] + 1]
            write_line({"inside": (), "pictures": 0, "unread_pictures": False, **report, "text": text})
    except Unreadable as problem:
        write_line({"problem": str(problem)})
    except RecursionError:
        write_line({"problem": UNREADABLE})
    except MemoryError:
        write_line({"problem": TOO_LARGE})


def _report(kind: str, content: bytes) -> Mapping[str, Any]:
    match kind:
        case "word":
            from chalicelib.adapters.word_text import opened, pictures_inside, word_text

            with opened(content) as file:
                text, inside = word_text(file)
                return {"text": text, "inside": inside, "pictures": len(pictures_inside(file))}
        case "rtf":
            from chalicelib.adapters.rtf_text import rtf_text

            text, has_pictures = rtf_text(content)
            return {"text": text, "unread_pictures": has_pictures}
        case "html":
            from chalicelib.adapters.html_text import html_text

            return {"text": html_text(content)}
        case _:
            from chalicelib.adapters.mail_text import mail_text

            text, inside = mail_text(content)
            return {"text": text, "inside": inside}


def _write_pictures(content: bytes, arguments: Mapping[str, Any]) -> None:
    from chalicelib.adapters.pictures.child import picture_report
    from chalicelib.adapters.word_text import opened, picture_bytes, pictures_inside

    with opened(content) as file:
        pictures = pictures_inside(file)
        for page in arguments["pages"]:
            if 2 <= page <= len(pictures) + 1:
                report = picture_report(picture_bytes(file, pictures[page - 2]), longest=arguments["longest"])
                write_line({**report, "page": page})


if __name__ == "__main__":
    main()
