"""Dataframes in memory, of pandas, polars, Arrow and whatever else narwhals takes, as columns."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from modeltree.findings import Finding, MissingExtraError, Position, SourceError, shown
from modeltree.formats.tables.columns import Column, Stored, Table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["arrow_column", "distinct", "table_of_frame", "table_of_rows", "values_of"]


def table_of_frame(frame: Any) -> Table:
    """A dataframe by its columns; a lazy one is computed.

    There is no file: the number of the row, from 1, stands for the line.

    Raises
    ------
    TypeError
        When it is no dataframe.
    SourceError
        When two of its columns have one name.
    MissingExtraError
        When narwhals is not installed.

    Examples
    --------
    >>> import pandas
    >>> table = table_of_frame(pandas.DataFrame({"id": ["a", "b"], "released": [2023, None]}))
    >>> table.take(["id"]), str(table.place(1, "id"))
    ({'id': ['a', 'b']}, '<DataFrame>:2')
    """
    narwhals = _narwhals()
    path = Path(f"<{type(frame).__name__}>")
    try:
        known = narwhals.from_native(frame)
    except TypeError:
        raise TypeError(f"a path, a dataframe or a list of dictionaries is needed, not {shown(frame)}") from None
    except narwhals.exceptions.DuplicateError as error:
        message = " ".join(str(error).split())
        raise SourceError([Finding("duplicate-key", message, "rename one", position=Position(path))]) from None
    if isinstance(known, narwhals.LazyFrame):
        known = known.collect()
    columns = {str(name): name for name in known.columns}
    distinct(map(str, known.columns), path)

    def take(names: Sequence[str]) -> dict[str, Column]:
        return {name: _listed(known.get_column(columns[name])) for name in names}

    def place(row: int | None, column: str | None) -> Position:
        return Position(path, 0 if row is None else row + 1)

    def arrow(names: Sequence[str]) -> dict[str, Stored]:
        return {name: _arrow_of(known.get_column(columns[name])) for name in names}

    return Table(path, tuple(columns), take, place, arrow=arrow)


def table_of_rows(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Dictionaries as a table with a column for each key; what a row lacks is None.

    Raises
    ------
    TypeError
        When a row is no dictionary.

    Examples
    --------
    >>> table_of_rows([{"id": "a"}, {"id": "b", "parent": "a"}]).take(["parent"])
    {'parent': [None, 'a']}
    """
    for index, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise TypeError(f"a list of dictionaries is needed; item {index} is {shown(row)}")
    path = Path("<list>")
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    columns: dict[str, Column] = {name: [row.get(name) for row in rows] for name in names}

    def place(row: int | None, column: str | None) -> Position:
        return Position(path, 0 if row is None else row + 1)

    return Table(path, names, lambda wanted: {name: columns[name] for name in wanted}, place)


def distinct(names: Iterable[str], path: Path) -> None:
    """Refuse names of columns of which one stands twice.

    Raises
    ------
    SourceError
        With a finding for each.
    """
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        hint = "rename one"
        raise SourceError(
            [
                Finding("duplicate-key", f"two columns are called {shown(name)}", hint, position=Position(path))
                for name in twice
            ]
        )


def _narwhals() -> ModuleType:
    try:
        import narwhals
    except ImportError:
        message = 'dataframes are read through narwhals: pip install "modeltree-lineage[tables]"'
        raise MissingExtraError(message) from None
    return narwhals


def _listed(series: Any) -> Column:
    """The values of a column."""
    if series.implementation.is_pyarrow():
        return arrow_column(series.to_native())
    return list(series.to_list())


def _arrow_of(series: Any) -> Stored:
    """The values of a column, as an array of Arrow where it has one."""
    if series.implementation.is_pyarrow():
        return series.to_native()
    if series.implementation.is_polars() and "pyarrow" in sys.modules:
        import pyarrow as pa

        return pa.chunked_array([series.to_arrow()])
    if series.implementation.is_pandas() and "pyarrow" in sys.modules:
        found = _arrow_of_pandas(series.to_native())
        if found is not None:
            return found
    return _listed(series)


def _arrow_of_pandas(series: Any) -> Stored | None:
    """A column of pandas as an array of Arrow if it has texts, lists of texts or days and nothing else."""
    import pyarrow as pa

    kind = str(series.dtype)
    if kind == "object":
        if not {type(value).__name__ for value in series} <= {"str", "NoneType", "list", "ndarray"}:
            return None
    elif kind not in ("str", "string", "datetime64[ns]", "datetime64[us]", "datetime64[ms]", "datetime64[s]"):
        return None
    try:
        array = pa.array(series, from_pandas=True)
    except (pa.ArrowException, UnicodeError, ValueError):
        return None
    chunks = array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
    inner = chunks.type.value_type if pa.types.is_list(chunks.type) else chunks.type
    is_text = pa.types.is_string(inner) or pa.types.is_large_string(inner)
    return chunks if is_text or pa.types.is_timestamp(chunks.type) else None


def arrow_column(column: pa.ChunkedArray[Any]) -> Column:
    """The values of a column of Arrow.

    A text that stands in many rows by its number in a dictionary is one object here too: a small file cannot become
    a large list of texts. Times are days, since no date of a model is finer.
    """
    return [value for chunk in column.chunks for value in values_of(chunk)]


def values_of(array: Any) -> Column:
    """The values of an array of Arrow that is no longer in chunks; see `arrow_column`."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if isinstance(array, pa.ExtensionArray):
        return values_of(array.storage)
    if pa.types.is_dictionary(kind):
        words = values_of(array.dictionary)
        return [None if number is None else words[number] for number in array.indices.to_pylist()]
    if pa.types.is_run_end_encoded(kind):
        return values_of(pc.run_end_decode(array))
    if pa.types.is_timestamp(kind):
        return list(array.cast(pa.date32(), safe=False).to_pylist())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _lists(values_of(array.flatten()), pc.list_value_length(array).to_pylist())
    if pa.types.is_struct(kind):
        parts = [values_of(part) for part in array.flatten()]
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
