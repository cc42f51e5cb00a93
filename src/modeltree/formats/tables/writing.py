"""Lineages as tables: CSV, JSON lines and Parquet."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy

from modeltree._util.files import is_stream, write_together, write_whole
from modeltree._util.progress import Progress, no_progress, with_progress
from modeltree.findings import Finding, shown
from modeltree.formats.parsing import limits
from modeltree.formats.repair.record_findings import described_organizations, losses, readable, refuse_larger
from modeltree.formats.tables.parquet import parquet_bytes
from modeltree.formats.tables.requests import save_mark
from modeltree.formats.tables.table_columns import LINKS, Column, join_texts
from modeltree.formats.tables.text_files import escaped
from modeltree.graph.columns import dumped
from modeltree.graph.store import EdgeStore, NodeStore
from modeltree.lineage import Lineage
from modeltree.records import LIST_FIELDS, About, Derivation, Model, Organization, Record
from modeltree.values.hub_words import license_named

_LAST = ("license", "links", "corrections")
_WITH = {"license_spdx": "license"}  # without that column a name would be looked up
_TEXTS = frozenset({"id", "name", "parent", "child"})
_AT_ONCE = 4096
_LINES_AT_ONCE = 1 << 14
_LEFT_OUT = object()
_LONGEST_HEADER = 1 << 16
_COLUMN_TYPES = dict.fromkeys(LIST_FIELDS, "texts") | {"sizes": "integers", "corrections": "corrections"}


def beside(path: str | os.PathLike[str], part: str) -> Path:
    """The file that has another part of the same lineage: ``models.edges.csv`` of ``models.csv``."""
    path = Path(path)
    return path.with_name(f"{path.stem}.{part}{path.suffix}")


def write_csv(
    lineage: Lineage, path: str | os.PathLike[str], *, progress: Progress = no_progress
) -> tuple[Finding, ...]:
    """Write the models to a CSV file, and the derivations to another beside it, both whole or not at all."""
    delimiter = "\t" if Path(path).suffix.lower() == ".tsv" else ","
    if is_stream(Path(path)):
        columns = _known(_node_columns(lineage, progress) | _parent_columns(lineage))
        write_whole(path, _csv_pieces(columns, None, delimiter, Path(path), progress))
        return _losses_of_one_table(lineage, "CSV")
    tables = {beside(path, "edges"): _edge_columns(lineage)}
    organizations = beside(path, "organizations")
    if described_organizations(lineage) or organizations.exists():
        # One that is there would be read: it must not speak of another lineage.
        tables[organizations] = _organization_columns(lineage)
    for file, size in {Path(path): len(lineage), beside(path, "edges"): len(lineage._edges)}.items():
        refuse_larger(file, size, limits.ROWS, "records")
    tables[Path(path)] = _node_columns(lineage, progress)
    for file, needed in ((beside(path, "edges"), {"parent", "child"}), (organizations, {"id", "name"})):
        _refuse_other(file, needed)
    for file, columns in tables.items():
        refuse_larger(file, sum(map(len, columns.values())), limits.VALUES, "cells")
    mark = save_mark(tables.values())
    write_together(
        {
            file: readable(file, _csv_pieces(columns, mark, delimiter, file, progress), limits.TEXT_BYTES)
            for file, columns in tables.items()
        }
    )
    return losses(lineage, "CSV", models=Model.model_fields, derivations=Derivation.model_fields, organizations=True)


def write_jsonl(
    lineage: Lineage, path: str | os.PathLike[str], *, progress: Progress = no_progress
) -> tuple[Finding, ...]:
    """Write a lineage to a file of JSON lines, whole or not at all: see `jsonl_text`."""
    refuse_larger(path, len(lineage), limits.LINES, "lines")
    pieces = (piece.encode() for piece in _jsonl_pieces(lineage, progress, path))
    write_whole(path, readable(path, pieces, limits.TABLE_BYTES))
    return losses(lineage, "a file of JSON lines", models=Model.model_fields, derivations=Derivation.model_fields)


def jsonl_text(lineage: Lineage) -> str:
    """A lineage as JSON lines: on each a model as in a catalogue, with what it was derived from."""
    return "".join(_jsonl_pieces(lineage, no_progress, os.devnull))


def _jsonl_pieces(lineage: Lineage, progress: Progress, path: str | os.PathLike[str]) -> Iterator[str]:
    nodes, edges = lineage._nodes, lineage._edges
    first_edges = numpy.searchsorted(edges.child, numpy.arange(0, len(nodes) + _AT_ONCE, _AT_ONCE)).tolist()
    for start, first, last in zip(range(0, len(nodes), _AT_ONCE), first_edges, first_edges[1:], strict=False):
        progress("write", start, len(nodes))
        span = slice(start, min(start + _AT_ONCE, len(nodes)))
        models = _dumped_rows(Model, nodes, span)
        steps = _dumped_rows(Derivation, edges, slice(first, last), leave_out="child")
        for child, step in zip(edges.child[first:last].tolist(), steps, strict=True):
            models[child - start].setdefault("derived_from", []).append(step)
        lines = [json.dumps(fields, ensure_ascii=False) for fields in models]
        for line, fields in zip(lines, models, strict=True):
            if len(line) > min(limits.ITEMS, limits.CELL // 4):  # a letter has up to four bytes
                refuse_larger(path, len(line.encode()), limits.CELL - 1, f"bytes in the line of {shown(fields['id'])}")
                _refuse_long_lists(path, {name: [value] for name, value in fields.items() if isinstance(value, list)})
        yield "".join(f"{line}\n" for line in lines)


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


def write_parquet(
    lineage: Lineage, path: str | os.PathLike[str], *, progress: Progress = no_progress
) -> tuple[Finding, ...]:
    """Write the models to a Parquet file, and the derivations to another beside it, both whole or not at all."""
    if is_stream(Path(path)):
        columns = _known(_node_columns(lineage, progress) | _parent_columns(lineage))
        types = _COLUMN_TYPES | {"parents": "texts", "relation": "texts"}
        write_whole(path, parquet_bytes(columns, types, None, Path(path), progress))
        return _losses_of_one_table(lineage, "Parquet")
    more: dict[str, Any] = {}
    if lineage.about != About():
        more["about"] = _dumped(lineage.about)
    if described_organizations(lineage):
        more["organizations"] = [_dumped(record) for record in lineage.organizations.values()]
    _refuse_other(beside(path, "edges"), {"parent", "child"})
    edges, nodes = _edge_columns(lineage), _node_columns(lineage, progress)
    mark = {"save": save_mark([edges, nodes])}
    other = beside(path, "edges")
    for file, columns in ((other, edges), (Path(path), nodes)):
        _refuse_long_lists(file, {name: column for name, column in columns.items() if name in _COLUMN_TYPES})
    write_together(
        {
            other: parquet_bytes(edges, {"references": "texts"}, mark, other, progress),
            Path(path): parquet_bytes(nodes, _COLUMN_TYPES, more | mark, Path(path), progress),
        }
    )
    return ()


# Columns


def _node_columns(lineage: Lineage, progress: Progress) -> dict[str, Column]:
    """A column for each field that is known of any model; None is what is not known."""
    nodes = lineage._nodes
    ordered = (*(name for name in Model.model_fields if name not in _LAST), *_LAST)
    names = [name for name in ordered if nodes.has(name) or name == "kind"]  # whose default is one of its words
    columns: dict[str, Column] = {}
    for name in with_progress(names, progress, "convert", len(names), each=True):
        values = nodes.field(name)
        match name:
            case "sizes":
                columns[name] = _each(values, lambda sizes: list(map(int, sizes)) or None)
            case "license":
                columns[name] = _each(values, lambda license: license.name if license else None)
                columns["license_spdx"] = _each(values, lambda license: license.spdx if license else None)
            case "links":
                columns |= {link: _each(values, attrgetter(link.removeprefix("link_"))) for link in LINKS}
            case "corrections":
                columns[name] = _each(values, lambda several: [_dumped(each) for each in several] or None)
            case _:
                columns[name] = _texts(name, values)
    return _known(columns)


def _edge_columns(lineage: Lineage) -> dict[str, Column]:
    edges = lineage._edges
    return _known({name: _texts(name, edges.field(name)) for name in Derivation.model_fields if edges.has(name)})


def _known(columns: dict[str, Column]) -> dict[str, Column]:
    """The first two columns, and those in which any value is known; a license says by its own whether it is SPDX's."""
    kept = list(columns)[:2]
    return {
        name: column
        for name, column in columns.items()
        if name in kept or any(value is not None for value in columns[_WITH.get(name, name)])
    }


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
    return _known(
        {name: _texts(name, [getattr(record, name) for record in records]) for name in Organization.model_fields}
    )


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


def _csv_pieces(
    columns: Mapping[str, Column], mark: str | None, delimiter: str, path: Path, progress: Progress
) -> Iterator[bytes]:
    """Columns as CSV, some lines after others; the last column is empty but for a mark."""
    texts = with_progress(columns.items(), progress, "convert", len(columns), each=True)
    safe = escaped({name: _each(column, _cell) for name, column in texts})
    for name, column in safe.items():
        refuse_larger(path, _longest(column), limits.CELL, f"letters in a cell of {name}")
    count = len(next(iter(safe.values())))
    if mark is not None:
        safe[mark] = [None] * count
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    writer.writerow(safe)
    for start in range(0, count, _LINES_AT_ONCE):
        progress("write", start, count)
        span = slice(start, start + _LINES_AT_ONCE)
        writer.writerows(zip(*(column[span] for column in safe.values()), strict=True))
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def _longest(column: Column) -> int:
    return max(map(len, filter(None, column)), default=0)


def _refuse_long_lists(path: str | os.PathLike[str], columns: Mapping[str, Column]) -> None:
    for name, column in columns.items():
        refuse_larger(path, _longest(column), limits.ITEMS, f"items in a list of {name}")


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
