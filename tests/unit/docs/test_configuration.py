"""The page of settings says what the code says."""

from __future__ import annotations

import re

from chalicelib.settings import Settings
from docs.builder.configuration import LOCAL, PAGE, page
from infra.local.environment import ROOT

SET_BY_THE_SYSTEM_ITSELF = {"CASEWORK_BEHIND_API"}


def test_the_page_is_the_one_that_the_settings_make() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


def test_every_setting_has_its_row() -> None:
    rows = set(re.findall(r"^\| `([A-Z_]+)` \| .* \| \S.* \|$", page(), re.M))

    assert {name.upper() for name in Settings.__struct_fields__} <= rows


def test_every_variable_of_the_local_system_has_its_row() -> None:
    folders = (ROOT / "infra" / "local", ROOT / "emulator")
    sources = "".join(path.read_text(encoding="utf-8") for folder in folders for path in folder.rglob("*.py"))
    read = set(re.findall(r"\bCASEWORK_[A-Z_]+\b", sources))

    documented = set(re.findall(r"`(CASEWORK_[A-Z_]+)`", page()))
    assert read - SET_BY_THE_SYSTEM_ITSELF <= documented
    assert set(LOCAL) <= read
