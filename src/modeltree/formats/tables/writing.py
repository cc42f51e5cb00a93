"""Lineages as tables: CSV, JSON lines and Parquet."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
from collections.abc import Callable, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy

from modeltree._util.files import is_stream, write_together, write_whole
from modeltree.findings import Finding, SourceError
from modeltree.formats.parsing import limits
from modeltree.formats.repair.record_findings import described_organizations, losses
from modeltree.formats.tables.cells import LINKS, Column, join_texts
from modeltree.formats.tables.parquet import parquet_bytes
from modeltree.formats.tables.requests import save_mark
from modeltree.formats.tables.text_files import escaped
from modeltree.graph.columns import dumped
from modeltree.graph.store import EdgeStore, NodeStore
from modeltree.lineage import Lineage
from modeltree.records import LIST_FIELDS, About, Derivation, Model, Organization, Record
from modeltree.values.licenses import license_named

_KEYS = {"license", "links"}
_WITH = {"license_spdx": "license"}  # without that column a name would be looked up
_TEXTS = frozenset({"id", "name", "parent", "child"})
_AT_ONCE = 4096
_LEFT_OUT = object()
_LONGEST_HEADER = 1 << 16
_COLUMN_TYPES = dict.fromkeys(LIST_FIELDS, "texts") | {"sizes": "integers", "corrections": "corrections"}


def beside(path: str | os.PathLike[str], part: str) -> Path:
    """The file that has another part of the same lineage: ``models.edges.csv`` of ``models.csv``.

    Examples
    --------
    >>> beside("models.csv", "edges").name
    'models.edges.csv'
    """
    path = Path(path)
    return path.with_name(f"{path.stem}.{part}{path.suffix}")


def write_csv(lineage: Lineage, path: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Write the models to a CSV file, and the derivations to another beside it, both whole or not at all.

    A file that ends in ``.tsv`` has tabs between its cells. To a pipe, a device or an open descriptor, beside which no
    file can stand, one table is written, with the columns ``parents`` and ``relation``.

    The derivations of ``models.csv`` are in ``models.edges.csv``, and the organizations in
    ``models.organizations.csv``, if more is known of one than the id by which a model names it. If a file of such a
    name holds something else, nothing is written. `read_table` gives the same lineage back, but for its title,
    description, date and references as a whole. The last column of each file is empty, and its name, ``save:`` with
    16 digits, says which files were saved together: files of two saves are not read as one lineage.

    Lists are joined by ``"; "``, or JSON where that could not be undone; corrections are JSON. A text that a
    spreadsheet would take for a formula has an apostrophe before it, and the column ``escaped`` names the columns of
    the row that have one. That is safe for programs that split at commas; one that splits at semicolons splits such
    cells.
    """
    delimiter = "\t" if Path(path).suffix.lower() == ".tsv" else ","
    if is_stream(Path(path)):
        write_whole(path, _csv_text(_node_columns(lineage) | _parent_columns(lineage), None, delimiter))
        return _losses_of_one_table(lineage, "CSV")
    tables = {beside(path, "edges"): _edge_columns(lineage)}
    organizations = beside(path, "organizations")
    if described_organizations(lineage) or organizations.exists():
        # One that is there would be read: it must not speak of another lineage.
        tables[organizations] = _organization_columns(lineage)
    tables[Path(path)] = _node_columns(lineage)
    for file, needed in ((beside(path, "edges"), {"parent", "child"}), (organizations, {"id", "name"})):
        _refuse_other(file, needed)
    mark = save_mark(tables.values())
    contents = {file: _csv_text(columns, mark, delimiter).encode() for file, columns in tables.items()}
    for file, content in contents.items():
        _check_size(file, content, limits.TEXT_BYTES)
    write_together(contents)
    return losses(lineage, "CSV", models=Model.model_fields, derivations=Derivation.model_fields, organizations=True)


