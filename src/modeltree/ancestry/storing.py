"""An index as a file of arrays, which are mapped into memory when it is read.

The file begins with a line that says what it is, and one of JSON with the version, the number of nodes, and of each
array its name, type, length and place. The arrays follow, each at a multiple of 64 bytes. At the end is the CRC-32
of everything before it, which is verified whenever the file is read.
"""

from __future__ import annotations

import json
import mmap
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

from modeltree.ancestry.forest import Forest, viewed
from modeltree.ancestry.index import AncestryIndex
from modeltree.ancestry.large import LargeIndex
from modeltree.ancestry.rows import Rows
from modeltree.ancestry.runs import Runs
from modeltree.errors import IndexFileError
from modeltree.files import write_whole

__all__ = ["loaded", "save"]

_MAGIC = b"modeltree AncestryIndex\n"
_VERSION = 1
_ALIGN = 64
_DIGEST = 4
_LONGEST_HEADER = 1 << 16
_TYPES = {
    "parent_starts": "<i4", "parents": "<i4", "child_starts": "<i4", "children": "<i4",
    "order": "<i4", "bounds": "<i8", "generation": "<i4", "up": "<i4", "size": "<i4", "number": "<i4", "at": "<i4",
    "starts": "<i4", "first": "<i4", "last": "<i4", "owner_starts": "<i4", "owners": "<i4",
}  # fmt: skip
_RUNS = Runs._fields


def save(index: AncestryIndex, path: str | os.PathLike[str]) -> None:
    """Write an index to a file; see `AncestryIndex.save`."""
    large = index if isinstance(index, LargeIndex) else LargeIndex(index.parents)
    arrays = _arrays(large)
    places: dict[str, tuple[str, int, int]] = {}
    offset = 0
    for name, array in arrays.items():
        places[name] = (_TYPES[name], len(array), offset)
        offset += -(-array.nbytes // _ALIGN) * _ALIGN
    about = {"version": _VERSION, "nodes": len(large), "arrays": places}
    header = json.dumps(about, separators=(",", ":")).encode()
    room = -(len(_MAGIC) + len(header) + 1) % _ALIGN
    head = _MAGIC + header + b" " * room + b"\n"

    def pieces() -> Iterator[bytes | memoryview]:
        sum_ = 0
        for piece in (head, *(part for array in arrays.values() for part in _padded(array))):
            sum_ = zlib.crc32(piece, sum_)
            yield piece
        yield sum_.to_bytes(_DIGEST, "big")

    write_whole(Path(path), pieces())


def _arrays(index: LargeIndex) -> dict[str, NDArray[Any]]:
    arrays: dict[str, Any] = {
        "parent_starts": index.parents.starts, "parents": index.parents.items,
        "child_starts": index.children.starts, "children": index.children.items,
        **index.forest._asdict(),
    }  # fmt: skip
    if index.runs is not None:
        arrays |= index.runs._asdict()
    return {name: numpy.ascontiguousarray(array, dtype=_TYPES[name]) for name, array in arrays.items()}


def _padded(array: NDArray[Any]) -> Iterator[bytes | memoryview]:
    if array.nbytes:
        yield viewed(array).cast("B")
    yield bytes(-array.nbytes % _ALIGN)


def loaded(path: str | os.PathLike[str]) -> AncestryIndex:
    """The index that a file holds; see `AncestryIndex.load`."""
    path = Path(path)
    with path.open("rb") as file:
        length = os.fstat(file.fileno()).st_size
        if length < len(_MAGIC) + _DIGEST:
            raise IndexFileError(path, "it is too short")
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if content[: len(_MAGIC)] != _MAGIC:
        raise IndexFileError(path, "it does not begin as one")
    view = memoryview(content)
    if zlib.crc32(view[:-_DIGEST]) != int.from_bytes(view[-_DIGEST:], "big"):
        raise IndexFileError(path, "its checksum is another: it is damaged, or not whole")
    about, start = _header(content, path)
    arrays = dict(_mapped(view[start:-_DIGEST], about, path))
    count = about["nodes"]
    _check(arrays, count, path)
    parents = Rows(arrays["parent_starts"], arrays["parents"])
    children = Rows(arrays["child_starts"], arrays["children"])
    forest = Forest(*(arrays[name] for name in Forest._fields))
    runs = Runs(*(arrays[name] for name in _RUNS)) if _RUNS[0] in arrays else None
    if count < 1:
        return AncestryIndex([])
    return LargeIndex.of_arrays(parents, children, forest, runs)


def _header(content: mmap.mmap, path: Path) -> tuple[dict[str, Any], int]:
    end = content.find(b"\n", len(_MAGIC), len(_MAGIC) + _LONGEST_HEADER)
    try:
        about = json.loads(content[len(_MAGIC) : end])
        version, nodes, arrays = about["version"], about["nodes"], about["arrays"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise IndexFileError(path, "its header cannot be read") from None
    if version != _VERSION:
        raise IndexFileError(path, f"it is of version {version!r}, and this library reads {_VERSION}: make it anew")
    if type(nodes) is not int or not isinstance(arrays, dict):
        raise IndexFileError(path, "its header cannot be read")
    return about, end + 1


def _mapped(content: memoryview, about: dict[str, Any], path: Path) -> Iterator[tuple[str, NDArray[Any]]]:
    """The arrays of a file, as they lie in it."""
    names = about["arrays"].keys()
    if names not in ({*_TYPES}, {*_TYPES} - {*_RUNS}):
        raise IndexFileError(path, "it has other arrays")
    for name, place in about["arrays"].items():
        try:
            type_, length, offset = place
            array = numpy.frombuffer(content, dtype=_TYPES[name], count=length, offset=offset) if length else None
        except (ValueError, TypeError, OverflowError):
            raise IndexFileError(path, f"array {name!r} is not in it") from None
        if type_ != _TYPES[name] or length < 0:
            raise IndexFileError(path, f"array {name!r} is of another type")
        yield name, numpy.empty(0, dtype=type_) if array is None else array


def _check(arrays: dict[str, NDArray[Any]], count: int, path: Path) -> None:
    """Refuse arrays that do not belong together: whoever makes such a file must not lead questions astray."""
    lengths = {"parents": "parent_starts", "children": "child_starts", "first": "starts", "owners": "owner_starts"}
    right = all(len(arrays[name]) == count for name in ("order", "generation", "up", "size", "number", "at"))
    for items, starts in lengths.items():
        if starts in arrays:
            rows = arrays[starts]
            right = right and len(rows) == count + 1 and bool((rows[1:] >= rows[:-1]).all())
            right = right and int(rows[0]) == 0 and int(rows[-1]) == len(arrays[items])
    for name, least, most in (
        ("parents", 0, count), ("children", 0, count), ("order", 0, count), ("up", -1, count),
        ("number", 0, count), ("at", 0, count), ("size", 1, count + 1), ("first", 0, count),
        ("last", 1, count + 1), ("owners", 0, count), ("generation", 0, max(count, 1)),
    ):  # fmt: skip
        array = arrays.get(name)
        if right and array is not None and len(array):
            right = least <= int(array.min()) and int(array.max()) < most
    right = right and ("last" not in arrays or len(arrays["last"]) == len(arrays["first"]))
    if right and count:
        up, generation = arrays["up"], arrays["generation"]
        below = numpy.flatnonzero(up >= 0)
        right = bool((generation[up[below]] < generation[below]).all())
        right = right and bool((arrays["number"] + arrays["size"] <= count).all())
    if not right:
        raise IndexFileError(path, "its arrays do not belong together")
