"""Columns as tables have them, lists or arrays of Arrow: their values as fields take them, each distinct value, parts.

Everything here works on whole columns and never on rows, so that a large table costs little.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy
from numpy.typing import NDArray

from modeltree.formats.parsing.jsontree import parse_json
from modeltree.records import LIST_FIELDS, Links
from modeltree.values.fields import known_value, plain_value
from modeltree.values.hub_words import license_named
from modeltree.values.words import is_missing

if TYPE_CHECKING:
    import pyarrow as pa

Column = list[Any]

Stored = Any
"""A column as its table has it: a list, or an array of Arrow in chunks."""

LINKS = tuple(f"link_{kind}" for kind in Links.model_fields)
"""The fields that stand for one link each."""

SEPARATOR = "; "
"""What stands between the items of a list."""

_ESCAPE = r"\\(?:[\\'\"nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U000[0-9a-f]{5})"
_ITEM = rf"(?:'(?:[^'\\\n]|{_ESCAPE})*+'|\"(?:[^\"\\\n]|{_ESCAPE})*+\"|[1-9][0-9]{{0,18}}+)"
_PYTHON = re.compile(rf"\[(?:{_ITEM}(?:, {_ITEM})*+)?\]")
_LONGEST = 100_000
_LISTS = LIST_FIELDS | {"parents", "parent", "relation"}
_IDS = frozenset({"id", "child", "parent", "parents", "relation"})  # a model may be called "-"
_TEXTS = frozenset({"id", "name", "child"})


def join_texts(items: Sequence[str]) -> str:
    """One text for several; as a JSON list where joining them could not be undone."""
    joined = SEPARATOR.join(items)
    return joined if split_texts(joined) == list(items) else json.dumps(list(items), ensure_ascii=False)


def split_texts(joined: str, separator: str = SEPARATOR) -> list[Any]:
    """The items of a text: of a list in JSON or as Python writes it, or what the separators stand between."""
    joined = joined.strip()
    if joined.startswith("[") and joined.endswith("]"):
        items = _listed_items(joined)
        if items is not None:
            return items
    return [item for item in map(str.strip, joined.split(separator)) if item]


def _listed_items(text: str) -> list[Any] | None:
    """The items of a list that a program wrote down, or None where it is none."""
    tree = parse_json(text.encode("utf-8", "replace"), Path())
    if tree.whole and not tree.problems and isinstance(tree.data, list):
        return tree.data
    written_by_python = len(text) <= _LONGEST and _PYTHON.fullmatch(text)
    return list(ast.literal_eval(text)) if written_by_python else None


def field_values(taken: Mapping[str, Column], separator: str, *, whole: Collection[str] = ()) -> dict[str, Column]:
    """Columns by their fields, with values as the fields take them; what is unknown throughout is left out."""
    found: dict[str, Column] = {}
    for name, values in taken.items():
        column = [plain_value(value) for value in values] if name in _IDS else plain_column(values)
        if name in _LISTS:
            column = [_as_list(value, None if name in whole else separator) for value in column]
        elif name in _TEXTS:
            column = [str(value) if type(value) is int else value for value in column]
        if any(value is not None for value in column) or name in ("id", "name", "parent", "child"):
            found[name] = column
    _join_licenses(found, has_spdx="license_spdx" in taken)
    _join_links(found)
    return found


def _as_list(value: Any, separator: str | None) -> list[Any] | None:
    if isinstance(value, str) and separator is not None:
        value = split_texts(value, separator)
    elif value is not None and not isinstance(value, list):
        value = [value]
    return [item for item in value if item is not None] or None if value else None


def _join_licenses(found: dict[str, Column], *, has_spdx: bool) -> None:
    """Names and identifiers of licenses as one column; a license without a name goes by its identifier."""
    spdx = found.pop("license_spdx", None)
    if spdx is None:
        if "license" in found and not has_spdx:
            found["license"] = [license_named(name) if isinstance(name, str) else name for name in found["license"]]
        return
    names = found.get("license") or [None] * len(spdx)
    found["license"] = [
        {"name": name or code, "spdx": code} if code is not None and not isinstance(name, dict) else name
        for name, code in zip(names, spdx, strict=True)
    ]


def _join_links(found: dict[str, Column]) -> None:
    """The columns of links as one of mappings."""
    parts = {name.removeprefix("link_"): found.pop(name) for name in LINKS if name in found}
    if not parts:
        return
    rows = zip(*parts.values(), strict=True)
    joined: Column = [
        {kind: address for kind, address in zip(parts, row, strict=True) if address is not None} or None for row in rows
    ]
    nested = found.get("links")
    if nested is not None:
        joined = [
            (inner | (outer or {}) if isinstance(inner, dict) else outer)
            for inner, outer in zip(nested, joined, strict=True)
        ]
    found["links"] = joined


def plain_column(values: Column) -> Column:
    """Values as Python and JSON have them: what stands for "not known" is None, texts are stripped, days are dates."""
    if set(map(type, values)) <= {str, type(None)}:
        return [None if not value or is_missing(value) else value.strip() for value in values]
    return [known_value(value) for value in values]


# Arrays of Arrow, and distinct values


@dataclass(frozen=True)
class Coded:
    """A column by its distinct values."""

    codes: NDArray[numpy.int32]  # for each row the index of its value, -1 where there is none
    words: Column  # the values; some may be equal

    def __len__(self) -> int:
        return len(self.codes)


def objects(values: Sequence[Any]) -> NDArray[Any]:
    """Values as an array, lists among them."""
    found = numpy.empty(len(values), dtype=object)
    for index, value in enumerate(values):
        found[index] = value
    return found


def arrow_column(column: pa.ChunkedArray[Any]) -> Column:
    """The values of a column of Arrow.

    A text that stands in many rows by its number in a dictionary is one object here too: a small file cannot become
    a large list of texts. Times are days, since no date of a model is finer.
    """
    return [value for chunk in column.chunks for value in _values_of(chunk)]


def _values_of(array: Any) -> Column:
    """The values of an array of Arrow; see `arrow_column`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if isinstance(array, pa.ExtensionArray):
        return _values_of(array.storage)
    if pa.types.is_dictionary(kind):
        words = _values_of(array.dictionary)
        return [None if number is None else words[number] for number in array.indices.to_pylist()]
    if pa.types.is_run_end_encoded(kind):
        return _values_of(pc.run_end_decode(array))
    if pa.types.is_timestamp(kind):
        return list(array.cast(pa.date32(), safe=False).to_pylist())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _lists(_values_of(array.flatten()), pc.list_value_length(array).to_pylist())
    if pa.types.is_struct(kind):
        parts = [_values_of(part) for part in array.flatten()]
        names = [field.name for field in kind]
        rows = zip(*parts, strict=True) if parts else ((),) * len(array)
        there = array.is_valid().to_pylist()
        return [dict(zip(names, row, strict=True)) if valid else None for row, valid in zip(rows, there, strict=True)]
    return list(array.to_pylist())


