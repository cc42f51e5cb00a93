"""An index as a file of arrays, which are mapped into memory when it is read.

The file begins with a line that says what it is, and one of JSON with the version, the number of nodes, and of each
array its type, length and place. The arrays follow, each at a multiple of 64 bytes: of each node how many parents it
has and its generation, and all parents. At the end is the CRC-32 of everything before it.

The checksum is verified whenever the file is read, and so is all that answers rest on: that the parents of each node
are nodes, ascend, and come to its generation, without which there could be a cycle. What else an index has is made
from these as for a new one, so that a file has no room for an answer that contradicts another.
"""

from __future__ import annotations

import json
import mmap
import os
import zlib
from collections.abc import Collection, Iterator
from typing import Any

import numpy
from numpy.typing import NDArray

from modeltree._util.files import write_whole
from modeltree.findings import IndexFileError
from modeltree.graph.csr import CsrRows, Ints, viewed

_MAGIC = b"modeltree AncestryIndex\n"
_VERSION = 1
_ALIGN = 64
_DIGEST = 4
_LONGEST_HEADER = 1 << 16
_SMALL = 1 << 16
_MOST = (1 << 31) - 1
_COUNTS = {"|u1": 1 << 8, "<u2": 1 << 16, "<u4": 1 << 32}
_TYPES: dict[str, Collection[str]] = {"counts": _COUNTS, "generation": _COUNTS, "parents": ("<i4",)}


def write_index(path: str | os.PathLike[str], parents: CsrRows, generation: Ints) -> None:
    """Write an index to a file; see `modeltree.AncestryIndex.save`."""
    arrays = _arrays(parents, generation)
    entries: dict[str, tuple[str, int, int]] = {}
    offset = 0
    for name, array in arrays.items():
        entries[name] = (array.dtype.str, len(array), offset)
        offset += array.nbytes + -array.nbytes % _ALIGN
    about = {"version": _VERSION, "nodes": len(parents), "arrays": entries}
    header = json.dumps(about, separators=(",", ":")).encode()
    room = -(len(_MAGIC) + len(header) + 1) % _ALIGN
    head = _MAGIC + header + b" " * room + b"\n"

    def pieces() -> Iterator[bytes | memoryview]:
        checksum = 0
        for piece in (head, *(part for array in arrays.values() for part in _padded(array))):
            checksum = zlib.crc32(piece, checksum)
            yield piece
        yield checksum.to_bytes(_DIGEST, "big")

    write_whole(path, pieces())


def _arrays(parents: CsrRows, generation: Ints) -> dict[str, NDArray[Any]]:
    items = parents.items.astype("<i4", copy=False)
    return {"counts": _short(parents.lengths), "generation": _short(generation), "parents": items}


def _short(values: NDArray[Any]) -> NDArray[Any]:
    """Counts in no more bytes each than the greatest takes."""
    greatest = int(values.max(initial=0))
    return values.astype(next(type_ for type_, end in _COUNTS.items() if greatest < end))


def _padded(array: NDArray[Any]) -> Iterator[bytes | memoryview]:
    if array.nbytes:
        yield viewed(numpy.ascontiguousarray(array)).cast("B")
    yield bytes(-array.nbytes % _ALIGN)


def read_index(path: str | os.PathLike[str]) -> tuple[CsrRows, Ints]:
    """The parents and generations that a file holds; see `modeltree.AncestryIndex.load`."""
    with open(path, "rb") as file:  # noqa: PTH123  (a path costs as much as to open the file)
        length = os.fstat(file.fileno()).st_size
        if length < len(_MAGIC) + _DIGEST:
            raise IndexFileError(path, "it is too short")
        # To map a small file takes longer than to read it.
        content = file.read() if length < _SMALL else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if content[: len(_MAGIC)] != _MAGIC:
        raise IndexFileError(path, "it does not begin as one")
    view = memoryview(content)
    if zlib.crc32(view[:-_DIGEST]) != int.from_bytes(view[-_DIGEST:], "big"):
        raise IndexFileError(path, "its checksum is another: it is damaged, or not whole")
    count, entries, start = _header(content, path)
    arrays = {name: _mapped(view[start:-_DIGEST], name, entry, path) for name, entry in entries.items()}
    if not len(arrays["counts"]) == len(arrays["generation"]) == count:
        raise IndexFileError(path, f"it has {count} nodes, and arrays of other lengths")
    behind = 0
    for type_, length, offset in sorted(entries.values(), key=lambda entry: entry[2]):
        if offset < behind or view[start + behind : start + offset] != bytes(offset - behind):
            raise IndexFileError(path, "there is something between its arrays")
        behind = offset + length * numpy.dtype(type_).itemsize
    if any(view[start + behind : -_DIGEST]):
        raise IndexFileError(path, "there is something behind its arrays")
    return _checked(arrays["counts"], arrays["generation"], arrays["parents"], path)


