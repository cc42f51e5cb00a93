"""Parquet: tables of models and derivations with typed columns, read and written through pyarrow.

A file of a few bytes can hold billions of rows. What a file says of itself is checked before anything is read, only
the columns that are needed are read, and a text that is repeated is kept once.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from modeltree._util.files import bytes_of
from modeltree.findings import Finding, Position, SourceError, optional, shown
from modeltree.formats.parsing.jsontree import parse_json
from modeltree.formats.tables.arrow_columns import in_chunks, text_length, without_views
from modeltree.formats.tables.cells import Column, Stored
from modeltree.formats.tables.frames import check_distinct
from modeltree.formats.tables.parquet_sizes import BYTE_ARRAY, Footer, plain_size, read_footer
from modeltree.formats.tables.requests import SourceTable, numbered

MAX_BYTES = 2**30
"""The largest file that is read, in bytes."""

MAX_ROWS = 10_000_000
"""The most rows that are read."""

MAX_VALUES = 100_000_000
"""The most values that are read, those in lists counted one by one."""

MAX_COLUMNS = 2000
"""The most columns that a file may have."""

MAX_UNPACKED = 4 * 2**30
"""The most bytes that a file may say to have when unpacked."""

MAX_TEXT = 2**30
"""The most characters in all rows of a column, repeated texts counted as often as they stand."""

MAX_CELL = 16 * 2**20
"""The longest text that is read, in bytes."""

_KEY = b"modeltree"
_PYARROW = ("Parquet is read and written by pyarrow", "tables")
_FEW_BYTES = 5
_MAX_PLAIN = 2**29
_LONGEST_METADATA = 16 * 2**20


def read_parquet_table(path: Path) -> SourceTable:
    """Read what a Parquet file says of itself; the columns are read when they are taken."""
    parquet = optional("pyarrow.parquet", *_PYARROW)
    content = bytes_of(path, MAX_BYTES)
    if len(content) > MAX_BYTES:
        _refuse(
            path, "too-large", f"the file is too large: more than {MAX_BYTES // 2**20} MiB", "split it into several"
        )
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
            if length > MAX_TEXT:
                _refuse(path, "too-large", f"column {shown(name)} has more than {MAX_TEXT:,} characters", None)
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
    if len(footer.values) > MAX_COLUMNS:
        _refuse(path, "too-large", f"the table has more than {MAX_COLUMNS:,} columns", "leave out what is not needed")
    sizes = ((footer.rows, MAX_ROWS, "rows"), (footer.unpacked, MAX_UNPACKED, "bytes when unpacked"))
    for size, most, what in sizes:
        if size > most:
            _refuse(path, "too-large", f"the table has {size:,} {what}; {most:,} are read", "split it into several")


def _check_values(path: Path, footer: Footer, wanted: Sequence[str]) -> None:
    """Refuse columns that have more values than what is read: a row can hold a list of any length."""
    if any(chunk.type == BYTE_ARRAY and chunk.unpacked > MAX_CELL * (chunk.values + 1) for chunk in footer.chunks):
        _refuse(path, "too-large", f"the table has texts of more than {MAX_CELL // 2**20} MiB", "shorten them")
    values = sum(footer.values.get(name, 0) for name in wanted)
    if values > MAX_VALUES:
        _refuse(path, "too-large", f"the table has {values:,} values; {MAX_VALUES:,} are read", "split it into several")


def _more(
    path: Path, metadata: Mapping[bytes, bytes]
) -> tuple[dict[str, Any], list[dict[str, Any]], str | None, tuple[Finding, ...]]:
    """What the file holds besides its rows, if `parquet_bytes` made it."""
    content = metadata.get(_KEY)
    if content is None:
        return {}, [], None, ()
    data = None if len(content) > _LONGEST_METADATA else parse_json(content, path).data
    about = data.get("about", {}) if isinstance(data, dict) else None
    organizations = data.get("organizations", []) if isinstance(data, dict) else None
    if not isinstance(about, dict) or not isinstance(organizations, list):
        message = "the metadata of the file that say what the lineage is have another form"
        return {}, [], None, (Finding("bad-value", message, position=Position(path), done="they are left out"),)
    return (
        about,
        [item for item in organizations if isinstance(item, dict)],
        data.get("save") if isinstance(data, dict) else None,
        (),
    )


def _refuse(path: Path, kind: str, message: str, hint: str | None) -> NoReturn:
    raise SourceError.of(kind, message, hint, position=Position(path))


def _refuse_broken(path: Path, error: Exception) -> NoReturn:
    reason = " ".join(str(error).split())
    _refuse(path, "syntax", f"no Parquet that can be read: {reason[:200] or type(error).__name__}", None)


def parquet_bytes(columns: Mapping[str, Column], types: Mapping[str, str], more: Mapping[str, Any] | None) -> bytes:
    """Columns as the bytes of a Parquet file, texts where `types` says nothing else, with `more` in its metadata."""
    parquet = optional("pyarrow.parquet", *_PYARROW)
    import pyarrow as pa

    texts = pa.list_(pa.string())
    parts = {name: pa.string() for name in ("field", "printed", "source", "reason")} | {"references": texts}
    of = {"texts": texts, "integers": pa.list_(pa.int64()), "corrections": pa.list_(pa.struct(list(parts.items())))}
    kinds = {name: of[types[name]] if name in types else pa.string() for name in columns}
    metadata = {_KEY: json.dumps(more, ensure_ascii=False).encode()} if more else None
    schema = pa.schema(list(kinds.items()), metadata=metadata)
    table = pa.Table.from_pydict({name: list(column) for name, column in columns.items()}, schema=schema)
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()
