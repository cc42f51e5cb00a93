"""Tables of models and derivations: CSV, TSV, JSON lines, Parquet, and dataframes in memory.

Three shapes are read, and told apart by their columns:

- a table of models, with a column ``id`` (or ``name``), and beside it a table of derivations, as `read_table` finds
  it in ``models.edges.csv`` beside ``models.csv``;
- a table of derivations alone, with columns ``parent`` and ``child``: what it names are the models;
- a table of models with a column ``parents``, a list, or a text with separators; or with a column ``parent``, in which
  a model stands once for each of its parents.

CSV and Parquet are written as two tables, since a cell of CSV holds no derivation with its note and references; CSV
has a third one for organizations of which more is known than an id. JSON lines are written as one file: each line is
a model as it stands in a catalogue, with what it was ``derived_from``.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modeltree._util.progress import Progress
from modeltree.findings import Position, UnknownFormatError
from modeltree.formats.repair.claims import Intake, Reading
from modeltree.formats.repair.policy import Policy
from modeltree.formats.tables.columns import Table, check_columns
from modeltree.formats.tables.files import read_csv_table, read_jsonl_table
from modeltree.formats.tables.frames import table_of_frame, table_of_rows
from modeltree.formats.tables.listtext import SEPARATOR
from modeltree.formats.tables.parquet import read_parquet_table
from modeltree.formats.tables.rows import Options, choose, shapeless
from modeltree.formats.tables.wide import Tables, reading_of
from modeltree.formats.tables.writing import beside, jsonl_text, write_csv, write_jsonl, write_parquet
from modeltree.records import Relation, one_of

__all__ = ["SUFFIXES", "jsonl_text", "read_table", "write_csv", "write_jsonl", "write_parquet"]

_READERS = {
    ".csv": read_csv_table,
    ".tsv": read_csv_table,
    ".jsonl": read_jsonl_table,
    ".ndjson": read_jsonl_table,
    ".parquet": read_parquet_table,
}

SUFFIXES = tuple(_READERS)
"""How files end that are read as tables."""


def read_table(
    source: Any,
    edges: Any = None,
    *,
    columns: Mapping[str, str] | None = None,
    relation: str | None = None,
    separator: str = SEPARATOR,
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

    Columns go by these names, or by some well-known others, as ``modelId``, ``base_model``, ``createdAt``, ``license``:
    each that is taken for a field by such a name, and each that nothing is read from, is a finding. Empty cells,
    NaN and NaT say nothing. A list is a list, one in JSON or as Python writes it, or a text with separators.

    Parameters
    ----------
    source : path-like, dataframe or list of dict
        A file that ends in ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson`` or ``.parquet``; a table of pandas, polars,
        Arrow, or another one that narwhals knows; or a list of dictionaries, of which those that lack a key have None.
        Where positions have a line, that is the number of the row for Parquet, dataframes and lists.
    edges : path-like, dataframe or list of dict, optional
        The derivations, if `source` has the models. Of a file ``x.csv``, the default is ``x.edges.csv`` in the same
        folder, if there is one; and ``x.organizations.csv`` has the organizations.
    columns : mapping of str to str, optional
        For names of columns, the fields that they stand for: ``{"base": "parent"}``.
    relation : str, optional
        How children were made from parents where the table does not say. The default is that nothing is known.
    separator : str
        What stands between the items of a list that is written as one text.
    policy : Policy, optional
        What is done about what is wrong.
    aliases : mapping of str to str, optional
        For names as the table has them, the name or id of the model that is meant.
    notes : bool
        Whether to look for what is not said of models and derivations, and for models that may be the same. Of
        millions that takes longer than reading.
    progress : callable, optional
        Is told what is being done, how much of it is done, and of how much, if that is known: ``"check", 0, 2000000``.
        What it raises ends the reading.

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
        When what reads Parquet or dataframes is not installed.

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
    main = _opened(source)
    more = None if edges is None else _opened(edges)
    check_columns(columns or {}, (*main.names, *(more.names if more else ())))
    options = Options(columns or {}, word, separator)
    first = choose(main, options)
    intake = Intake()
    if first.shape == "edges":
        if more is not None:
            raise shapeless(main, "the first table has derivations; a table of models goes first")
        return reading_of(Tables(None, first, None, ()), options, policy, aliases, notes=notes, progress=progress)
    if first.shape != "nodes":
        raise shapeless(main, "the table has no column that says what a row is", main.findings)
    if more is None:
        more = _beside(source, "edges", intake)
        if more is not None and choose(more, options).shape != "edges":
            message = f"{more.path.name} is no table of derivations: it has no parent and child"
            intake.report("ignored", message, where=Position(more.path), done="it is not read")
            more = None
    second = None if more is None else choose(more, options)
    if more is not None and (second is None or second.shape != "edges"):
        raise shapeless(more, "a table of derivations has parent and child", more.findings)
    organizations = _beside(source, "organizations", intake)
    tables = Tables(first, second, organizations, tuple(intake.findings))
    return reading_of(tables, options, policy, aliases, notes=notes, progress=progress)


def _opened(source: Any) -> Table:
    if isinstance(source, (list, tuple)):
        return table_of_rows(source)
    if not isinstance(source, (str, os.PathLike)):
        return table_of_frame(source)
    path = Path(source)
    reader = _READERS.get(path.suffix.lower())
    if reader is None and path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if reader is None:
        raise UnknownFormatError(path, SUFFIXES)
    return reader(path)


def _beside(source: Any, part: str, intake: Intake) -> Table | None:
    """The other table of a pair of files, if there is one; it must not lead out of the folder."""
    if not isinstance(source, (str, os.PathLike)):
        return None
    path = beside(source, part)
    if not path.is_file():
        return None
    folders = {Path(source).resolve().parent, path.parent.resolve()}
    if path.resolve().parent not in folders:
        message = f"{path.name} is a link that leads out of the folder"
        intake.report("ignored", message, where=Position(path), done="it is not read")
        return None
    return _opened(path)
