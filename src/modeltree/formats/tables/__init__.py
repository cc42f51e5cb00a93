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

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from modeltree.errors import SourceError, UnknownFormatError, shown
from modeltree.findings import Finding, Position
from modeltree.formats.intake.claims import Intake, Reading
from modeltree.formats.intake.policy import Policy
from modeltree.formats.tables.columns import (
    EDGE_FIELDS,
    NODE_FIELDS,
    ORGANIZATION_FIELDS,
    Column,
    Table,
    check_columns,
    chosen,
    fields_of,
)
from modeltree.formats.tables.files import read_csv_table, read_jsonl_table
from modeltree.formats.tables.frames import table_of_frame
from modeltree.formats.tables.listtext import SEPARATOR
from modeltree.formats.tables.parquet import read_parquet_table
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
) -> Reading:
    """Read a table of models, of derivations, or both.

    A table of models has a column ``id``, or ``name`` where there are no ids, and one for each field of `Model` that
    it knows: ``link_paper`` and the like for links, ``licence_spdx`` for the identifier of the licence. A table of
    derivations has ``parent``, ``child``, ``relation``, ``references`` and ``note``. One table can have both: a column
    ``parents`` (of ids, or of records with ``parent`` and ``relation``) or ``parent`` beside ``id``; ``relation`` is
    then for all parents of the row, or a list with one word for each.

    Columns go by these names, or by some well-known others, as ``modelId``, ``base_model``, ``createdAt``, ``license``:
    each that is taken for a field by such a name, and each that nothing is read from, is a finding. Empty cells,
    NaN and NaT say nothing. A list is a list, one in JSON or as Python writes it, or a text with separators.

    Parameters
    ----------
    source : path-like or dataframe
        A file that ends in ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson`` or ``.parquet``; or a table of pandas, polars,
        Arrow, or another one that narwhals knows. Where positions have a line, that is the number of the row for
        Parquet and dataframes.
    edges : path-like or dataframe, optional
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
    options = _Options(columns or {}, word, separator)
    intake = Intake()
    first = _chosen(main, options)
    if first.shape == "edges":
        if more is not None:
            raise SourceError([_shapeless(main, "the first table has derivations; a table of models goes first")])
        return _edges_alone(intake, first, options).reading(policy, aliases)
    if first.shape != "nodes":
        raise SourceError([*main.findings, _shapeless(main, "the table has no column that says what a row is")])
    if more is None:
        more = _beside(source, "edges", intake)
    _read_nodes(intake, first, options)
    if more is not None:
        second = _chosen(more, options)
        if second.shape != "edges":
            raise SourceError([*more.findings, _shapeless(more, "a table of derivations has parent and child")])
        _read_edges(intake, second, options)
    organizations = _beside(source, "organizations", intake)
    if organizations is not None:
        _read_organizations(intake, organizations, separator)
    return intake.reading(policy, aliases)


class _Options(NamedTuple):
    """What holds for all tables that are read together."""

    columns: Mapping[str, str]
    relation: Relation | None
    separator: str


class _Chosen(NamedTuple):
    """A table whose shape is known, with the values of the fields that are read from it."""

    table: Table
    shape: str
    fields: dict[str, Column]
    columns: Mapping[str, str]

    def place(self, row: int, at: tuple[str | int, ...] = ()) -> Position:
        """Where a field of a row stands."""
        name = str(at[0]) if at else ""
        inner = f"link_{at[1]}" if name == "links" and len(at) > 1 else name
        return self.table.place(row, self.columns.get(inner, self.columns.get(name)))


def _opened(source: Any) -> Table:
    if not isinstance(source, (str, os.PathLike)):
        return table_of_frame(source)
    path = Path(source)
    reader = _READERS.get(path.suffix.lower())
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


def _chosen(table: Table, options: _Options) -> _Chosen:
    """Find out what a table is, and take the columns that are read."""
    mapped = {name: field for name, field in options.columns.items() if name in table.names}
    choice = chosen(table.names, mapped)
    has = choice.columns.keys()
    shape = "edges" if {"parent", "child"} <= has else "nodes" if {"id", "name"} & has else ""
    if not shape:
        return _Chosen(table, shape, {}, {})
    read = EDGE_FIELDS if shape == "edges" else NODE_FIELDS
    if "parents" in has:
        read = tuple(field for field in read if field != "parent")
    elif shape == "nodes" and "parent" not in has:
        read = tuple(field for field in read if field != "relation")
    columns = {field: column for field, column in choice.columns.items() if field in read}
    taken = table.take(list(columns.values()))
    fields = fields_of({field: taken[column] for field, column in columns.items()}, options.separator)
    found = (*table.findings, *choice.findings(table, read))
    return _Chosen(Table(**{**vars(table), "findings": found}), shape, fields, columns)


def _shapeless(table: Table, message: str) -> Finding:
    names = ", ".join(map(shown, table.names[:20])) or "none"
    hint = f"a table has a column id (or name), or parent and child; here are {names}; columns={{…}} can say which"
    return Finding("missing-key", message, hint, position=table.place(None, None))


def _read_nodes(intake: Intake, nodes: _Chosen, options: _Options) -> None:
    """Tell the intake of the models of a table, and of the parents that it has for them."""
    table = nodes.table
    intake.findings += table.findings
    intake.about = dict(table.about)
    intake.organizations += [dict(fields) for fields in table.organizations]
    fields = dict(nodes.fields)
    intake.names = "id" not in fields
    ids = fields["name"] if intake.names else fields.pop("id")
    words = fields.pop("relation", None)
    several = "parent" in fields  # a row for each parent
    parents = fields.pop("parents", None) or fields.pop("parent", None)
    names = list(fields)
    rows = zip(*fields.values(), strict=True) if names else [()] * len(ids)
    first: dict[str, tuple[int, dict[str, Any]]] = {}
    for row, (name, values) in enumerate(zip(ids, rows, strict=True)):
        where = partial(nodes.place, row)
        if not isinstance(name, str):
            _nameless(intake, name, where(("name" if intake.names else "id",)))
            continue
        known = {field: value for field, value in zip(names, values, strict=True) if value is not None}
        number, earlier = first.get(name, (-1, {})) if several else (-1, {})
        if number < 0 or not (known == earlier or not known.keys() - {"name"}):
            number = intake.add(name, where, known)
            first.setdefault(name, (number, known))
        if parents and parents[row]:
            _read_parents(intake, number, nodes, row, (parents[row], words[row] if words else None), options)


def _read_parents(
    intake: Intake, number: int, nodes: _Chosen, row: int, said: tuple[list[Any], list[Any] | None], options: _Options
) -> None:
    """Tell the intake of the parents in one row."""
    parents, words = said
    where = nodes.place(row, ("parents",) if "parents" in nodes.columns else ("parent",))
    if words and len(words) not in (1, len(parents)):
        message = f"{len(words)} relations for {len(parents)} parents"
        intake.report("bad-value", message, "one for all, or one for each", where=where, done="they are left out")
        words = None
    for place, parent in enumerate(parents):
        word = words[place if len(words) > 1 else 0] if words else None
        more: dict[str, Any] = {}
        if isinstance(parent, dict):
            word = parent.get("relation", word)
            more = {key: parent.get(key) for key in ("note", "references")}
            for key in parent.keys() - {"parent", "child", "relation", "note", "references"}:
                intake.report("ignored", f"nothing is read from {shown(key)} of a parent", where=where)
            parent = parent.get("parent")  # noqa: PLW2901  # its id
        if type(parent) is int:
            parent = str(parent)  # noqa: PLW2901  # an id
        if not isinstance(parent, str):
            _nameless(intake, parent, where)
            continue
        intake.derive(number, parent, _word(word, options), where, **more)


def _read_edges(intake: Intake, edges: _Chosen, options: _Options) -> None:
    """Tell the intake of the derivations of a table."""
    intake.findings += edges.table.findings
    fields = edges.fields
    count = len(fields["child"])
    unknown: Column = [None] * count
    columns = [fields.get(name, unknown) for name in ("parent", "child", "relation", "note", "references")]
    for row, (parents, child, words, note, references) in enumerate(zip(*columns, strict=True)):
        where = partial(edges.place, row)
        if not isinstance(child, str):
            _nameless(intake, child, where(("child",)))
            continue
        for parent in parents or [None]:
            name = str(parent) if type(parent) is int else parent
            if not isinstance(name, str):
                _nameless(intake, name, where(("parent",)))
                continue
            word = _word(words[0] if words else None, options)
            intake.derive(child, name, word, where, note=note, references=references)


def _edges_alone(intake: Intake, edges: _Chosen, options: _Options) -> Intake:
    """An intake of derivations that makes models of whatever they name."""
    _read_edges(intake, edges, options)
    numbers: dict[str, int] = {}
    for step in intake.steps:
        for name in (step.parent, step.child):
            if isinstance(name, str) and name not in numbers:
                numbers[name] = intake.add(name, step.where)
    return intake


def _read_organizations(intake: Intake, table: Table, separator: str) -> None:
    """Tell the intake of the organizations of a table."""
    choice = chosen(table.names, {}, ORGANIZATION_FIELDS)
    columns = {name: column for name, column in choice.columns.items() if name in ORGANIZATION_FIELDS}
    intake.findings += [*table.findings, *choice.findings(table, ORGANIZATION_FIELDS)]
    if "id" not in columns:
        intake.report("missing-key", "a table of organizations has no id", where=table.place(None, None))
        return
    taken = table.take(list(columns.values()))
    fields = fields_of({name: taken[column] for name, column in columns.items()}, separator)
    names = list(fields)
    for row, values in enumerate(zip(*fields.values(), strict=True)):
        known = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        if isinstance(known.get("id"), str):
            intake.organizations.append(known)
        else:
            _nameless(intake, known.get("id"), table.place(row, columns["id"]))


def _word(word: Any, options: _Options) -> Relation | str | None:
    if word is None or word == "":
        return options.relation
    return word if isinstance(word, str) else shown(word)


def _nameless(intake: Intake, value: Any, where: Position) -> None:
    """A row, or a parent in it, that names nothing."""
    if value is None:
        intake.report("missing-key", "a row without a model", "write its id", where=where, done="it is left out")
    else:
        message = f"{shown(value)} is no id"
        intake.report("bad-value", message, "an id is a text", where=where, done="it is left out")
