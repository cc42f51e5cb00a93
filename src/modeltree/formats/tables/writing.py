"""Lineages as tables: CSV, JSON lines and Parquet."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from modeltree._util.files import write_together, write_whole
from modeltree.findings import Finding, SourceError
from modeltree.formats.parsing.csvtree import MAX_BYTES
from modeltree.formats.repair.record_findings import described_organizations, losses
from modeltree.formats.tables.cells import LINKS, Column, join_texts
from modeltree.formats.tables.parquet import parquet_bytes
from modeltree.formats.tables.requests import save_mark
from modeltree.formats.tables.text_files import escaped
from modeltree.lineage import Lineage
from modeltree.records import LIST_FIELDS, About, Derivation, Model, Organization, Record

__all__ = ["beside", "jsonl_text", "write_csv", "write_jsonl", "write_parquet"]

_KEYS = {"license", "links"}
_LONGEST_HEADER = 1 << 16


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

    The derivations of ``models.csv`` are in ``models.edges.csv``, and the organizations in
    ``models.organizations.csv``, if more is known of one than the id by which a model names it. If a file of such a
    name holds something else, nothing is written. `read_table` gives the same lineage back, but for its title,
    description, date and references as a whole. The last column of each file is empty, and its name, ``save:`` with
    16 digits, says which files were saved together: files of two saves are not read as one lineage.

    Lists are joined by ``"; "``, or JSON where that could not be undone; corrections are JSON. A text that a
    spreadsheet would take for a formula has an apostrophe before it, and the column ``escaped`` names the columns of
    the row that have one. That is safe for programs that split at commas; one that splits at semicolons splits such
    cells.

    Parameters
    ----------
    lineage : Lineage
        What to write.
    path : path-like
        The file of the models; its folder exists.

    Returns
    -------
    tuple of Finding
        What of this lineage the files do not hold.

    Raises
    ------
    SourceError
        When a file would be larger than what is read again.
    OSError
        When a file cannot be written; those that were there are as they were.
    """
    tables = {beside(path, "edges"): _edge_columns(lineage)}
    organizations = beside(path, "organizations")
    if described_organizations(lineage) or organizations.exists():
        # One that is there would be read: it must not speak of another lineage.
        tables[organizations] = _organization_columns(lineage)
    tables[Path(path)] = _node_columns(lineage)
    for file, needed in ((beside(path, "edges"), {"parent", "child"}), (organizations, {"id", "name"})):
        _refuse_other(file, needed)
    mark = save_mark(tables.values())
    contents = {file: _csv_text(columns, mark).encode() for file, columns in tables.items()}
    for file, content in contents.items():
        _check_size(file, content)
    write_together(contents)
    return losses(lineage, "CSV", models=Model.model_fields, derivations=Derivation.model_fields, organizations=True)


