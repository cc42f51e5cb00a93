"""How large a Parquet file says that it is, by its footer and the headers of its pages, before anything is unpacked.

pyarrow says most of it too, but ends the whole process (versions 21 and 26 do) where a footer contradicts itself, as
when a histogram has more levels than the schema: ``row_group(0).column(0)`` throws what Python cannot catch. Of pages
it says nothing. Both are in the compact protocol of Thrift: https://parquet.apache.org/docs/file-format/metadata/ and
https://parquet.apache.org/docs/file-format/data-pages/.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, NamedTuple

MAX_FOOTER = 32 * 2**20
"""The longest footer that is read, in bytes."""

MAX_DEPTH = 32
"""The deepest nesting that is read."""

BYTE_ARRAY = 6
"""The physical type of texts."""

_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS = (4, 5, 6)
_DATA, _DICTIONARY, _DATA_V2 = 0, 2, 3
_ENCODINGS = frozenset({0, 2, 8})  # plain, and by numbers in a dictionary
_CODECS = {0: None, 1: "snappy", 2: "gzip", 6: "zstd"}
_LARGEST_DICTIONARY = 4 * 2**20
_BROKEN = (IndexError, KeyError, TypeError, AttributeError)


class Chunk(NamedTuple):
    """What a file says of a column in one group of rows; nothing is sure of these values but their names."""

    path: str
    type: Any
    codec: Any
    values: Any
    unpacked: Any
    packed: Any
    data_page: Any
    """Where its first page of data begins."""
    dictionary_page: Any
    """Where its dictionary begins, or None."""


class Footer(NamedTuple):
    """How large a Parquet file says that it is."""

    rows: int
    """Of all row groups."""
    unpacked: int
    """Bytes."""
    values: Mapping[str, int]
    """How many values each column has, those in lists counted one by one."""
    chunks: tuple[Chunk, ...]
    """All parts of columns, in the order of their groups."""


def read_footer(content: bytes) -> Footer:
    """Read the footer of a file; a ValueError where it is none, broken or too large."""
    length = int.from_bytes(content[-8:-4], "little")
    if len(content) < 12 or content[:4] != b"PAR1" or content[-4:] != b"PAR1":
        raise ValueError("it does not begin and end as Parquet does")
    if not 0 < length <= min(MAX_FOOTER, len(content) - 12):
        raise ValueError(f"its footer has {length:,} bytes")
    try:
        return _footer(_Compact(content[-8 - length : -8]).struct())
    except _BROKEN:
        raise ValueError("its footer is broken") from None


def _footer(file: dict[int, Any]) -> Footer:
    """The sizes in a FileMetaData, by the numbers of its fields."""
    groups = file.get(4, [])
    values: dict[str, int] = {}
    chunks = []
    unpacked = 0
    for group in groups:
        unpacked += max(abs(group[2]), sum(abs(chunk[3][6]) for chunk in group[1]))
        for one in group[1]:
            about = one[3]
            names = [name.decode("utf-8", "replace") for name in about[3]]
            values[names[0]] = values.get(names[0], 0) + abs(about[5])
            chunks.append(Chunk(".".join(names), *map(about.get, (1, 4, 5, 6, 7, 9, 11))))
    return Footer(max(abs(file[3]), sum(abs(group[3]) for group in groups)), unpacked, values, tuple(chunks))


def plain_size(content: bytes, chunk: Chunk) -> int | None:
    """How many bytes the texts of a column have at most in a group of rows; None where that is not sure.

    A text stands once in a dictionary and as often as one likes in the rows, and so a few bytes can become more than
    any memory holds. Texts by their numbers in the dictionary are safe to read, but that takes five times as long
    where most texts stand once.
    """
    try:
        return _plain_size(content, chunk)
    except (*_BROKEN, ValueError, OSError, OverflowError, struct.error):
        return None


def _plain_size(content: bytes, chunk: Chunk) -> int | None:
    start = chunk.data_page
    if chunk.dictionary_page is not None and 0 < chunk.dictionary_page < start:
        start = chunk.dictionary_page
    if start < 4 or chunk.codec not in _CODECS:
        return None
    end = start + chunk.packed
    total = longest = 0
    seen = 0
    while start < end and seen < chunk.values:
        reader = _Compact(content, start)
        header = reader.struct()
        body = reader.offset
        kind, unpacked, packed = header[1], header[2], header[3]
        if min(unpacked, packed) < 0 or body + packed > len(content):
            return None
        if kind == _DICTIONARY:
            known = header[7][2] in _ENCODINGS and unpacked <= _LARGEST_DICTIONARY
            if longest or not known or body + packed != chunk.data_page:
                return None
            longest = 1 + _longest(content[body : body + packed], unpacked, header[7][1], _CODECS[chunk.codec])
        elif kind in (_DATA, _DATA_V2):
            part = header[5] if kind == _DATA else header[8]
            if part[2 if kind == _DATA else 4] not in _ENCODINGS or part[1] <= 0:
                return None
            seen += part[1]
            total += unpacked
        else:
            return None
        start = body + packed
    return total + longest * seen if seen >= chunk.values else None


def _longest(packed: bytes, size: int, count: int, codec: str | None) -> int:
    """How long the longest text in a dictionary is."""
    import pyarrow as pa

    data = packed
    if codec is not None:
        data = pa.Codec(codec).decompress(packed, decompressed_size=size, asbytes=True)
    place = longest = 0
    length_at = struct.Struct("<I").unpack_from
    for _ in range(count):
        (length,) = length_at(data, place)
        place += 4 + length
        if length > longest:  # noqa: PLR1730  # there are many
            longest = length
    if place > len(data):
        raise ValueError
    return longest


class _Compact:
    """Reads the compact protocol from an offset on; an end that comes too early is an IndexError."""

    def __init__(self, data: bytes, offset: int = 0) -> None:
        self._data, self.offset = data, offset

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """The fields of a struct by their numbers."""
        if depth > MAX_DEPTH:
            raise IndexError
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._integer()
            if number in fields:  # of which others may read the other one
                raise IndexError
            kind = head & 15
            fields[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in _INTEGERS:
            return self._integer()
        if kind == _BINARY:
            return self._bytes(self._size())
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind == _DOUBLE:
            return self._bytes(8)
        if depth > MAX_DEPTH or kind not in (_LIST, _SET, _MAP):
            raise IndexError
        # Each item takes a byte at least, so that a size that is made up ends with the data.
        if kind == _MAP:
            size = self._size()
            kinds = self._byte() if size else 0
            return [(self._value(kinds >> 4, depth + 1), self._value(kinds & 15, depth + 1)) for _ in range(size)]
        head = self._byte()
        size = head >> 4 if head >> 4 < 15 else self._size()
        return [self._value(head & 15, depth + 1) for _ in range(size)]

    def _byte(self) -> int:
        self.offset += 1
        return self._data[self.offset - 1]

    def _bytes(self, size: int) -> bytes:
        if self.offset + size > len(self._data):
            raise IndexError
        self.offset += size
        return self._data[self.offset - size : self.offset]

    def _size(self) -> int:
        found = shift = 0
        while True:
            byte = self._byte()
            found |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return found
            if shift > 63:
                raise IndexError

    def _integer(self) -> int:
        size = self._size()
        return (size >> 1) ^ -(size & 1)