def write_jsonl(lineage: Lineage, path: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Write a lineage to a file of JSON lines, whole or not at all: see `jsonl_text`.

    `read_table` gives the same models and derivations back. The file does not hold what the lineage as a whole is, nor
    what is known of organizations besides their ids: each line is a model.
    """
    content = jsonl_text(lineage).encode()
    _check_size(Path(path), content, limits.TABLE_BYTES)
    write_whole(path, content)
    return losses(lineage, "a file of JSON lines", models=Model.model_fields, derivations=Derivation.model_fields)


def jsonl_text(lineage: Lineage) -> str:
    """A lineage as JSON lines: on each a model as in a catalogue, with what it was derived from.

    Examples
    --------
    >>> print(jsonl_text(Lineage([Model(id="llama", name="LLaMA", released="2023-02")])), end="")
    {"id": "llama", "name": "LLaMA", "released": "2023-02"}
    """
    nodes, edges = lineage._nodes, lineage._edges
    first_edges = numpy.searchsorted(edges.child, numpy.arange(0, len(nodes) + _AT_ONCE, _AT_ONCE)).tolist()
    lines: list[str] = []
    for start, first, last in zip(range(0, len(nodes), _AT_ONCE), first_edges, first_edges[1:], strict=False):
        span = slice(start, min(start + _AT_ONCE, len(nodes)))
        models = _dumped_rows(Model, nodes, span)
        steps = _dumped_rows(Derivation, edges, slice(first, last), leave_out="child")
        for child, step in zip(edges.child[first:last].tolist(), steps, strict=True):
            models[child - start].setdefault("derived_from", []).append(step)
        lines += (f"{json.dumps(fields, ensure_ascii=False)}\n" for fields in models)
    return "".join(lines)


def _dumped_rows(record: type[Record], store: NodeStore | EdgeStore, span: slice, leave_out: str = "") -> list[Any]:
    """Some models or derivations as JSON has them, without what is as by default."""
    columns = {}
    for name, field in record.model_fields.items():
        if name != leave_out and store.has(name):
            values, default = store.field(name, span), field.get_default()
            plain = dumped(record, name, values, exclude_defaults=True)
            if name == "license":
                plain = _each(plain, _exact_license)
            if not field.is_required():
                set_ = (value is not default and value != default for value in values)
                plain = [value if kept else _LEFT_OUT for value, kept in zip(plain, set_, strict=True)]
            columns[name] = plain
    names = list(columns)
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not _LEFT_OUT}
        for row in zip(*columns.values(), strict=True)
    ]


def _exact_license(license: Any) -> Any:
    """A license that reads as it is: of a name alone that stands for one of SPDX, a text would say that, too."""
    return {"name": license} if isinstance(license, str) and license_named(license) != license else license


def write_parquet(lineage: Lineage, path: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Write the models to a Parquet file, and the derivations to another beside it, both whole or not at all.

    Of ``models.parquet`` the derivations are in ``models.edges.parquet``. Lists are lists, sizes are integers, dates
    are texts since they may be of a month; organizations, and what the lineage as a whole is, are in the metadata
    ``modeltree`` of the first file, as JSON. `read_table` gives the same lineage.
    """
    if is_stream(Path(path)):
        columns = _node_columns(lineage) | _parent_columns(lineage)
        write_whole(path, parquet_bytes(columns, _COLUMN_TYPES | {"parents": "texts", "relation": "texts"}, None))
        return _losses_of_one_table(lineage, "Parquet")
    more: dict[str, Any] = {}
    if lineage.about != About():
        more["about"] = _dumped(lineage.about)
    if described_organizations(lineage):
        more["organizations"] = [_dumped(record) for record in lineage.organizations.values()]
    _refuse_other(beside(path, "edges"), {"parent", "child"})
    edges, nodes = _edge_columns(lineage), _node_columns(lineage)
    mark = {"save": save_mark([edges, nodes])}
    write_together(
        {
            beside(path, "edges"): parquet_bytes(edges, {"references": "texts"}, mark),
            Path(path): parquet_bytes(nodes, _COLUMN_TYPES, more | mark),
        }
    )
    return ()


# Columns


def _node_columns(lineage: Lineage) -> dict[str, Column]:
    """A column for each field of a model; None is what is not known."""
    nodes = lineage._nodes
    columns = {name: _column(nodes, name) for name in Model.model_fields if name not in _KEYS | {"corrections"}}
    columns["sizes"] = _each(nodes.field("sizes"), lambda sizes: list(map(int, sizes)) or None)
    licenses, links = nodes.field("license"), nodes.field("links")
    columns["license"] = _each(licenses, lambda license: license.name if license else None)
    columns["license_spdx"] = _each(licenses, lambda license: license.spdx if license else None)
    for name in LINKS:
        columns[name] = _each(links, attrgetter(name.removeprefix("link_")))
    columns["corrections"] = _each(
        nodes.field("corrections"), lambda several: [_dumped(each) for each in several] or None
    )
    return columns


def _edge_columns(lineage: Lineage) -> dict[str, Column]:
    return {name: _column(lineage._edges, name) for name in Derivation.model_fields}


def _parent_columns(lineage: Lineage) -> dict[str, Column]:
    """The parents of each model and their relations, in one table with the models."""
    derivations = [[lineage.derivation(id, model.id) for id in lineage.parents(model.id)] for model in lineage.models]
    return {
        "parents": [[edge.parent for edge in edges] or None for edges in derivations],
        "relation": [[str(edge.relation) for edge in edges] or None for edges in derivations],
    }


def _losses_of_one_table(lineage: Lineage, title: str) -> tuple[Finding, ...]:
    fields = {name for name in Derivation.model_fields if name not in ("note", "references")}
    return losses(lineage, f"one table of {title}", models=Model.model_fields, derivations=fields)


def _organization_columns(lineage: Lineage) -> dict[str, Column]:
    records = tuple(lineage.organizations.values())
    return {name: _texts(name, [getattr(record, name) for record in records]) for name in Organization.model_fields}


def _column(store: NodeStore | EdgeStore, name: str) -> Column:
    return _texts(name, store.field(name))


def _texts(name: str, values: list[Any]) -> Column:
    """The values of a field as lists of texts, texts and None."""
    if name in LIST_FIELDS:
        return _each(values, lambda items: [str(item) for item in items] or None)
    if name in _TEXTS:
        return values
    return _each(values, lambda value: None if value is None else str(value))


def _each(values: list[Any], convert: Callable[[Any], Any]) -> Column:
    """Values converted; one that stands in many rows, once."""
    converted = {key: convert(value) for key, value in {id(value): value for value in values}.items()}
    return [converted[id(value)] for value in values]


def _dumped(record: Record, leave_out: str = "") -> dict[str, Any]:
    return record.model_dump(mode="json", exclude_defaults=True, exclude={leave_out})


# Files


def _csv_text(columns: Mapping[str, Column], mark: str | None, delimiter: str) -> str:
    """Columns as CSV, without those that are empty throughout, save the first two; the last is empty but for a mark."""
    kept = list(columns)[:2]
    texts = {
        name: _each(column, _cell)
        for name, column in columns.items()
        if name in kept or any(value is not None for value in columns[_WITH.get(name, name)])
    }
    safe = escaped(texts)
    if mark is not None:
        safe[mark] = [None] * len(next(iter(safe.values())))
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    writer.writerow(safe)
    writer.writerows(zip(*safe.values(), strict=True))
    return buffer.getvalue()


def _cell(value: Any) -> str | None:
    if isinstance(value, list):
        if value and isinstance(value[0], dict):
            value = json.dumps(value, ensure_ascii=False)
        else:
            value = join_texts([str(item) for item in value])
    return value if value is None else str(value)


def _refuse_other(path: Path, needed: set[str]) -> None:
    """Leave alone a file beside that is no such table: whoever has it did not name it."""
    if not path.is_file():
        return
    if path.suffix.lower() == ".parquet":
        from pyarrow import ArrowException, parquet

        try:
            names = set(parquet.read_schema(path).names)
        except (ArrowException, OSError):
            names = set()
    else:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            header = file.readline(_LONGEST_HEADER)
        names = {name for delimiter in ",\t" for name in next(csv.reader([header], delimiter=delimiter), [])}
    if not needed <= names:
        other = f"it is there, is no table with {' and '.join(sorted(needed))}, and would be replaced"
        raise FileExistsError(errno.EEXIST, other, os.fspath(path))


def _check_size(path: Path, content: bytes, most: int) -> None:
    if len(content) > most:
        message = f"{path.name} would be too large: {len(content) / 2**20:.0f} MiB of {most // 2**20}"
        raise SourceError.of("too-large", message, "save parts of the lineage")
