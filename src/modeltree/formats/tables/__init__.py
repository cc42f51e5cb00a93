"""Tables of models and derivations: CSV, TSV, JSON lines, Parquet, lists of records, workbooks, dataframes in memory.

Tables of three shapes are read; their columns tell which:

- a table of models, with a column ``id`` (or ``name``), and beside it a table of derivations, as `read_table` finds
  it in ``models.edges.csv`` beside ``models.csv``;
- a table of derivations alone, with columns ``parent`` and ``child``: what it names are the models;
- a table of models with a column ``parents``, a list, or a text with separators; or with a column ``parent``, in which
  a model stands once for each of its parents.

CSV and Parquet are written as two tables, since a cell of CSV cannot hold a derivation with its note and references;
CSV has a third one for organizations of which more is known than an id. JSON lines are written as one file: each line
is a model as in a catalogue, with what it was ``derived_from``.

Rows of the Hugging Face Hub name parents in ``cardData``, ``baseModels`` and ``tags``.

The modules: `requests` (tables, their columns and the options), `text_files`, `parquet`, `record_lists` and `frames`
(where tables come from), `hub_tables` (rows of the Hub), `table_columns` (their values), `model_names` (names to
numbers), `screening` and `table_arrays` (which rows are plain), `odd_rows` (the others, one by one), `assembly` (both
as one lineage), `writing`.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from modeltree._util import collector_paused
from modeltree._util.arguments import checked
from modeltree._util.files import expanded, refuse_pipe
from modeltree._util.progress import Progress, no_progress
from modeltree._util.text import enumerated
from modeltree.findings import Position, UnknownFormatError, shown
from modeltree.formats.repair.claims import Claims, Reading
from modeltree.formats.repair.policy import Policy
from modeltree.formats.tables.assembly import assemble
from modeltree.formats.tables.frames import table_of_frame, table_of_rows
from modeltree.formats.tables.hub_tables import hub_tables
from modeltree.formats.tables.parquet import read_parquet_table
from modeltree.formats.tables.record_lists import read_excel_tables, read_record_tables
from modeltree.formats.tables.requests import (
    ReadOptions,
    SourceTable,
    TableSet,
    checked_columns,
    field_table,
    joined,
    lists_models,
    refuse_mixed,
    shape_of,
    shapeless,
    with_unread_told,
)
from modeltree.formats.tables.table_arrays import arrays_of
from modeltree.formats.tables.table_columns import SEPARATOR
from modeltree.formats.tables.text_files import read_csv_table, read_jsonl_table
from modeltree.formats.tables.writing import beside, jsonl_text, write_csv, write_jsonl, write_parquet
from modeltree.records import Relation, one_of

__all__ = ["SUFFIXES", "jsonl_text", "read_table", "write_csv", "write_jsonl", "write_parquet"]

_READERS: Mapping[str, Callable[[Path], SourceTable | list[SourceTable]]] = {
    "csv": read_csv_table,
    "jsonl": read_jsonl_table,
    "parquet": read_parquet_table,
    "records": read_record_tables,
    "excel": read_excel_tables,
}
_FORMATS = {
    ".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".xlsx": "excel",
    ".xlsm": "excel", ".json": "records", ".yaml": "records", ".yml": "records", ".toml": "records",
}  # fmt: skip

SUFFIXES = tuple(_FORMATS)
"""How files end that are read as tables."""


@checked
def read_table(
    source: Any,
    edges: Any = None,
    *,
    columns: Mapping[str, str] | None = None,
    relation: str | None = None,
    separator: str = SEPARATOR,
    format: str | None = None,
    policy: Policy | None = None,
    aliases: Mapping[str, str] | None = None,
    notes: bool = True,
    progress: Progress | None = None,
) -> Reading:
    """Read a table of models, of derivations, or both.

    A table of models has a column ``id``, or ``name`` where there are no ids, and one for each field of `Model` that
    it knows: ``link_paper`` and the like for links, ``license_spdx`` for the identifier of the license. A table of
    derivations has ``parent``, ``child``, ``relation``, ``references`` and ``note``. One table can have both: a column
    ``parents`` (of ids, or of records with ``parent`` and ``relation``) or ``parent`` beside ``id``; ``relation`` is
    then for all parents of the row, or a list with one word for each.

    Columns go by these names, or by some well-known others, as ``modelId``, ``base_model``, ``createdAt``, ``licence``.
    Each that is taken for a field by such a name, and each that nothing is read from, is a finding. Where a table has
    both ``license`` and ``licence``, the second fills the gaps of the first; a row in which they differ is a finding.
    Empty cells, NaN and NaT are unknown values. A list is a list, one in JSON or as Python writes it, or a text with
    separators.

    Parameters
    ----------
    source : path-like, dataframe or list of dict
        A file that ends in ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson``, ``.parquet``, ``.xlsx`` or ``.xlsm``, or one in
        ``.json``, ``.yaml``, ``.yml`` or ``.toml`` with a list of records by itself or under any key; a table of
        pandas, polars, Arrow, or another one that narwhals knows; or a list of dictionaries, of which those that lack a
        key have None. Where positions have a line, that is the number of the row for Parquet, dataframes and lists.
    edges : path-like, dataframe or list of dict, optional
        The derivations, if `source` has the models. Of a file ``x.csv``, the default is ``x.edges.csv`` in the same
        folder, if there is one; and ``x.organizations.csv`` has the organizations.
    columns : mapping of str to str, optional
        For names of columns, the fields that they stand for: ``{"base": "parent"}``.
    relation : str, optional
        The relation of derivations for which the table has none; by default it is unknown.
    separator : str
        What stands between the items of a list that is written as one text.
    format : {"csv", "jsonl", "parquet", "records", "excel"}, optional
        What a file is, where its ending does not tell.
    policy : Policy, optional
        What is done about what is wrong.
    aliases : mapping of str to str, optional
        For names as the table has them, the name or id of the model that is meant.
    notes : bool
        Whether to look for missing licenses, dates and relations, and for models that may be the same. With millions
        of models that takes longer than reading.
    progress : callable, optional
        Called with what is being done, how much of it is done, and of how much, if that is known:
        ``"check", 0, 2000000``. An exception that it raises ends the reading.

    Returns
    -------
    Reading
        The lineage and the findings.

    Raises
    ------
    SourceError
        When it is no table of these shapes, or the policy refuses something.
    ValueError
        When `columns` names a column or field that there is not, or `relation` is none.
    UnknownFormatError
        When a path ends in something else.
    OSError
        When there is no such file, or it cannot be read.
    MissingExtraError
        When what reads Parquet, workbooks or dataframes is not installed.

    Examples
    --------
    >>> import pandas
    >>> table = pandas.DataFrame({"model": ["llama", "vicuna"], "base": [None, "llama"], "how": [None, "finetune"]})
    >>> lineage, findings = read_table(table, columns={"base": "parent", "how": "relation"})
    >>> lineage.derivations
    (Derivation(parent='llama', child='vicuna', relation=<Relation.FINETUNE: 'finetune'>),)
    >>> print(findings[0])
    <DataFrame>: column 'model' is taken for 'id'; columns={'model': 'id'} says so
    """
    word = None if relation is None else one_of(Relation, relation)
    if not separator:
        raise ValueError("separator is empty; it is what stands between the items of a list, as '; '")
    if format is not None and format not in _READERS:
        raise ValueError(f"{shown(format)} is no format of tables; there is {', '.join(_READERS)}")
    columns, claims = columns or {}, Claims()
    tables, given = _opened(source, format), [] if edges is None else _opened(edges, None)
    columns = checked_columns(columns, [name for table in (*tables, *given) for name in table.names])
    main, more = _chosen(tables, given, columns, claims)
    if more is None and not _path_beside(source, "edges"):
        main, more = hub_tables(main, columns) or (main, None)
    options = ReadOptions(columns, word, separator, policy or Policy(), aliases or {}, notes, progress or no_progress)
    first = field_table(main, options)
    if first.shape == "edges":
        if more is not None:
            raise shapeless(main, "the first table has derivations; a table of models goes first")
        return _reading(TableSet(None, first, None, ()), options)
    if first.shape != "nodes":
        raise shapeless(main, "the table has no column that says what a row is", main.findings)
    beside = _beside(source, "edges", claims) if more is None else None
    more = more or beside
    second = None if more is None else field_table(more, options)
    if beside is not None and second is not None and second.shape != "edges":
        message = f"{beside.path.name} is no table of derivations: it has no parent and child"
        claims.report("ignored", message, where=Position(beside.path), done="it is not read")
        second = None
    elif beside is not None:
        refuse_mixed(main, beside)
    elif more is not None and second is not None and second.shape != "edges":
        raise shapeless(more, "a table of derivations has parent and child", more.findings)
    first = with_unread_told(first, second)
    organizations = _beside(source, "organizations", claims)
    if organizations is not None and main.save is None:
        refuse_mixed(main, organizations)
    return _reading(TableSet(first, second, organizations, tuple(claims.findings)), options)


def _opened(source: Any, format: str | None) -> list[SourceTable]:
    """The tables of a source; a file may have several lists or sheets."""
    if isinstance(source, (list, tuple)):
        return [table_of_rows(source)]
    if not isinstance(source, (str, os.PathLike)):
        return [table_of_frame(source)]
    path = expanded(source)
    refuse_pipe(path)
    reader = _READERS.get(format or _FORMATS.get(path.suffix.lower(), ""))
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if reader is None:
        raise UnknownFormatError(path, SUFFIXES)
    found = reader(path)
    return found if isinstance(found, list) else [found]


def _chosen(
    tables: list[SourceTable], given: list[SourceTable], columns: Mapping[str, str], claims: Claims
) -> tuple[SourceTable, SourceTable | None]:
    """The tables of models as one, or else of derivations, and the derivations beside them; others are not read."""

    def of_shape(shape: str, among: Sequence[SourceTable]) -> list[SourceTable]:
        return [table for table in among if shape_of(table.names, columns) == shape]

    nodes, edges = of_shape("nodes", tables), of_shape("edges", tables)
    main = [table for table in nodes if lists_models(table, columns)] or nodes[:1] or edges or tables[:1]
    more = of_shape("edges", given) or given[:1] or (edges if nodes else [])
    for table in (*tables, *given):
        if not any(table is other for other in (*main, *more)):
            message = f"a list of records with {', '.join(map(shown, table.names[:5]))} is not read"
            claims.report("ignored", message, where=table.position(None, None))
    for several in (main, more):
        if len(several) > 1:
            message = f"{len(several)} lists are read as one: {enumerated([shown(table.title) for table in several])}"
            claims.report("read-as", message, where=several[0].position(None, None))
    return joined(main, columns), joined(more, columns) if more else None


def _path_beside(source: Any, part: str) -> Path | None:
    """The path of the other table of a pair of files, if there is one."""
    if not isinstance(source, (str, os.PathLike)):
        return None
    path = beside(expanded(source), part)
    return path if path.is_file() else None


def _beside(source: Any, part: str, claims: Claims) -> SourceTable | None:
    """The other table of a pair of files, if there is one; it must not lead out of the folder."""
    path = _path_beside(source, part)
    if path is None:
        return None
    folders = {expanded(source).resolve().parent, path.parent.resolve()}
    if path.resolve().parent not in folders:
        message = f"{path.name} is a link that leads out of the folder"
        claims.report("ignored", message, where=Position(path), done="it is not read")
        return None
    return _opened(path, None)[0]


def _reading(tables: TableSet, options: ReadOptions) -> Reading:
    """The lineage of some tables, and everything found."""
    # Plain rows, of which nothing is to be reported, stay columns; the others become claims, with every plain row that
    # may matter to them. So all rules on faults stand in one place, and cost where there are some.
    count = sum(table.count for table in (tables.nodes, tables.edges) if table)
    options.progress("read", count, count)
    with collector_paused():
        return assemble(arrays_of(tables, options), options)
