"""What a Parquet file says of its own size, read from its footer alone.

pyarrow would say it too, but ends the whole process for some footers that contradict themselves. The footer is in the
compact protocol of Thrift: https://parquet.apache.org/docs/file-format/metadata/.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["BYTE_ARRAY", "MAX_FOOTER", "Chunk", "Compact", "Footer", "read_footer"]

MAX_FOOTER = 32 * 2**20
"""The longest footer that is read, in bytes."""

MAX_DEPTH = 32
"""The deepest nesting that is read."""

_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS = (4, 5, 6)

BYTE_ARRAY = 6
"""The physical type of texts."""


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
    """Read the footer of a file.

    Raises
    ------
    ValueError
        When it is no Parquet file, or its footer is broken or too large.
    """
    length = int.from_bytes(content[-8:-4], "little")
    if len(content) < 12 or content[:4] != b"PAR1" or content[-4:] != b"PAR1":
        raise ValueError("it does not begin and end as Parquet does")
    if not 0 < length <= min(MAX_FOOTER, len(content) - 12):
        raise ValueError(f"its footer has {length:,} bytes")
    try:
        return _sizes(Compact(content[-8 - length : -8]).struct(0))
    except (IndexError, KeyError, TypeError, AttributeError):
        raise ValueError("its footer is broken") from None


def _sizes(file: dict[int, Any]) -> Footer:
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


class Compact:
    """Reads the compact protocol; an end that comes too early is an IndexError.

    Parameters
    ----------
    data : bytes
        Where it stands.
    place : int
        Where in that it begins.
    """

    def __init__(self, data: bytes, place: int = 0) -> None:
        self._data = data
        self._place = place

    @property
    def place(self) -> int:
        """Where what was read ends."""
        return self._place

    def struct(self, depth: int) -> dict[int, Any]:
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
        if kind in (_LIST, _SET):
            head = self._byte()
            size = head >> 4 if head >> 4 < 15 else self._size()
            return self._items(head & 15, size, depth)
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind == _DOUBLE:
            return self._bytes(8)
        if kind == _MAP:
            size = self._size()
            kinds = self._byte() if size else 0
            return [(self._value(kinds >> 4, depth + 1), self._value(kinds & 15, depth + 1)) for _ in range(size)]
        raise IndexError

    def _items(self, kind: int, size: int, depth: int) -> list[Any]:
        # Each item takes a byte at least, so that a size that is made up ends with the data.
        if depth > MAX_DEPTH:
            raise IndexError
        return [self._value(kind, depth + 1) for _ in range(size)]

    def _byte(self) -> int:
        self._place += 1
        return self._data[self._place - 1]

    def _bytes(self, size: int) -> bytes:
        if self._place + size > len(self._data):
            raise IndexError
        self._place += size
        return self._data[self._place - size : self._place]

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