def _lists(items: Column, lengths: Sequence[int | None]) -> Column:
    """Items as one list for each length, and None where there is no length."""
    start = 0
    found: Column = []
    for length in lengths:
        found.append(None if length is None else items[start : start + length])
        start += length or 0
    return found


def part_of(column: Stored, rows: Sequence[int] | None = None) -> Column:
    """The values of all rows of a column, or of some in ascending order."""
    if isinstance(column, list):
        return column if rows is None else [column[row] for row in rows]
    if isinstance(column, Coded):
        codes = column.codes if rows is None else column.codes[rows]
        return [None if code < 0 else column.words[code] for code in codes.tolist()]
    if rows is None:
        return arrow_column(column)
    chosen = numpy.asarray(rows, dtype=numpy.int64)
    found: Column = []
    start = 0
    for chunk in column.chunks:
        here = chosen[numpy.searchsorted(chosen, start) : numpy.searchsorted(chosen, start + len(chunk))] - start
        if len(here):
            found += _values_of(_small(chunk.take(_arrow(here))))
        start += len(chunk)
    return found


def first_items(column: Stored, most: int) -> tuple[Stored, int | None]:
    """A column whose lists end after so many items, and the first row that had more; None where there is none."""
    if isinstance(column, list):
        long = next((row for row, value in enumerate(column) if type(value) is list and len(value) > most), None)
        if long is None:
            return column, None
        return [value[:most] if type(value) is list else value for value in column], long
    if isinstance(column, Coded):
        return column, None
    import pyarrow as pa
    import pyarrow.compute as pc

    if not (pa.types.is_list(column.type) or pa.types.is_large_list(column.type)):
        return column, None
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy()
    if not len(lengths) or lengths.max() <= most:
        return column, None
    return pc.list_slice(column, 0, most), int(numpy.argmax(lengths > most))


