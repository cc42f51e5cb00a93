"""Dataframes in memory, of pandas, polars, Arrow and whatever else narwhals takes, as columns."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from modeltree.findings import Finding, MissingExtraError, Position, SourceError, shown
from modeltree.formats.tables.arrow_columns import is_text, without_views
from modeltree.formats.tables.cells import Stored
from modeltree.formats.tables.requests import SourceTable

__all__ = ["check_distinct", "table_of_frame", "table_of_rows"]


def table_of_frame(frame: Any) -> SourceTable:
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
    >>> table.names, str(table.position(1, "id"))
    (('id', 'released'), '<DataFrame>:2')
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
    check_distinct(map(str, known.columns), path)

    def take(names: Sequence[str]) -> dict[str, Stored]:
        return {name: _stored(known.get_column(columns[name])) for name in names}

    def position(row: int | None, column: str | None) -> Position:
        return Position(path, 0 if row is None else row + 1)

    return SourceTable(path, tuple(columns), take, position)


def table_of_rows(rows: Sequence[Mapping[str, Any]]) -> SourceTable:
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
    columns: dict[str, Stored] = {name: [row.get(name) for row in rows] for name in names}

    def position(row: int | None, column: str | None) -> Position:
        return Position(path, 0 if row is None else row + 1)

    return SourceTable(path, names, lambda wanted: {name: columns[name] for name in wanted}, position)


def check_distinct(names: Iterable[str], path: Path) -> None:
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


def _stored(series: Any) -> Stored:
    """The values of a column, as an array of Arrow where it has one."""
    if series.implementation.is_pyarrow():
        return without_views(series.to_native())
    if series.implementation.is_polars() and "pyarrow" in sys.modules:
        import pyarrow as pa

        return without_views(pa.chunked_array([series.to_arrow()]))
    if series.implementation.is_pandas() and "pyarrow" in sys.modules:
        found = _arrow_of_pandas(series.to_native())
        if found is not None:
            return found
    return list(series.to_list())


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
    return chunks if is_text(inner) or pa.types.is_timestamp(chunks.type) else None
