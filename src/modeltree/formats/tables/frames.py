"""Dataframes in memory, of pandas, polars, Arrow and whatever else narwhals takes, as columns."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from modeltree.findings import Position, SourceError, optional, shown
from modeltree.formats.repair.claims import Claims
from modeltree.formats.tables.requests import SourceTable, numbered, one_by_one, table_of_records
from modeltree.formats.tables.table_columns import Stored, is_text, without_views


def table_of_frame(frame: Any) -> SourceTable:
    """A dataframe by its columns; a lazy one is computed. The number of a row, from 1, stands for the line."""
    narwhals = optional("narwhals", "dataframes are read through narwhals", "tables")
    path = Path(f"<{type(frame).__name__}>")
    try:
        known = narwhals.from_native(frame)
    except TypeError:
        raise TypeError(f"a path, a dataframe or a list of dictionaries is needed, not {shown(frame)}") from None
    except narwhals.exceptions.DuplicateError as error:
        message = " ".join(str(error).split())
        raise SourceError.of("duplicate-key", message, "rename one", position=Position(path)) from None
    if isinstance(known, narwhals.LazyFrame):
        known = known.collect()
    columns = {str(name): name for name in known.columns}
    check_distinct(map(str, known.columns), path)
    take = one_by_one(lambda name: _stored(known.get_column(columns[name])))
    return SourceTable(path, tuple(columns), take, numbered(path))


def table_of_rows(rows: Sequence[Mapping[str, Any]]) -> SourceTable:
    """Dictionaries as a table with a column for each key; what a row lacks is None."""
    for index, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise TypeError(f"a list of dictionaries is needed; item {index} is {shown(row)}")
    path = Path("<list>")
    return table_of_records(path, rows, numbered(path))


def check_distinct(names: Iterable[str], path: Path) -> None:
    """Refuse names of columns of which one stands twice."""
    claims = Claims()
    for name, count in Counter(names).items():
        if count > 1:
            message = f"two columns are called {shown(name)}"
            claims.report("duplicate-key", message, "rename one", where=Position(path))
    if claims.findings:
        raise SourceError(claims.findings)


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