def write_jsonl(lineage: Lineage, path: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Write a lineage to a file of JSON lines, whole or not at all: see `jsonl_text`.

    `read_table` gives the same models and derivations back. The file does not hold what the lineage as a whole is, nor
    what is known of organizations besides their ids: each line is a model.

    Returns
    -------
    tuple of Finding
        What of this lineage the file does not hold.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    content = jsonl_text(lineage).encode()
    _check_size(Path(path), content)
    write_whole(path, content)
    return losses(lineage, "a file of JSON lines", models=Model.model_fields, derivations=Derivation.model_fields)


def jsonl_text(lineage: Lineage) -> str:
    """A lineage as JSON lines: on each a model as in a catalogue, with what it was derived from.

    Examples
    --------
    >>> print(jsonl_text(Lineage([Model(id="llama", name="LLaMA", released="2023-02")])), end="")
    {"id": "llama", "name": "LLaMA", "released": "2023-02"}
    """
    parents: dict[str, list[dict[str, Any]]] = {}
    for edge in lineage.derivations:
        parents.setdefault(edge.child, []).append(_dumped(edge, leave_out="child"))
    lines = []
    for model in lineage.models:
        fields = _dumped(model) | ({"derived_from": parents[model.id]} if model.id in parents else {})
        lines.append(f"{json.dumps(fields, ensure_ascii=False)}\n")
    return "".join(lines)


def write_parquet(lineage: Lineage, path: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Write the models to a Parquet file, and the derivations to another beside it, both whole or not at all.

    Of ``models.parquet`` the derivations are in ``models.edges.parquet``. Lists are lists, sizes are integers, dates
    are texts since they may be of a month; organizations, and what the lineage as a whole is, are in the metadata
    ``modeltree`` of the first file, as JSON. `read_table` gives the same lineage.

    Returns
    -------
    tuple of Finding
        What of this lineage the files do not hold: nothing.

    Raises
    ------
    MissingExtraError
        When pyarrow is not installed.
    OSError
        When a file cannot be written; those that were there are as they were.
    """
    more: dict[str, Any] = {}
    if lineage.about != About():
        more["about"] = _dumped(lineage.about)
    if described_organizations(lineage):
        more["organizations"] = [_dumped(record) for record in lineage.organizations.values()]
    types = dict.fromkeys(LIST_FIELDS, "texts") | {"sizes": "integers", "corrections": "corrections"}
    _refuse_other(beside(path, "edges"), {"parent", "child"})
    edges, nodes = _edge_columns(lineage), _node_columns(lineage)
    mark = {"save": save_mark([edges, nodes])}
    write_together(
        {
            beside(path, "edges"): parquet_bytes(edges, {"references": "texts"}, mark),
            Path(path): parquet_bytes(nodes, types, more | mark),
        }
    )
    return ()


# Columns


def _node_columns(lineage: Lineage) -> dict[str, Column]:
    """A column for each field of a model; None is what is not known."""
    models = lineage.models
    columns = {name: _column(models, name) for name in Model.model_fields if name not in _KEYS | {"corrections"}}
    columns["sizes"] = [[int(size) for size in model.sizes] or None for model in models]
    columns["license"] = [model.license.name if model.license else None for model in models]
    columns["license_spdx"] = [model.license.spdx if model.license else None for model in models]
    for name in LINKS:
        columns[name] = [getattr(model.links, name.removeprefix("link_")) for model in models]
    columns["corrections"] = [[_dumped(each) for each in model.corrections] or None for model in models]
    return columns


def _edge_columns(lineage: Lineage) -> dict[str, Column]:
    return {name: _column(lineage.derivations, name) for name in Derivation.model_fields}


def _organization_columns(lineage: Lineage) -> dict[str, Column]:
    return {name: _column(tuple(lineage.organizations.values()), name) for name in Organization.model_fields}


def _column(records: Sequence[Record], name: str) -> Column:
    """A field of all records, as lists of texts, texts and None."""
    values = (getattr(record, name) for record in records)
    if name in LIST_FIELDS:
        return [[str(item) for item in value] or None for value in values]
    return [None if value is None else str(value) for value in values]


def _dumped(record: Record, leave_out: str = "") -> dict[str, Any]:
    return record.model_dump(mode="json", exclude_defaults=True, exclude={leave_out})


# Files


def _csv_text(columns: Mapping[str, Column], mark: str) -> str:
    """Columns as CSV, without those that are empty throughout, save the first two; the last is empty but for a mark."""
    kept = list(columns)[:2]
    texts = {
        name: [_cell(value) for value in column]
        for name, column in columns.items()
        if name in kept or any(value is not None for value in column)
    }
    safe = escaped(texts)
    safe[mark] = [None] * len(next(iter(safe.values())))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
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
            names = set(next(csv.reader([file.readline(_LONGEST_HEADER)]), []))
    if not needed <= names:
        other = f"it is there, is no table with {' and '.join(sorted(needed))}, and would be replaced"
        raise FileExistsError(errno.EEXIST, other, os.fspath(path))


def _check_size(path: Path, content: bytes) -> None:
    if len(content) > MAX_BYTES:
        message = f"{path.name} would be too large: {len(content) / 2**20:.0f} MiB of {MAX_BYTES // 2**20}"
        raise SourceError([Finding("too-large", message, "save parts of the lineage")])
