"""Whose work is in the package? THIRD-PARTY.md: each dependency and each copied file with its licence and home."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import Message
from email.parser import BytesParser
from importlib.metadata import distribution
from pathlib import Path

import msgspec

FILE = "THIRD-PARTY.md"
_HEAD = """# Third-party software

What the deployed package contains besides Casework itself: written by `make package WRITE=1` from the metadata in the
package. The licence texts are in the package, in the `.dist-info` folder of each.

| package | version | licence | home |
|---|---|---|---|
"""
_FILES_HEAD = """
Files of others that are among Casework's own, each with the text of its licence beside it:

| file | from | licence | home |
|---|---|---|---|
"""
_HOMES = ("home", "homepage", "home-page", "source", "source code", "repository", "documentation", "docs", "github")


class Dependency(msgspec.Struct, frozen=True, kw_only=True):
    """One dependency as its own metadata describes it."""

    name: str
    version: str
    licence: str
    home: str


class CopiedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of somebody else in our source; its licence is beside it, with the ending `.LICENSE`."""

    path: str
    origin: str
    licence: str
    home: str


COPIED_FILES = (
    CopiedFile(
        path="chalicelib/adapters/pdfium/field_values.ttf",
        origin="DejaVu Sans 2.37 (Latin, Cyrillic, Hebrew and Arabic letters of it)",
        licence="Bitstream-Vera",
        home="https://dejavu-fonts.github.io/",
    ),
)


def third_party(directory: Path) -> str:
    """The page about everything that is unpacked in the directory, and about the files in our own source."""
    rows = [f"| {one.name} | {one.version} | {one.licence} | {one.home} |" for one in dependencies(directory)]
    files = [f"| `{one.path}` | {one.origin} | {one.licence} | {one.home} |" for one in COPIED_FILES]
    return _HEAD + "\n".join(rows) + "\n" + _FILES_HEAD + "\n".join(files) + "\n"


def dependencies(directory: Path) -> Sequence[Dependency]:
    """Everything with a `.dist-info`, and Chalice's runtime, which Chalice copies in without one; by name."""
    found = []
    texts = [path.read_bytes() for path in directory.glob("*.dist-info/METADATA")]
    if (directory / "chalice").is_dir():
        texts.append((distribution("chalice").read_text("METADATA") or "").encode())
    for text in texts:
        metadata = BytesParser().parsebytes(text, headersonly=True)
        found.append(
            Dependency(
                name=str(metadata["Name"]),
                version=str(metadata["Version"]),
                licence=_licence(metadata),
                home=_home(metadata),
            )
        )
    return sorted(found, key=lambda one: one.name.lower().replace("_", "-"))


def _licence(metadata: Message) -> str:
    """The SPDX expression; else the classifiers', after the free text's when they do not name it; else the free text's.

    A wheel may hold libraries under another licence: its own is then in the text, theirs among the classifiers.
    """
    if metadata["License-Expression"]:
        return str(metadata["License-Expression"])
    classified = [
        str(line).rpartition(" :: ")[2]
        for line in metadata.get_all("Classifier", [])
        if str(line).startswith("License :: ") and not str(line).endswith("OSI Approved")
    ]
    text = str(metadata["License"] or "unknown").strip().splitlines()[0]
    if not classified:
        return text
    is_named = " " in text or text == "unknown" or any(text.split("-")[0] in licence for licence in classified)
    return ", ".join(classified if is_named else [text, *classified])


def _home(metadata: Message) -> str:
    lines = (str(line).partition(",") for line in metadata.get_all("Project-URL", []))
    urls = {label.strip().lower(): url.strip() for label, _, url in lines}
    named = [urls[label] for label in _HOMES if label in urls]
    return str(metadata["Home-page"] or (named or [*urls.values(), ""])[0])
