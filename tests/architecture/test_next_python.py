"""Nothing in the code stands against the next Python that Lambda runs."""

from __future__ import annotations

import ast
from pathlib import Path

from chalice.deploy.packager import DependencyBuilder

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py"), *(ROOT / "infra").rglob("*.py")]

# What Python 3.12 (distutils, imp, asynchat …) and 3.13 (PEP 594) took out of the standard library.
REMOVED = frozenset(
    {
        *("asynchat", "asyncore", "distutils", "imp", "smtpd", "aifc", "audioop", "cgi", "cgitb", "chunk", "crypt"),
        *("imghdr", "lib2to3", "mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd"),
        *("sunau", "telnetlib", "uu", "xdrlib"),
    }
)


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.partition(".")[0])
    return found


def test_no_module_imports_what_the_next_python_does_not_have() -> None:
    users = {str(path.relative_to(ROOT)): found for path in SOURCES if (found := imported(path) & REMOVED)}

    assert len(SOURCES) > 100
    assert users == {}


def test_chalice_can_package_for_the_next_python() -> None:
    assert DependencyBuilder._RUNTIME_GLIBC["cp313"] >= (2, 26)