def _header(content: mmap.mmap | bytes, path: str | os.PathLike[str]) -> tuple[int, dict[str, Any], int]:
    """How many nodes there are, where each array is, and where the first may be."""
    end = content.find(b"\n", len(_MAGIC), len(_MAGIC) + _LONGEST_HEADER)
    try:
        about = json.loads(content[len(_MAGIC) : end])
        version, count, arrays = about["version"], about["nodes"], about["arrays"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise IndexFileError(path, "its header cannot be read") from None
    if version != _VERSION:
        raise IndexFileError(path, f"it is of version {version!r}, and this library reads {_VERSION}: make it anew")
    if type(count) is not int or not 0 <= count <= _MOST or not isinstance(arrays, dict):
        raise IndexFileError(path, "its header cannot be read")
    if arrays.keys() != _TYPES.keys():
        raise IndexFileError(path, "it has other arrays")
    return count, arrays, end + 1


def _mapped(content: memoryview, name: str, entry: object, path: str | os.PathLike[str]) -> NDArray[Any]:
    """An array as it lies in the file."""
    if not isinstance(entry, list) or len(entry) != 3 or entry[0] not in _TYPES[name]:
        raise IndexFileError(path, f"array {name!r} is of another type")
    type_, length, offset = numpy.dtype(entry[0]), *entry[1:]
    whole = type(length) is type(offset) is int and length >= 0 and offset >= 0 and offset % _ALIGN == 0
    if not whole or length > _MOST or offset + length * type_.itemsize > len(content):
        raise IndexFileError(path, f"array {name!r} is not in it")
    return numpy.frombuffer(content[offset : offset + length * type_.itemsize], dtype=type_)


def _checked(
    counts: NDArray[Any], generation: NDArray[Any], parents: NDArray[Any], path: str | os.PathLike[str]
) -> tuple[CsrRows, Ints]:
    """The parents of each node, and the generations, which are those that the parents come to: so there is no cycle."""
    starts = numpy.zeros(len(counts) + 1, dtype=numpy.int64)
    counts.cumsum(out=starts[1:])
    if starts[-1] != len(parents):
        raise IndexFileError(path, "the counts of parents come to another number than there are parents")
    if numpy.count_nonzero(parents < 0) or numpy.count_nonzero(parents >= len(counts)):
        raise IndexFileError(path, "a parent is no node")
    rows = CsrRows(starts.astype(numpy.int32), parents)
    below = (counts > 0).nonzero()[0]
    level, deepest = generation[below], generation[parents[starts[below]]]
    merges = (counts[below] > 1).nonzero()[0]
    if len(merges):  # of the others the first parent is the deepest
        above, lengths = rows.gather(below[merges])
        begin = lengths.cumsum() - lengths
        ascend = above[1:] > above[:-1]
        ascend[begin[1:] - 1] = True  # from the last parent of a node to the first of another
        if not ascend.all():
            raise IndexFileError(path, "the parents of a node are not in order")
        deepest[merges] = numpy.maximum.reduceat(generation[above], begin)
    counted = map(numpy.count_nonzero, (level, generation, level - 1 == deepest))
    if any(count != len(below) for count in counted):
        raise IndexFileError(path, "the generation of a node is not that after its parents")
    return rows, generation
