"""Columns of tables: which field each of them stands for, and their values as the fields take them.

Everything here works on whole columns and never on rows, so that a large table costs little.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from modeltree.findings import Finding, Position, nearest, shown
from modeltree.formats.tables.listtext import split_texts
from modeltree.records import Links, Model

__all__ = ["EDGE_FIELDS", "FIELDS", "LINKS", "NODE_FIELDS", "ORGANIZATION_FIELDS", "Choice", "Column", "Stored"]
__all__ += ["Table", "check_columns", "chosen", "fields_of", "plain_column"]

Column = list[Any]

Stored = Any
"""A column as its table has it: a list, or an array of Arrow in chunks."""

LINKS = tuple(f"link_{kind}" for kind in Links.model_fields)
_OWN = tuple(name for name in Model.model_fields if name != "links")

NODE_FIELDS = (*_OWN, "license_spdx", *LINKS, "links", "parents", "parent", "relation")
"""What the columns of a table of models stand for."""

EDGE_FIELDS = ("parent", "child", "relation", "references", "note")
"""What the columns of a table of derivations stand for."""

FIELDS = tuple(dict.fromkeys((*NODE_FIELDS, *EDGE_FIELDS)))
"""What a column of either stands for."""

ORGANIZATION_FIELDS = ("id", "name", "aliases", "url", "country", "icon")
"""What the columns of a table of organizations stand for."""

_LISTS = frozenset({"aliases", "organizations", "sizes", "references", "parents", "parent", "corrections", "relation"})
_TEXTS = frozenset({"id", "name", "child"})

_SYNONYMS: Mapping[str, str] = MappingProxyType(
    {
        "id": "modelid model repoid repository slug identifier",
        "name": "modelname title label",
        "aliases": "alias aka",
        "released": "createdat date releasedate publicationdate published created",
        "organizations": "organization organization organizations author developer vendor company",
        "license": "licence licencename licensename",
        "license_spdx": "licensespdx spdx spdxid",
        "sizes": "size parameters params parametercount numparameters",
        "training_data": "tokens trainingdatasize trainingtokens",
        "references": "reference",
        "note": "notes comment comments",
        "link_paper": "paper paperurl",
        "link_code": "code github codeurl",
        "link_website": "website homepage url",
        "parents": "derivedfrom basemodels",
        "parent": "base basemodel parentid parentmodel",
        "child": "childid childmodel",
        "relation": "relationship basemodelrelation relationtype",
    }
)
_FIELD_OF = {word: name for name, words in _SYNONYMS.items() for word in words.split()}
_PAIRS = (("source", "target"), ("from", "to"))
_SEPARATORS = re.compile(r"[\s_.\-]+")


@dataclass(frozen=True)
class Table:
    """A table by its columns, wherever it comes from.

    Parameters
    ----------
    path : Path
        The file, or what stands for it.
    names : tuple of str
        The names of the columns, each once.
    take : callable
        Gives the values of some columns, by their names; all are of one length.
    place : callable
        Where a row stands, by its number from 0, or its cell in a column; of None, the header.
    findings : tuple of Finding
        What is wrong with it as a table.
    about, organizations
        What it holds besides its rows.
    arrow : callable, optional
        As `take`, but gives the columns as arrays of Arrow in chunks, or as lists where they are no such.
    """

    path: Path
    names: tuple[str, ...]
    take: Callable[[Sequence[str]], dict[str, Column]]
    place: Callable[[int | None, str | None], Position]
    findings: tuple[Finding, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    organizations: Sequence[Mapping[str, Any]] = ()
    arrow: Callable[[Sequence[str]], dict[str, Stored]] | None = None

    def stored(self, names: Sequence[str]) -> dict[str, Stored]:
        """The values of some columns as the table has them."""
        return (self.arrow or self.take)(names)


@dataclass(frozen=True)
class Choice:
    """Which column each field is read from, and which of these are known by a synonym only."""

    columns: Mapping[str, str]
    inferred: frozenset[str]

    def findings(self, table: Table, fields: Iterable[str]) -> list[Finding]:
        """A note for each column that is taken for a field by its name, and for each that nothing is read from."""
        read = {column: name for name, column in self.columns.items() if name in fields}
        found = []
        for column in table.names:
            position = table.place(None, column)
            if column not in read:
                message = f"nothing is read from column {shown(column)}"
                found.append(Finding("ignored", message, position=position))
            elif read[column] in self.inferred:
                message = f"column {shown(column)} is taken for {read[column]!r}"
                hint = f"columns={{{shown(column)}: {read[column]!r}}} says so"
                found.append(Finding("inferred-column", message, hint, position=position))
        return found


def check_columns(columns: Mapping[str, str], names: Sequence[str]) -> None:
    """Refuse a map of columns that names a column or a field that there is not, or a field twice.

    Raises
    ------
    ValueError
        With the names that are most alike.
    """
    taken: dict[str, str] = {}
    for column, name in columns.items():
        if column not in names:
            close = nearest(str(column), names) or tuple(names[:20])
            raise ValueError(f"the table has no column {shown(column)}; there is {', '.join(map(repr, close))}")
        if name not in FIELDS:
            close = nearest(str(name), FIELDS) or FIELDS
            raise ValueError(f"{shown(name)} is no field; there is {', '.join(map(repr, close))}")
        if name in taken:
            raise ValueError(f"columns {shown(taken[name])} and {shown(column)} are both mapped to {name!r}")
        taken[name] = column


def chosen(names: Sequence[str], columns: Mapping[str, str], fields: Sequence[str] = FIELDS) -> Choice:
    """Which column each field is read from: by the map, by its own name, or by a well-known other name.

    Case, spaces, hyphens, dots and underscores do not count. ``source`` and ``target``, or ``from`` and ``to``, are
    parent and child where both are there.

    Examples
    --------
    >>> choice = chosen(["modelId", "Name", "base", "downloads"], {"base": "parent"})
    >>> dict(choice.columns), sorted(choice.inferred)
    ({'parent': 'base', 'name': 'Name', 'id': 'modelId'}, ['id'])
    """
    found = {columns[name]: name for name in names if name in columns}
    free = [name for name in names if name not in columns]
    for name in free:
        if name in fields:
            found.setdefault(name, name)
    own = {_quiet(name): name for name in fields}
    for name in free:
        _put(found, "parents" if name == "derived_from" else own.get(_quiet(name)), name)
    inferred = set[str]()
    quiet = {_quiet(name): name for name in free}
    for parent, child in _PAIRS:
        if parent in quiet and child in quiet and not {"parent", "child"} & found.keys():
            found |= {"parent": quiet[parent], "child": quiet[child]}
            inferred |= {"parent", "child"}
    for name in free:
        field_name = _FIELD_OF.get(_quiet(name))
        if field_name in fields and _put(found, field_name, name):
            inferred.add(_FIELD_OF[_quiet(name)])
    return Choice(found, frozenset(inferred))


def _put(found: dict[str, str], name: str | None, column: str) -> bool:
    """Let a field be read from a column if both are free; whether it is."""
    free = name is not None and name not in found and column not in found.values()
    if free:
        assert name is not None
        found[name] = column
    return free


def _quiet(name: str) -> str:
    return _SEPARATORS.sub("", name).casefold()


def fields_of(taken: Mapping[str, Column], separator: str) -> dict[str, Column]:
    """Columns by their fields, with values as the fields take them; what is unknown throughout is left out.

    Parameters
    ----------
    taken : mapping of str to list
        The raw columns, by field.
    separator : str
        What stands between the items of a list in a text.

    Examples
    --------
    >>> fields_of({"id": [7, "b"], "aliases": ["x; y", ""], "note": ["", None]}, "; ")
    {'id': ['7', 'b'], 'aliases': [['x', 'y'], None]}
    """
    found: dict[str, Column] = {}
    for name, values in taken.items():
        column = plain_column(values)
        if name in _LISTS:
            column = [_as_list(value, separator) for value in column]
        elif name in _TEXTS:
            column = [str(value) if type(value) is int else value for value in column]
        if any(value is not None for value in column) or name in ("id", "name", "parent", "child"):
            found[name] = column
    _join_licenses(found)
    _join_links(found)
    return found


def _as_list(value: Any, separator: str) -> list[Any] | None:
    if isinstance(value, str):
        value = split_texts(value, separator)
    elif value is not None and not isinstance(value, list):
        value = [value]
    return [item for item in value if item is not None] or None if value else None


def _join_licenses(found: dict[str, Column]) -> None:
    """Names and identifiers of licenses as one column; a license without a name goes by its identifier."""
    spdx = found.pop("license_spdx", None)
    if spdx is None:
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
    """Values as Python and JSON have them: what stands for "not known" is None, texts are stripped, days are dates.

    Examples
    --------
    >>> import numpy
    >>> plain_column([numpy.int64(7), float("nan"), numpy.array(["a"]), " b ", 2023.0])
    [7, None, ['a'], 'b', 2023]
    """
    if set(map(type, values)) <= {str, type(None)}:
        return [value.strip() or None if value else None for value in values]
    return [_plain(value) for value in values]


def _plain(value: Any, depth: int = 0) -> Any:
    """One value; lists in lists, and what is no value of a table, stay as they are."""
    if value is None or type(value) in (int, bool):
        return value
    if isinstance(value, str):
        return str(value).strip() or None
    if type(value) is list and set(map(type, value)) <= {str, int}:
        return value
    if isinstance(value, datetime.datetime):
        return value.date() if value == value else None  # noqa: PLR0124  # pandas.NaT is none
    if isinstance(value, float):
        return None if value != value else int(value) if value.is_integer() else float(value)  # noqa: PLR0124
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    if type(value).__module__ == "numpy":
        return _plain_of_numpy(value, depth)
    if isinstance(value, (list, tuple, set, frozenset)) and depth < 3:
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [_plain(item, depth + 1) for item in items]
    if isinstance(value, dict) and depth < 3:
        inner = {str(key): _plain(item, depth + 1) for key, item in value.items()}
        return {key: item for key, item in inner.items() if item is not None}
    if isinstance(value, int):
        return int(value)
    if type(value).__name__ == "Decimal":
        return _plain(float(value), depth) if value == value else None  # noqa: PLR0124
    return value


def _plain_of_numpy(value: Any, depth: int) -> Any:
    if type(value).__name__ == "datetime64":
        return None if str(value) == "NaT" else str(value)[:10]
    if type(value).__name__ == "ndarray":
        return _plain(value.tolist(), depth)
    return _plain(value.item(), depth) if hasattr(value, "item") else value