def in_chunks(columns: Sequence[Any]) -> Any:
    """Columns of Arrow, one below the other, as one."""
    import pyarrow as pa

    return pa.chunked_array([chunk for column in columns for chunk in column.chunks], columns[0].type)


def without_views(column: pa.ChunkedArray[Any]) -> Stored:
    """A column as it is, or, where it has views of texts or lists, which Arrow takes no rows of, in another form."""
    import pyarrow as pa

    if pa.types.is_string_view(column.type):
        return column.cast(pa.large_string())
    return arrow_column(column) if "view" in str(column.type) else column


def text_length(column: Any) -> int:
    """How many bytes the texts of a column of Arrow have, those in a dictionary as often as they stand."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def length(array: Any) -> int:
        if pa.types.is_dictionary(array.type) and is_text(array.type.value_type):
            lengths = pc.binary_length(array.dictionary).to_numpy(zero_copy_only=False).astype(numpy.int64)
            counts = numpy.bincount(indices_of(array.indices) + 1, minlength=len(lengths) + 1)[1:]
            return int(counts @ lengths)
        if not is_text(array.type) or not len(array):
            return 0
        wide = numpy.int64 if pa.types.is_large_string(array.type) else numpy.int32
        ends = numpy.frombuffer(array.buffers()[1], wide)[array.offset : array.offset + len(array) + 1]
        return int(ends[-1]) - int(ends[0])

    return sum(length(chunk) for chunk in column.chunks)


def with_more(column: Stored, more: list[Any]) -> Stored:
    """A column with some more values at its end; an array that cannot take them becomes a list."""
    if isinstance(column, list):
        return [*column, *more]
    if isinstance(column, Coded):
        codes = len(column.words) + numpy.arange(len(more), dtype=numpy.int32)
        return Coded(numpy.concatenate([column.codes, codes]), [*column.words, *more])
    import pyarrow as pa

    try:
        return pa.chunked_array([*column.chunks, pa.array(more, column.type)], column.type)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return [*part_of(column), *more]


def coded(column: Stored) -> Coded:
    """A column by its distinct values; times are days."""
    if isinstance(column, Coded):
        return column
    if isinstance(column, list):
        return _coded_values(column)
    parts = [coded_array(chunk) for chunk in column.chunks]
    if len(parts) == 1:
        return parts[0]
    words: Column = []
    known: dict[Hashable, int] = {}
    codes = [numpy.empty(0, dtype=numpy.int32)]
    for part in parts:
        indices = numpy.empty(len(part.words) + 1, dtype=numpy.int32)
        indices[-1] = -1
        for index, word in enumerate(part.words):
            number = indices[index] = known.setdefault(_key(word), len(known))
            if number == len(words):
                words.append(word)
        codes.append(indices[part.codes])
    return Coded(numpy.concatenate(codes), words)


def _coded_values(values: Iterable[Any]) -> Coded:
    """Values of Python by what is distinct among them."""
    known: dict[Hashable, int] = {}
    words: Column = []
    codes: list[int] = []
    for value in values:
        if value is None:
            codes.append(-1)
            continue
        number = known.setdefault(value if type(value) is str else _key(value), len(known))
        if number == len(words):
            words.append(value)
        codes.append(number)
    return Coded(numpy.array(codes, dtype=numpy.int32), words)


def _key(value: Any) -> Hashable:
    """What only equal values of one type share; some that are equal may have two."""
    if type(value) is str:
        return value
    if isinstance(value, (list, tuple)):
        return (type(value), *map(_key, value))
    if isinstance(value, dict):
        return (dict, *((key, _key(item)) for key, item in value.items()))
    try:
        hash(value)
    except TypeError:
        return (type(value), id(value))
    # A zero may have a sign: texts of values tell them apart.
    return (type(value), value, str(value)) if isinstance(value, float) else (type(value), value)


def coded_array(array: Any) -> Coded:
    """An array of Arrow by its distinct values; times are days."""
    import pyarrow as pa

    kind = array.type
    if isinstance(array, pa.ExtensionArray):
        return coded_array(array.storage)
    if pa.types.is_null(kind):
        return Coded(numpy.full(len(array), -1, dtype=numpy.int32), [])
    if pa.types.is_dictionary(kind):
        words = _values_of(array.dictionary)
        codes = indices_of(array.indices)
        if None in words:
            codes = numpy.where(numpy.array([word is None for word in words] + [False])[codes], -1, codes)
        return Coded(codes, words)
    if pa.types.is_timestamp(kind):
        array = array.cast(pa.date32(), safe=False)
        kind = array.type
    plain = (pa.types.is_date32, pa.types.is_integer, pa.types.is_boolean, pa.types.is_float32, pa.types.is_float64)
    if is_text(kind) or any(is_of(kind) for is_of in plain):
        encoded = array.dictionary_encode()
        return Coded(indices_of(encoded.indices), _values_of(encoded.dictionary))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _coded_lists(array)
    return _coded_values(_values_of(array))


def _coded_lists(array: Any) -> Coded:
    """Lists by what is distinct among them; most have an item or none, which needs no look at each."""
    items = coded_array(array.flatten())
    starts, lengths = bounds_of(array)
    words: Column = [[], [None], *([word] for word in items.words)]
    codes = numpy.where(lengths < 0, -1, 0).astype(numpy.int32)
    single = lengths == 1
    codes[single] = items.codes[starts[single]] + 2
    codes[single & (codes == 1)] = 1
    known: dict[tuple[int, ...], int] = {}
    for row in numpy.flatnonzero(lengths > 1).tolist():
        numbers = tuple(items.codes[starts[row] : starts[row] + lengths[row]].tolist())
        code = known.setdefault(numbers, len(words))
        if code == len(words):
            words.append([None if number < 0 else items.words[number] for number in numbers])
        codes[row] = code
    return Coded(codes, words)


def bounds_of(array: Any) -> tuple[NDArray[numpy.int64], NDArray[numpy.int64]]:
    """Where the items of each list begin in the flattened array, and how many they are; -1 for no list."""
    import pyarrow.compute as pc

    lengths = pc.fill_null(pc.list_value_length(array), -1).to_numpy(zero_copy_only=False).astype(numpy.int64)
    ends = numpy.cumsum(numpy.maximum(lengths, 0))
    return ends - numpy.maximum(lengths, 0), lengths


def days_only(column: Stored) -> Stored:
    """A column whose texts that are time stamps are the days of these: their distinct values are few."""
    if isinstance(column, list | Coded):
        return column
    import pyarrow as pa
    import pyarrow.compute as pc

    def days(array: Any) -> Any:
        if pa.types.is_dictionary(array.type) and is_text(array.type.value_type):
            return pa.DictionaryArray.from_arrays(array.indices, days(array.dictionary))
        if not is_text(array.type):
            return array
        stamps = pc.match_substring_regex(array, _STAMP)
        return pc.if_else(pc.fill_null(stamps, False), pc.utf8_slice_codeunits(array, 0, 10), array)

    return pa.chunked_array([days(chunk) for chunk in column.chunks], type=None) if column.num_chunks else column


# The plain among those that `modeltree.values.quantities.day_of` knows.
_STAMP = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$"


def _small(array: Any) -> Any:
    """An array with no more in its dictionary than what it needs."""
    import pyarrow as pa

    if not pa.types.is_dictionary(array.type):
        return array
    kept, codes = numpy.unique(indices_of(array.indices), return_inverse=True)
    words = array.dictionary.take(_arrow(kept[kept >= 0]))
    codes = codes.reshape(-1) - int((kept < 0).any())
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int64(), mask=codes < 0), words)


def indices_of(indices: Any) -> NDArray[numpy.int32]:
    """The indices in an array of Arrow, -1 where there is none."""
    filled = indices.fill_null(-1) if indices.null_count else indices
    return numpy.asarray(filled.to_numpy(zero_copy_only=False)).astype(numpy.int32)


def _arrow(numbers: NDArray[Any]) -> Any:
    import pyarrow as pa

    return pa.array(numbers)


def is_text(kind: Any) -> bool:
    """Whether an array of Arrow of this type has texts."""
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


# Texts of which there are millions


def trimmed(column: Stored) -> Any | None:
    """The texts of a column without space at their ends, as one array; None where it has something else."""
    if isinstance(column, list | Coded) or not is_text(column.type):
        return None
    import pyarrow as pa
    import pyarrow.compute as pc

    chunks = [pc.utf8_trim_whitespace(chunk.cast(pa.large_string())) for chunk in column.chunks]
    texts = pa.concat_arrays(chunks) if chunks else pa.array([], pa.large_string())
    return pc.if_else(pc.equal(pc.binary_length(texts), 0), None, texts)


def unusual_rows(texts: Any, usual: range, longest: int) -> NDArray[numpy.int64]:
    """The rows of an array of long texts with any but the usual bytes, or more than so many."""
    ends, data = text_bytes(texts)
    strange = numpy.flatnonzero(data - numpy.uint8(usual.start) >= numpy.uint8(len(usual))) + ends[0]
    rows = numpy.unique(numpy.searchsorted(ends, strange, side="right") - 1)
    return numpy.union1d(rows, numpy.flatnonzero(numpy.diff(ends) > longest))


def text_bytes(texts: Any) -> tuple[NDArray[numpy.int64], NDArray[numpy.uint8]]:
    """Where each text of an array of long texts ends in its bytes, with the beginning of all before, and the bytes."""
    ends = numpy.zeros(1, numpy.int64)
    if len(texts):
        ends = numpy.frombuffer(texts.buffers()[1], numpy.int64, len(texts) + 1, texts.offset * 8)
    return ends, numpy.frombuffer(texts.buffers()[2] or b"", numpy.uint8)[ends[0] : ends[-1]]


def replaced(texts: Any, rows: NDArray[Any], values: Column) -> Any:
    """An array of long texts with other texts in some rows, ascending."""
    import pyarrow as pa
    import pyarrow.compute as pc

    mask = numpy.zeros(len(texts), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), pa.array(values, pa.large_string()))


def rows_among(texts: Any, words: Iterable[str]) -> NDArray[numpy.int64]:
    """The rows of an array of long texts that have one of some words."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = [word for word in dict.fromkeys(words) if word.isascii() or not _HALVES.search(word)]
    if not wanted or not len(texts):
        return numpy.empty(0, numpy.int64)
    hits = pc.is_in(texts, value_set=pa.array(wanted, pa.large_string()))
    return numpy.flatnonzero(hits.to_numpy(zero_copy_only=False))


_HALVES = re.compile("[\ud800-\udfff]")
