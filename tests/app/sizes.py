"""How large is an answer as Lambda sends it?"""

from __future__ import annotations

import json

from tests.app.client import Answered


def sent_bytes(answer: Answered) -> int:
    """Bytes of the whole answer as Lambda's runtime for Python 3.11 writes it."""
    event = {
        "statusCode": answer.status,
        "headers": answer.headers,
        "multiValueHeaders": {},
        "body": answer.text,
    }
    return len(json.dumps(event))
