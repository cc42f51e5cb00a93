"""Plain rows and the records of the others put together as one lineage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

from modeltree.findings import Finding, Position
from modeltree.formats.repair.audit import BASE, GAPS, MOST, PLACEHOLDER, Unsaid, alike, gap, in_order, unsaid
from modeltree.formats.repair.claims import Reading
from modeltree.formats.tables.arrow_columns import quiet_hashes, rows_among
from modeltree.formats.tables.dirty_rows import DirtyRows
from modeltree.formats.tables.requests import ReadOptions
from modeltree.formats.tables.screening import INDEX_OF_RELATION, UNSAID
from modeltree.formats.tables.table_arrays import TableArrays
from modeltree.graph.store import Columns
from modeltree.lineage import Lineage
from modeltree.records import Kind, Model, Relation

__all__ = ["assemble"]

_UNDATED = 1 << 30
_NOWHERE = Position(Path())


def assemble(arrays: TableArrays, options: ReadOptions) -> Reading:
    """The lineage of some tables, and everything found."""
    assembly = _Assembly(arrays, options)
    options.progress("build", 0, len(assembly.columns.ids))
    repair, columns = assembly.repair, assembly.columns
    findings = list(repair.findings)
    if options.notes:
        findings += assembly.notes()
    if options.policy.missing_base:
        findings += assembly.baseless()
    # Hundreds of megabytes that no lineage needs.
    del assembly
    arrays.release()
    lineage = Lineage.from_checked_columns(columns, repair.organizations.by_id.values(), about=repair.about)
    options.progress("build", len(lineage), len(lineage))
    return Reading(lineage, in_order(findings))


class _Assembly:
    """The columns of a lineage, made of plain rows and of records.

    Attributes
    ----------
    columns : Columns
        The models and derivations.
    repair : Repair
        What became of the rows that are not plain.
    rows : array
        The row of each model; -1 for a record.
    """

    def __init__(self, arrays: TableArrays, options: ReadOptions) -> None:
        self.arrays = arrays
        self.dirty = dirty = DirtyRows(arrays, options)
        self.repair = dirty.repair
        plain = numpy.flatnonzero(~dirty.full)
        plain_ids = self._ids_of(plain)
        records = list(self.repair.models.values())
        index_of_id = {model.id: len(plain) + index for index, model in enumerate(records)}
        ends = {id for edge in self.repair.derivations for id in (edge.parent, edge.child)} - index_of_id.keys()
        rows = numpy.array([dirty.plain.row(id) for id in ends], dtype=numpy.int64)
        index_of_id |= zip(ends, numpy.searchsorted(plain, rows).tolist(), strict=True)
        self.rows = numpy.concatenate([plain, numpy.full(len(records), -1, dtype=plain.dtype)])
        index_of_row = numpy.full(arrays.count, -1, dtype=numpy.int32)
        index_of_row[plain] = numpy.arange(len(plain), dtype=numpy.int32)
        # A row that is read as a record for one of its fields still has its id.
        again = numpy.flatnonzero(dirty.full & arrays.named)
        index_of_row[again] = [index_of_id.get(id, -1) for id in self._ids_of(again)]
        dates = [record.released.number if record.released else 0 for record in records]
        edges = self._edges(index_of_row, index_of_id)
        self.columns = Columns(
            ids=plain_ids + [record.id for record in records],
            dates=numpy.concatenate([arrays.dates[plain], numpy.array(dates, numpy.int32)]),
            fields=dict(self._fields(plain, records)),
            **edges,
        )

    def _ids_of(self, rows: NDArray[Any]) -> list[str]:
        return self.arrays.texts.texts(self.arrays.ids[rows])

    def _fields(self, plain: NDArray[Any], records: list[Model]) -> Iterator[tuple[str, Any]]:
        """The fields of all models that are known of any."""
        arrays = self.arrays
        values = {name: found.taken(plain) for name, found in arrays.fields.items()}
        if arrays.organizations is not None:
            values["organizations"] = self._organizations()[arrays.organizations.codes[plain]]
        for name, known in Model.model_fields.items():
            if name in ("id", "released"):
                continue
            default = None if known.is_required() else known.get_default(call_default_factory=True)
            own = numpy.full(len(records), None, dtype=object)
            for index, record in enumerate(records):
                value = getattr(record, name)
                own[index] = None if value == (record.id if name == "name" else default) else value
            if name in values or any(value is not None for value in own):
                before = values.get(name)
                yield name, _joined([numpy.full(len(plain), None) if before is None else before, own])

    def _organizations(self) -> NDArray[Any]:
        """The organizations of models as ids, by the index of their value; those that are new become records."""
        written = self.arrays.organizations
        assert written is not None
        used = numpy.zeros(len(written.values), dtype=bool)
        used[written.codes[~self.dirty.full]] = True
        found = numpy.full(len(written.values), None, dtype=object)
        for index, value in enumerate(written.values.tolist()):
            if value and used[index]:
                found[index] = tuple(self.repair.organizations.ids(value))
        return found

    def _edges(self, index_of_row: NDArray[numpy.int32], index_of_id: Mapping[str, int]) -> dict[str, Any]:
        """The derivations: plain ones, then those that were read row by row."""
        records = self.repair.derivations
        own = {
            "parent": numpy.array([index_of_id[edge.parent] for edge in records], dtype=numpy.int32),
            "child": numpy.array([index_of_id[edge.child] for edge in records], dtype=numpy.int32),
            "relation": numpy.array([INDEX_OF_RELATION[edge.relation] for edge in records], dtype=numpy.uint8),
        }
        parts: dict[str, list[NDArray[Any]]] = {name: [] for name in own}
        fields: dict[str, list[Any]] = {name: [] for name in ("references", "note")}
        for edges in self.arrays.edges:
            kept = numpy.flatnonzero(edges.kept)
            parts["parent"].append(index_of_row[edges.parent[kept]])
            parts["child"].append(index_of_row[edges.child[kept]])
            relation = edges.relation[kept]
            relation[relation == UNSAID] = INDEX_OF_RELATION[Relation.UNSPECIFIED]
            parts["relation"].append(relation)
            for name, column in fields.items():
                values = edges.fields.get(name)
                rows = edges.rows[kept]
                column.append(numpy.full(len(kept), None) if values is None else values.taken(rows))
        for name, column in fields.items():
            column.append(_objects([getattr(edge, name) or None for edge in records]))
        given = {name for edges in self.arrays.edges for name in edges.fields}
        given |= {name for name in fields for edge in records if getattr(edge, name)}
        edge_fields = {name: _joined(column) for name, column in fields.items() if name in given}
        return {name: numpy.concatenate([*parts[name], own[name]]) for name in own} | {
            "edge_fields": {name: column for name, column in edge_fields.items() if _known(column).any()}
        }

    # What is worth knowing of the whole

    def notes(self) -> Iterator[Finding]:
        """What is missing, and which models may be the same."""
        yield from unsaid([*self.repair.unsaid, *self._unsaid()])
        columns = self.columns
        listed, count = self._listed(), len(columns.ids)
        values, records = self.arrays.fields.get("license"), self.repair.models.values()
        plain = self.rows[: count - len(records)]
        licensed = numpy.zeros(len(plain), dtype=bool) if values is None else values.known[plain]
        own = numpy.array([record.license is not None for record in records], dtype=bool)
        known = {GAPS["license"]: numpy.concatenate([licensed, own]), GAPS["released"]: columns.dates > 0}
        for kind, are_known in known.items():
            yield from self._gap(kind, listed, are_known)
        yield from self._alike()

    def baseless(self) -> Iterator[Finding]:
        """Which models name no base and are the base of none."""
        columns = self.columns
        related = numpy.zeros(len(columns.ids), dtype=bool)
        other = columns.relation != INDEX_OF_RELATION[Relation.DATA]
        related[columns.parent[other]] = related[columns.child[other]] = True
        yield from self._gap(BASE, self._listed(), related)

    def _listed(self) -> NDArray[numpy.bool_]:
        """Which of all are models, and no placeholders."""
        columns = self.columns
        note, kind = columns.fields.get("note"), columns.fields.get("kind")
        listed = numpy.ones(len(columns.ids), dtype=bool)
        if note is not None:
            listed &= note != PLACEHOLDER if isinstance(note, numpy.ndarray) else ~_among(note, PLACEHOLDER)
        if kind is not None:
            listed &= numpy.array([value in (None, Kind.MODEL) for value in kind], dtype=bool)
        return listed

    def _gap(
        self, kind: tuple[str, str], listed: NDArray[numpy.bool_], known: NDArray[numpy.bool_]
    ) -> Iterator[Finding]:
        missing = numpy.flatnonzero(listed & ~known)
        ids = [self.columns.ids[index] for index in self._ordered(missing)]
        yield from gap(kind, ids, int(listed.sum()), _Positions(self, missing))

    def _unsaid(self) -> Iterator[Unsaid]:
        """The plain derivations without a relation."""
        for edges in self.arrays.edges:
            indices = numpy.flatnonzero(edges.kept & (edges.relation == UNSAID))
            at = () if not edges.within else ("parents",) if "parents" in edges.table.columns else ("parent",)
            children, parents = (self._ids_of(ends[indices]) for ends in (edges.child, edges.parent))
            few = len(indices) <= MOST
            for child, parent, row in zip(children, parents, edges.rows[indices].tolist(), strict=True):
                # Where there are many, their positions are not reported.
                yield Unsaid(child, parent, edges.table.position(row, at) if few else _NOWHERE)

    def _alike(self) -> Iterator[Finding]:
        """Models whose ids or names differ little."""
        import pyarrow as pa

        columns = self.columns
        names = columns.fields.get("name")
        texts = [pa.array(columns.ids, pa.large_string())]
        owners = numpy.arange(len(columns.ids))
        if names is not None:
            named = numpy.flatnonzero(_known(names))
            texts.append(pa.array(names, pa.large_string()).take(named))
            owners = numpy.concatenate([owners, named])
        hashes = numpy.concatenate([quiet_hashes(part) for part in texts])
        order = numpy.argsort(hashes, kind="stable")
        hashes, owners = hashes[order], owners[order]
        again = numpy.flatnonzero((hashes[1:] == hashes[:-1]) & (owners[1:] != owners[:-1]))
        shared = numpy.isin(hashes, hashes[again]) if len(again) else numpy.zeros(len(hashes), dtype=bool)
        doubtful = numpy.unique(owners[shared])
        indices = self._ordered(doubtful)
        known = {columns.ids[index]: _text(names, index) for index in indices}
        called = {id: name or id for id, name in known.items()}
        yield from alike(called, _Positions(self, numpy.array(indices, dtype=numpy.int64)))

    def _ordered(self, indices: NDArray[Any]) -> list[int]:
        """Indices of models in date order, then by id."""
        ids, dates = self.columns.ids, numpy.where(self.columns.dates > 0, self.columns.dates, _UNDATED)
        by_id: list[int] = sorted(indices.tolist(), key=ids.__getitem__)
        order = numpy.argsort(dates[by_id], kind="stable")
        return [by_id[index] for index in order.tolist()]


class _Positions(Mapping[str, Position]):
    """Where models stand, found out when it is asked for."""

    def __init__(self, assembly: _Assembly, indices: NDArray[Any]) -> None:
        pairs = zip(indices.tolist(), assembly.rows[indices].tolist(), strict=True)
        self._rows = {assembly.columns.ids[index]: row for index, row in pairs if row >= 0}
        self._assembly = assembly

    def __getitem__(self, id: str) -> Position:
        assembly = self._assembly
        if id in assembly.repair.positions:
            return assembly.repair.positions[id]
        row, tables = self._rows[id], assembly.arrays.tables
        if tables.nodes is not None:
            return tables.nodes.position(row)
        assert tables.edges is not None
        return tables.edges.position(int(assembly.dirty.first_named[row]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _objects(values: list[Any]) -> NDArray[Any]:
    """Values as an array, lists among them."""
    found = numpy.full(len(values), None, dtype=object)
    for index, value in enumerate(values):
        found[index] = value
    return found


def _joined(parts: list[Any]) -> Any:
    """Parts of a column as one: an array of Arrow where one of them is, else one of numpy."""
    if all(isinstance(part, numpy.ndarray) for part in parts):
        return numpy.concatenate(parts)
    import pyarrow as pa

    return pa.concat_arrays([pa.array(part, pa.large_string()) for part in parts])


def _known(column: Any) -> NDArray[numpy.bool_]:
    if isinstance(column, numpy.ndarray):
        return numpy.fromiter((value is not None for value in column), bool, len(column))
    known: NDArray[numpy.bool_] = column.is_valid().to_numpy(zero_copy_only=False)
    return known


def _text(column: Any, row: int) -> str | None:
    value: Any = None if column is None else column[row]
    text: str | None = value.as_py() if hasattr(value, "as_py") else value
    return text


def _among(column: Any, word: str) -> NDArray[numpy.bool_]:
    found = numpy.zeros(len(column), dtype=bool)
    found[rows_among(column, [word])] = True
    return found
