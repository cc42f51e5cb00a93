"""Parquet: tables of models and derivations with typed columns, read and written through pyarrow.

A file of a few bytes can hold billions of rows. What a file says of itself is checked before anything is read, only
the columns that are needed are read, and a text that is repeated is kept once.
"""

from __future__ import annotations

import io
import json
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from modeltree._util.files import bytes_of, is_stream
from modeltree._util.progress import Progress, no_progress
from modeltree.findings import Finding, Position, SourceError, optional, shown
from modeltree.formats.parsing import limits, refuse_size
from modeltree.formats.parsing.jsontree import parse_json
from modeltree.formats.repair.record_findings import refuse_larger
from modeltree.formats.tables.frames import check_distinct
from modeltree.formats.tables.requests import SourceTable, numbered
from modeltree.formats.tables.table_columns import Column, Stored, in_chunks, text_length, without_views

_KEY = b"modeltree"
_PYARROW = ("Parquet is read and written by pyarrow", "tables")
_FEW_BYTES = 5
_ROWS_AT_ONCE = 1 << 18
_MAX_PLAIN = 2**29
_LONGEST_METADATA = 16 * 2**20


def read_parquet_table(path: Path) -> SourceTable:
    """Read what a Parquet file says of itself; the columns are read when they are taken."""
    parquet = optional("pyarrow.parquet", *_PYARROW)
    content = bytes_of(path, limits.TABLE_BYTES)
    if len(content) > limits.TABLE_BYTES:
        refuse_size(path, f"the file is too large: more than {limits.TABLE_BYTES // 2**20} MiB")
    try:
        footer = read_footer(content)
    except ValueError as error:
        _refuse_broken(path, error)
    _check_size(path, footer)
    try:
        file_of = partial(
            parquet.ParquetFile,
            thrift_string_size_limit=4 * _LONGEST_METADATA,
            thrift_container_size_limit=1_000_000,
            arrow_extensions_enabled=False,
        )
        head = file_of(io.BytesIO(content))
        groups, schema = head.num_row_groups, head.schema_arrow
        names = [str(name) for name in schema.names]
    except Exception as error:  # pyarrow has many errors for a broken file, some of them builtins
        _refuse_broken(path, error)
    check_distinct(names, path)
    about, organizations, save, findings = _more(path, schema.metadata or {})
    texts = list(dict.fromkeys(chunk.path for chunk in footer.chunks if chunk.type == BYTE_ARRAY))

    def take(wanted: Sequence[str]) -> dict[str, Stored]:
        _check_values(path, footer, wanted)
        repeated = [leaf for leaf in texts if any(leaf == name or leaf.startswith(f"{name}.") for name in wanted)]
        try:
            file = file_of(io.BytesIO(content), read_dictionary=_by_number(content, footer, repeated))
            # One after another: lists with dictionaries cannot be read of several groups at once.
            parts = [
                file.read_row_group(number, columns=list(wanted), use_threads=False) for number in range(groups)
            ] or [file.read(columns=list(wanted), use_threads=False)]
            found = {name: in_chunks([part.column(name) for part in parts]) for name in wanted}
            for column in found.values():
                column.validate(full=True)  # damage inside pages, as bytes that are no text, is not seen before
            lengths = {name: text_length(column) for name, column in found.items()}
        except Exception as error:  # as above
            _refuse_broken(path, error)
        for name, length in lengths.items():
            if length > limits.COLUMN_TEXT:
                refuse_size(path, f"column {shown(name)} has more than {limits.COLUMN_TEXT:,} characters")
        return {name: without_views(column) for name, column in found.items()}

    return SourceTable(path, tuple(names), take, numbered(path), findings, about, organizations, save)


def _by_number(content: bytes, footer: Footer, leaves: Sequence[str]) -> list[str]:
    """The columns of texts that are read by the numbers of these in a dictionary: where texts stand often, or may."""
    most = dict.fromkeys(leaves, 0)
    again: set[str] = set()
    for chunk in footer.chunks:
        leaf = chunk.path
        if leaf not in most or leaf in again:
            continue
        size = plain_size(content, chunk)
        # A few bytes for each say that texts stand often: a dictionary is smaller, and faster to read.
        if size is None or chunk.unpacked < _FEW_BYTES * chunk.values:
            again.add(leaf)
        else:
            most[leaf] += size
    return [leaf for leaf in leaves if leaf in again or most[leaf] > _MAX_PLAIN]


def _check_size(path: Path, footer: Footer) -> None:
    """Refuse a file that by its own account is larger than what is read."""
    if len(footer.values) > limits.COLUMNS:
        refuse_size(path, f"the table has more than {limits.COLUMNS:,} columns", "leave out what is not needed")
    sizes = (
        (footer.rows, limits.PARQUET_ROWS, "rows"),
        (footer.unpacked, limits.PARQUET_UNPACKED, "bytes when unpacked"),
    )
    for size, most, what in sizes:
        if size > most:
            refuse_size(path, f"the table has {size:,} {what}; {most:,} are read")


