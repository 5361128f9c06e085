"""How many processes run the tests with `-n auto`, which tests run in one, and in which order: a pytest plugin.

xdist's own groups (`--dist loadgroup`) are not used: xdist 3.8 loses them under pytest 9.2, without a word.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = frozenset({"app"})
"""Folders whose tests run in one process: the last one judges the answers to the others."""
FIRST = ("e2e", "reliability", "app", "benchmarks", "evals", "contract")
"""The folders with long tests begin, so that no process is left alone with one at the end."""


def group_of(nodeid: str) -> str:
    """The name that all tests of one group share: a folder, or a module, whose set-up is then made once."""
    file, _, _ = nodeid.partition("::")
    folder = _folder(file)
    return folder if folder in TOGETHER else file


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a process of `-n`: the long folders first."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _place(_folder(item.nodeid)))


@pytest.hookimpl(optionalhook=True, wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """One process more than `-n auto` takes: a third of their time the tests wait, for a server or a child."""
    return (yield) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Hand out groups in the order in which they are collected."""
    config.option.loadscopereorder = False
    return _Groups(config, log)


class _Groups(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def _folder(nodeid: str) -> str:
    return nodeid.split("/")[1] if nodeid.startswith("tests/") else ""


def _place(folder: str) -> int:
    return FIRST.index(folder) if folder in FIRST else len(FIRST)
