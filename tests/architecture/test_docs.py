"""What the pages name exists: files, make targets, and each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "tests").glob("*.md")),
]
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")
FILE = re.compile(r"`((?:chalicelib|infra|docs|tests|benchmarks)/[\w./-]*\w/?)`")
TARGET = re.compile(r"(?:^|`)make (?:-s )?([a-z][a-z-]+)", re.M)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    broken = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]

    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    missing = [name for name in FILE.findall(page.read_text(encoding="utf-8")) if not (ROOT / name).exists()]

    assert [name for name in missing if name != "chalicelib/analyses/word_count/__init__.py"] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_make_target_that_a_page_names_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))

    assert set(TARGET.findall(page.read_text(encoding="utf-8"))) <= targets


def test_every_page_is_reachable_from_the_readme() -> None:
    reached: set[Path] = set()
    to_read = [ROOT / "README.md"]
    while to_read:
        page = to_read.pop()
        reached.add(page)
        links = LINK.findall(page.read_text(encoding="utf-8"))
        linked = {(page.parent / link).resolve() for link in links if link.endswith(".md")}
        to_read += [page for page in linked - reached if page.exists()]

    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in reached] == []