def _check_values(path: Path, footer: Footer, wanted: Sequence[str]) -> None:
    """Refuse columns that have more values than what is read: a row can hold a list of any length."""
    if any(
        chunk.type == BYTE_ARRAY and chunk.unpacked > limits.PARQUET_CELL * (chunk.values + 1)
        for chunk in footer.chunks
    ):
        refuse_size(path, f"the table has texts of more than {limits.PARQUET_CELL // 2**20} MiB", "shorten them")
    values = sum(footer.values.get(name, 0) for name in wanted)
    if values > limits.PARQUET_VALUES:
        refuse_size(path, f"the table has {values:,} values; {limits.PARQUET_VALUES:,} are read")


def _more(
    path: Path, metadata: Mapping[bytes, bytes]
) -> tuple[dict[str, Any], list[dict[str, Any]], str | None, tuple[Finding, ...]]:
    """What the file holds besides its rows, if `parquet_bytes` made it."""
    content = metadata.get(_KEY)
    if content is None:
        return {}, [], None, ()
    data = None if len(content) > _LONGEST_METADATA else parse_json(content, path).data
    fields = data if isinstance(data, dict) else {"about": None}
    about, organizations = fields.get("about", {}), fields.get("organizations", [])
    if not isinstance(about, dict) or not isinstance(organizations, list):
        message = "the metadata of the file that say what the lineage is have another form"
        return {}, [], None, (Finding("bad-value", message, position=Position(path), done="they are left out"),)
    return about, [item for item in organizations if isinstance(item, dict)], fields.get("save"), ()


def _refuse_broken(path: Path, error: Exception) -> NoReturn:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    raise SourceError.of("syntax", f"no Parquet that can be read: {reason}", position=Position(path))


def parquet_bytes(
    columns: Mapping[str, Column],
    types: Mapping[str, str],
    more: Mapping[str, Any] | None,
    path: Path,
    progress: Progress = no_progress,
) -> bytes:
    """Columns as the bytes of a Parquet file, texts where `types` says nothing else, with `more` in its metadata."""
    parquet = optional("pyarrow.parquet", *_PYARROW)
    import pyarrow as pa

    texts = pa.list_(pa.string())
    parts = {name: pa.string() for name in ("field", "printed", "source", "reason")} | {"references": texts}
    of = {"texts": texts, "integers": pa.list_(pa.int64()), "corrections": pa.list_(pa.struct(list(parts.items())))}
    kinds = {name: of[types[name]] if name in types else pa.string() for name in columns}
    metadata = {_KEY: json.dumps(more, ensure_ascii=False).encode()} if more else None
    schema = pa.schema(list(kinds.items()), metadata=metadata)
    buffer, lengths = io.BytesIO(), Counter[str]()
    count = len(next(iter(columns.values())))
    with parquet.ParquetWriter(buffer, schema, compression="zstd") as writer:
        for start in range(0, count, _ROWS_AT_ONCE):
            progress("write", start, count)
            some = {name: list(column[start : start + _ROWS_AT_ONCE]) for name, column in columns.items()}
            part = pa.Table.from_pydict(some, schema=schema)
            lengths.update({name: text_length(part.column(name)) for name in columns})
            writer.write_table(part)
    content = buffer.getvalue()
    for name, length in lengths.items():
        refuse_larger(path, length, limits.COLUMN_TEXT, f"bytes of text in {name}")
    if not is_stream(path):
        refuse_larger(path, len(content), limits.TABLE_BYTES)
        footer = read_footer(content)
        _check_size(path, footer)
        _check_values(path, footer, list(columns))
    return content


# How large a file says that it is, before anything is unpacked


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
    data_page: Any  # where its first page of data begins
    dictionary_page: Any  # where its dictionary begins, or None


class Footer(NamedTuple):
    """How large a Parquet file says that it is."""

    rows: int  # of all row groups
    unpacked: int  # bytes
    values: Mapping[str, int]  # how many values each column has, those in lists counted one by one
    chunks: tuple[Chunk, ...]  # all parts of columns, in the order of their groups


def read_footer(content: bytes) -> Footer:
    """Read the footer of a file; a ValueError where it is none, broken or too large."""
    length = int.from_bytes(content[-8:-4], "little")
    if len(content) < 12 or content[:4] != b"PAR1" or content[-4:] != b"PAR1":
        raise ValueError("it does not begin and end as Parquet does")
    if not 0 < length <= min(limits.HEADER_BYTES, len(content) - 12):
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
        if depth > limits.SCHEMA_DEPTH:
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
        if depth > limits.SCHEMA_DEPTH or kind not in (_LIST, _SET, _MAP):
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
