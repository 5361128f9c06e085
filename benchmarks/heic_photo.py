"""A photo as an iPhone writes it: HEIC, a grid of 512 by 512 pixels a tile. Nothing installed here encodes HEVC, so all
tiles are one that was encoded before (`tile.heic`, made with pillow-heif): a decoder works as hard as for a real photo.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

TILE = Path(__file__).parent / "tile.heic"
TILE_SIDE = 512
GRID_ID = 1


def heic_photo(width: int, height: int, *, tile: bytes | None = None) -> bytes:
    """A HEIC of so many pixels."""
    content = TILE.read_bytes() if tile is None else tile
    configuration = _inner(content, b"meta", b"iprp", b"ipco", b"hvcC")
    picture = _inner(content, b"mdat")
    columns, rows = -(-width // TILE_SIDE), -(-height // TILE_SIDE)
    tiles = range(GRID_ID + 1, GRID_ID + 1 + columns * rows)
    grid = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, width, height)
    ftyp = _box(b"ftyp", b"heic\0\0\0\0mif1heic")
    properties = _box(
        b"ipco",
        _box(b"hvcC", configuration)
        + _full(b"ispe", struct.pack(">II", TILE_SIDE, TILE_SIDE))
        + _full(b"ispe", struct.pack(">II", width, height)),
    )
    of_items = struct.pack(">HBB", GRID_ID, 1, 3) + b"".join(struct.pack(">HBBB", one, 2, 0x81, 2) for one in tiles)
    associations = _full(b"ipma", struct.pack(">I", 1 + len(tiles)) + of_items)
    infos = [_full(b"infe", struct.pack(">HH4sB", GRID_ID, 0, b"grid", 0), version=2)]
    infos += [_full(b"infe", struct.pack(">HH4sB", one, 0, b"hvc1", 0), version=2, flags=1) for one in tiles]
    references = _box(b"dimg", struct.pack(f">HH{len(tiles)}H", GRID_ID, len(tiles), *tiles))

    def meta(at: int) -> bytes:
        places = [struct.pack(">HHHHII", GRID_ID, 1, 0, 1, 0, len(grid))]
        places += [struct.pack(">HHHHII", one, 0, 0, 1, at, len(picture)) for one in tiles]
        return _full(
            b"meta",
            _full(b"hdlr", b"\0\0\0\0pict" + b"\0" * 13)
            + _full(b"pitm", struct.pack(">H", GRID_ID))
            + _full(b"iloc", struct.pack(">BBH", 0x44, 0, len(places)) + b"".join(places), version=1)
            + _full(b"iinf", struct.pack(">H", len(infos)) + b"".join(infos))
            + _full(b"iref", references)
            + _box(b"iprp", properties + associations)
            + _box(b"idat", grid),
        )

    return ftyp + meta(len(ftyp) + len(meta(0)) + 8) + _box(b"mdat", picture)


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _full(kind: bytes, content: bytes, *, version: int = 0, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags) + content)


def _inner(content: bytes, *path: bytes) -> bytes:
    """What is in the box at the end of the path."""
    for kind in path:
        content = next(inside for name, inside in _boxes(content) if name == kind)
        content = content[4:] if kind == b"meta" else content
    return content


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        yield kind, content[at + 8 : at + size]
        at += size
