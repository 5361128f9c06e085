"""What does a printed PDF say? `printed-lines.py FILE`; JSON out: for each page its lines as the project's reader has
them, each with its text and where it is: left, top, right, bottom, 0 to 1 of the page.
"""

import json
import sys
from pathlib import Path

from chalicelib.adapters.pdfium.reader import PdfReader

MOST_PAGES = 100

content = Path(sys.argv[1]).read_bytes()
pages = PdfReader().lines(content, range(1, MOST_PAGES))
json.dump([[{"text": line.text, "boxes": line.boxes} for line in lines] for lines in pages.values()], sys.stdout)
