"""app.py is the table of contents; the API and the worker know the assembled system by its type only."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import app
from chalicelib.analyses import catalogue


def test_the_docstring_of_app_lists_routes_of_analyses_and_no_other() -> None:
    listed = re.findall(r"^ +POST (\S+) +(\S+)$", app.__doc__ or "", re.MULTILINE)

    assert len(listed) >= 3
    assert set(listed) <= {(analysis.route, name) for name, analysis in catalogue().items()}


def test_the_api_and_the_worker_import_bootstrap_for_its_types_only() -> None:
    chalicelib = Path(app.__file__).parent / "chalicelib"
    found = [
        path.name
        for path in [*(chalicelib / "api").glob("*.py"), chalicelib / "worker.py"]
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom) and node.module == "chalicelib.bootstrap"
    ]

    assert found == []
