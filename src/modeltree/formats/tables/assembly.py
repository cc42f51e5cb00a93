"""Plain rows and the records of the others put together as one lineage."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

from modeltree.findings import Position
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.record_findings import MOST, Unsaid, in_order, unsaid, worth_knowing
from modeltree.formats.tables.odd_rows import OddRows
from modeltree.formats.tables.requests import ReadOptions
from modeltree.formats.tables.screening import INDEX_OF_RELATION, UNSAID
from modeltree.formats.tables.table_arrays import TableArrays
from modeltree.formats.tables.table_columns import objects
from modeltree.graph.columns import Column, construct
from modeltree.graph.store import Columns
from modeltree.lineage import Lineage
from modeltree.records import Model, Organization, Relation

_FEW = 2000
_NOWHERE = Position(Path())
_PLAIN_ID = re.compile("[!-~]{1,300}")


def assemble(arrays: TableArrays, options: ReadOptions) -> Reading:
    """The lineage of some tables, and everything found."""
    odd = OddRows(arrays, options)
    columns = _columns(arrays, odd)
    options.progress("build", 0, len(columns.ids))
    repair, findings = odd.repair, list(odd.repair.findings)
    if options.notes:
        findings += unsaid([*repair.unsaid, *_unsaid(arrays)])
    elif not options.policy.missing_base:  # hundreds of megabytes that no lineage needs
        del odd
        arrays.release()
    lineage = Lineage.from_checked_columns(columns, repair.organizations.by_id.values(), about=repair.about)
    if len(lineage) + len(columns.parent) < _FEW:  # which are shown as the tuples that they are
        lineage = Lineage(lineage.models, lineage.derivations, lineage.organizations.values(), about=lineage.about)
    if options.notes or options.policy.missing_base:
        findings += worth_knowing(lineage, odd.position, notes=options.notes, bases=options.policy.missing_base)
    options.progress("build", len(lineage), len(lineage))
    return Reading(lineage, in_order(findings))


def _columns(arrays: TableArrays, odd: OddRows) -> Columns:
    """The columns of a lineage, made of plain rows and of the records of the others."""
    repair, plain = odd.repair, numpy.flatnonzero(~odd.full)
    records = list(repair.models.values())
    index_of_id = {model.id: len(plain) + index for index, model in enumerate(records)}
    ends = {id for edge in repair.derivations for id in (edge.parent, edge.child)} - index_of_id.keys()
    rows = numpy.array([odd.plain.row(id) for id in ends], dtype=numpy.int64)
    index_of_id |= zip(ends, numpy.searchsorted(plain, rows).tolist(), strict=True)
    index_of_row = numpy.full(arrays.count, -1, dtype=numpy.int32)
    index_of_row[plain] = numpy.arange(len(plain), dtype=numpy.int32)
    # A row that is read as a record for one of its fields still has its id.
    again = numpy.flatnonzero(odd.full & arrays.named)
    index_of_row[again] = [index_of_id.get(id, -1) for id in arrays.names(again)]
    dates = [record.released.number if record.released else 0 for record in records]
    return Columns(
        ids=arrays.names(plain) + [record.id for record in records],
        dates=numpy.concatenate([arrays.dates[plain], numpy.array(dates, numpy.int32)]),
        fields=dict(_fields(arrays, odd, plain, records)),
        **_edges(arrays, odd, index_of_row, index_of_id),
    )


def _fields(
    arrays: TableArrays, odd: OddRows, plain: NDArray[numpy.int64], records: list[Model]
) -> Iterator[tuple[str, Column]]:
    """The fields of all models that are known of any."""
    values = {name: found.taken(plain) for name, found in arrays.fields.items()}
    if arrays.organizations is not None:
        values["organizations"] = _organizations(arrays, odd)[arrays.organizations.codes[plain]]
    for name, known in Model.model_fields.items():
        if name in ("id", "released"):
            continue
        default = None if known.is_required() else known.get_default(call_default_factory=True)
        given = [getattr(record, name) for record in records]
        spare = [record.id for record in records] if name == "name" else [default] * len(records)
        own = objects([None if value == other else value for value, other in zip(given, spare, strict=True)])
        if name in values or any(value is not None for value in own):
            yield name, _joined([values.get(name, numpy.full(len(plain), None)), own])


def _organizations(arrays: TableArrays, odd: OddRows) -> NDArray[numpy.object_]:
    """The organizations of models as ids, by the index of their value; those that are new become records."""
    written, table = arrays.organizations, odd.repair.organizations
    assert written is not None
    used = numpy.zeros(len(written.values), dtype=bool)
    used[written.codes[~odd.full]] = True
    lists = [value if kept else None for value, kept in zip(written.values.tolist(), used.tolist(), strict=True)]
    plain = dict.fromkeys(id for ids in lists for id in ids or () if _PLAIN_ID.fullmatch(id))
    new = [id for id in plain if id not in table.by_id and not table.has_name(id)]
    table.by_id |= zip(new, construct(Organization, {"id": new, "name": new}), strict=True)
    return objects([tuple(table.ids(ids)) if ids else None for ids in lists])


def _edges(
    arrays: TableArrays, odd: OddRows, index_of_row: NDArray[numpy.int32], index_of_id: Mapping[str, int]
) -> dict[str, Any]:
    """The derivations: plain ones, then those that were read one by one."""
    records = odd.repair.derivations
    given = {name for edges in arrays.edges for name in edges.fields}
    given |= {name for name in ("references", "note") if any(getattr(edge, name) for edge in records)}
    parts: dict[str, list[Column]] = {name: [] for name in ("parent", "child", "relation", *given)}
    for edges in arrays.edges:
        kept = numpy.flatnonzero(edges.kept)
        relation = edges.relation[kept]
        relation[relation == UNSAID] = INDEX_OF_RELATION[Relation.UNSPECIFIED]
        parts["parent"].append(index_of_row[edges.parent[kept]])
        parts["child"].append(index_of_row[edges.child[kept]])
        parts["relation"].append(relation)
        for name in given:
            values = edges.fields.get(name)
            parts[name].append(numpy.full(len(kept), None) if values is None else values.taken(edges.rows[kept]))
    parts["parent"].append(numpy.array([index_of_id[edge.parent] for edge in records], dtype=numpy.int32))
    parts["child"].append(numpy.array([index_of_id[edge.child] for edge in records], dtype=numpy.int32))
    parts["relation"].append(numpy.array([INDEX_OF_RELATION[edge.relation] for edge in records], dtype=numpy.uint8))
    for name in given:
        parts[name].append(objects([getattr(edge, name) or None for edge in records]))
    more = {name: _joined(parts.pop(name)) for name in given}
    return {name: numpy.concatenate(column) for name, column in parts.items()} | {
        "edge_fields": {name: column for name, column in more.items() if _any_known(column)}
    }


def _unsaid(arrays: TableArrays) -> Iterator[Unsaid]:
    """The plain derivations without a relation."""
    for edges in arrays.edges:
        indices = numpy.flatnonzero(edges.kept & (edges.relation == UNSAID))
        at = () if not edges.within else ("parents",) if "parents" in edges.table.columns else ("parent",)
        children, parents = (arrays.names(ends[indices]) for ends in (edges.child, edges.parent))
        few = len(indices) <= MOST
        for child, parent, row in zip(children, parents, edges.rows[indices].tolist(), strict=True):
            # Where there are many, their positions are not reported.
            yield Unsaid(child, parent, edges.table.position(row, at) if few else _NOWHERE)


def _joined(parts: Sequence[Column]) -> Column:
    """Parts of a column as one: an array of Arrow where one of them is, else one of numpy."""
    if all(isinstance(part, numpy.ndarray) for part in parts):
        return numpy.concatenate(parts)
    import pyarrow as pa

    return pa.concat_arrays([pa.array(part, pa.large_string()) for part in parts])


def _any_known(column: Column) -> bool:
    if isinstance(column, numpy.ndarray):
        return any(value is not None for value in column)
    return bool(column.null_count < len(column))
