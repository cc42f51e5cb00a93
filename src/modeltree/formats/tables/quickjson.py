"""Large files of JSON lines that have nothing wrong with them, read by Arrow; of the others it says nothing."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy

from modeltree.findings import Position
from modeltree.formats.tables.columns import Column, Stored, Table
from modeltree.formats.tables.frames import arrow_column

__all__ = ["LEAST_BYTES", "quick_jsonl_table"]

LEAST_BYTES = 2**20
"""Smaller files are read line by line."""

_SAMPLE = 1000  # lines that say which keys there are, and of which type their values are
_BLOCK = 4 * 2**20


def quick_jsonl_table(path: Path, most_bytes: int, longest_line: int, most_lines: int) -> Table | None:
    """The columns of a file of JSON lines, or None where a look at each line is needed.

    Each line has to be an object of texts, whole numbers, truth values and lists of texts, with keys and types as in
    the first thousand lines.
    """
    if importlib.util.find_spec("pyarrow") is None or not LEAST_BYTES <= path.stat().st_size <= most_bytes:
        return None
    with path.open("rb") as file:
        lines = file.read(longest_line * 4).split(b"\n", _SAMPLE)[:_SAMPLE]
        first, types = _sampled(lines if len(lines) < _SAMPLE else lines[:-1])
        if types is None:
            return None
        file.seek(0)
        content = file.read(most_bytes)
    count = _count_lines(content, longest_line)
    # Halves of characters, in UTF-8 or escaped, are not taken for text by everybody.
    if not 0 < count <= most_lines or b"\\ud" in content or b"\\uD" in content or not _is_text(content):
        return None
    table = _read(content, types)
    if table is None or len(table) != count:
        return None

    def arrow(wanted: Sequence[str]) -> dict[str, Stored]:
        return {name: table.column(name) for name in wanted}

    def take(wanted: Sequence[str]) -> dict[str, Column]:
        return {name: arrow_column(table.column(name)) for name in wanted}

    def place(row: int | None, column: str | None) -> Position:
        if row is None:
            row = first.get(column or "")
        return Position(path, 0 if row is None else row + 1)

    return Table(path, tuple(first), take, place, arrow=arrow)


def _count_lines(content: bytes, longest: int) -> int:
    """How many lines there are if each begins and ends as an object does, else 0."""
    data = numpy.frombuffer(content, numpy.uint8)
    ends = numpy.flatnonzero(data == ord("\n"))
    if len(data) and data[-1] != ord("\n"):
        ends = numpy.append(ends, len(data))
    starts = numpy.concatenate([[0], ends[:-1] + 1])
    whole = len(ends) and (ends - starts).min() >= 2 and (ends - starts).max() < longest
    if not whole or not (data[starts] == ord("{")).all() or not (data[ends - 1] == ord("}")).all():
        return 0
    return len(ends)


def _is_text(content: bytes) -> bool:
    if content.isascii():
        return True
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _sampled(lines: Sequence[bytes]) -> tuple[dict[str, int], dict[str, str] | None]:
    """For each key of some lines the first that has it, and the type of its values; None where that is unusual."""
    first: dict[str, int] = {}
    types: dict[str, str] = {}
    for number, line in enumerate(lines):
        if not line:
            continue  # after the last line end
        try:
            record = json.loads(line)
        except ValueError:
            return first, None
        if not isinstance(record, dict):
            return first, None
        for key, value in record.items():
            first.setdefault(key, number)
            kind = _kind(value)
            if kind == "" or types.get(key, kind or "") not in (kind or types.get(key), ""):
                return first, None
            if kind:
                types[key] = kind
    return first, {key: types.get(key, "text") for key in first}


def _kind(value: Any) -> str | None:
    """The type of a value; None for none, and no text for one that is not read here."""
    if value is None:
        return None
    if type(value) is list:
        return "texts" if all(type(item) is str for item in value) else ""
    return {str: "text", int: "integer", bool: "boolean"}.get(type(value), "")


def _read(content: bytes, types: dict[str, str]) -> Any:
    import pyarrow as pa
    import pyarrow.json

    of = {"text": pa.string(), "integer": pa.int64(), "boolean": pa.bool_(), "texts": pa.list_(pa.string())}
    schema = pa.schema([(key, of[kind]) for key, kind in types.items()])
    parsing = pa.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    try:
        return pa.json.read_json(pa.BufferReader(content), pa.json.ReadOptions(block_size=_BLOCK), parsing)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
