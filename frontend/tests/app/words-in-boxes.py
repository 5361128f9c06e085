"""Which words of a PDF are inside boxes? JSON in: [{file, page, boxes}]; JSON out: the text of each, from PDFium.

Boxes are left, top, right, bottom, 0 to 1 of the page. It asks PDFium itself, without the code that made the boxes.
"""

import json
import sys

import pypdfium2

answers = []
for place in json.load(sys.stdin):
    page = pypdfium2.PdfDocument(place["file"])[place["page"] - 1]
    width, height = page.get_size()
    texts = page.get_textpage()
    found = []
    for left, top, right, bottom in place["boxes"]:
        inside = {
            "left": left * width,
            "bottom": height - bottom * height,
            "right": right * width,
            "top": height - top * height,
        }
        found.append(texts.get_text_bounded(**inside))
    answers.append(" ".join(found))
json.dump(answers, sys.stdout)
