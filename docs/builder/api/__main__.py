"""How is docs/api.md written? python -m docs.builder.api: starts a local system, talks to it, writes the page."""

from __future__ import annotations

import os
import time

from chalicelib.api.problems import STATUS_OF
from docs.builder.api.conversation import converse
from docs.builder.api.page import page
from docs.builder.api.recorder import Recorder
from infra.local.environment import HOST, ROOT, read_ports
from infra.local.own_system import running_system
from infra.local.token import token

PAGE = ROOT / "docs" / "api.md"
ANSWER_SECONDS = "2"
"""How long an emulated provider takes: long enough to see a job run."""


def main() -> None:
    """Write the page."""
    os.environ["CASEWORK_EMULATOR_SECONDS"] = ANSWER_SECONDS
    with running_system() as environment:
        api_url = f"http://{HOST}:{read_ports(environment).api}"
        nobody = Recorder(api_url, None)
        user = Recorder(api_url, token(user="user-1", role="user", now=time.time()))
        admin = Recorder(api_url, token(user="admin-1", role="admin", now=time.time()))
        converse(nobody, user, admin)
        document = nobody.look("GET /openapi.json").answer
    exchanges = [*nobody.exchanges, *user.exchanges, *admin.exchanges]
    PAGE.write_text(page(document, exchanges, STATUS_OF), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(exchanges)} exchanges")


if __name__ == "__main__":
    main()
