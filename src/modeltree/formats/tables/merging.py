"""Plain rows and what became of the others as one lineage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy
from numpy.typing import NDArray

from modeltree.findings import Finding, Position
from modeltree.formats.repair.audit import GAPS, MOST, PLACEHOLDER, Unsaid, alike, gap, in_order, unsaid
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.cleaning import Cleaning
from modeltree.formats.repair.vocabulary import quiet_key
from modeltree.formats.tables.closure import Closure
from modeltree.formats.tables.screening import UNSAID
from modeltree.graph.store import Columns
from modeltree.lineage import Lineage
from modeltree.records import Kind, Model, Relation

if TYPE_CHECKING:
    from modeltree.formats.tables.whole import Whole
    from modeltree.formats.tables.wide import How

__all__ = ["Merging", "merged"]

_PLACE = {relation: place for place, relation in enumerate(Relation)}
_UNDATED = 1 << 30
_NOWHERE = Position(Path())


def merged(whole: Whole, how: How) -> Reading:
    """The lineage of some tables, and everything found."""
    merging = Merging(whole, how)
    how.progress("build", 0, len(merging.columns.ids))
    cleaning = merging.cleaning
    findings = list(cleaning.findings)
    if how.notes:
        findings += merging.notes()
    columns = merging.columns
    # Hundreds of megabytes of which no lineage has need.
    del merging
    whole.release()
    organizations = cleaning.organizations.table.values()
    lineage = Lineage.from_checked_columns(columns, organizations, about=cleaning.about)
    how.progress("build", len(lineage), len(lineage))
    return Reading(lineage, in_order(findings))


class Merging:
    """The work of putting plain rows and records together.

    Attributes
    ----------
    columns : Columns
        The models and derivations.
    cleaning : Cleaning
        What became of the rows that are not plain.
    rows : array
        The row of each model; -1 for a record.
    """

    def __init__(self, whole: Whole, how: How) -> None:
        self.whole, self.how = whole, how
        self.closure = closure = Closure(whole, how)
        how.progress("repair", 0, int(closure.full.sum() + closure.light.sum()))
        self.cleaning = cleaning = Cleaning(closure.intake(), how.policy, how.aliases)
        cleaning.work()
        kept = ~closure.full
        if whole.tables.nodes is None:
            kept &= _there(whole)
        plain = numpy.flatnonzero(kept)
        plain_ids = whole.texts.texts(whole.ids[plain])
        light = numpy.flatnonzero(closure.light & kept)
        places = dict(zip(whole.texts.texts(whole.ids[light]), _place_of(plain, light), strict=True))
        records = [model for id, model in cleaning.models.items() if id not in places]
        places |= {model.id: len(plain) + number for number, model in enumerate(records)}
        self.rows = numpy.concatenate([plain, numpy.full(len(records), -1, dtype=plain.dtype)])
        place = numpy.full(whole.count, -1, dtype=numpy.int32)
        place[plain] = numpy.arange(len(plain), dtype=numpy.int32)
        # Who is read row by row for a field of his is still who he was.
        again = numpy.flatnonzero(closure.full & whole.named)
        place[again] = [places.get(id, -1) for id in whole.texts.texts(whole.ids[again])]
        steps = self._steps(place, places)
        self.columns = Columns(
            ids=plain_ids + [record.id for record in records],
            dates=numpy.concatenate(
                [
                    whole.dates[plain],
                    numpy.array([record.released.number if record.released else 0 for record in records], numpy.int32),
                ]
            ),
            fields=dict(self._fields(plain, records)),
            **steps,
        )

    def _fields(self, plain: NDArray[Any], records: list[Model]) -> Iterator[tuple[str, Any]]:
        """The fields of all models that are known of any."""
        whole = self.whole
        values = {name: found.column[plain] for name, found in whole.fields.items()}
        if whole.makers is not None:
            values["organizations"] = self._makers()[whole.makers.codes[plain]]
        for name, known in Model.model_fields.items():
            if name in ("id", "released"):
                continue
            default = None if known.is_required() else known.get_default(call_default_factory=True)
            own = numpy.full(len(records), None, dtype=object)
            for number, record in enumerate(records):
                value = getattr(record, name)
                own[number] = None if value == (record.id if name == "name" else default) else value
            if name in values or any(value is not None for value in own):
                before = values.get(name)
                yield name, numpy.concatenate([numpy.full(len(plain), None) if before is None else before, own])

    def _makers(self) -> NDArray[Any]:
        """The organizations of models as ids, by the place of their value; those that are new become records."""
        written = self.whole.makers
        assert written is not None
        used = numpy.zeros(len(written.values), dtype=bool)
        used[written.codes[~self.closure.full]] = True
        found = numpy.full(len(written.values), None, dtype=object)
        for place, value in enumerate(written.values.tolist()):
            if value and used[place]:
                found[place] = tuple(self.cleaning.organizations.ids(value, _NOWHERE))
        return found

    def _steps(self, place: NDArray[numpy.int32], places: Mapping[str, int]) -> dict[str, Any]:
        """The derivations: plain ones, then those that were read row by row."""
        records = self.cleaning.steps
        own = {
            "parent": numpy.array([places[step.parent] for step in records], dtype=numpy.int32),
            "child": numpy.array([places[step.child] for step in records], dtype=numpy.int32),
            "relation": numpy.array([_PLACE[step.relation] for step in records], dtype=numpy.uint8),
        }
        parts: dict[str, list[NDArray[Any]]] = {name: [] for name in own}
        fields: dict[str, list[Any]] = {name: [] for name in ("references", "note")}
        for steps in self.whole.steps:
            plain = numpy.flatnonzero(steps.plain & ~steps.troubled[steps.rows])
            parts["parent"].append(place[steps.parent[plain]])
            parts["child"].append(place[steps.child[plain]])
            relation = steps.relation[plain]
            relation[relation == UNSAID] = _PLACE[Relation.UNSPECIFIED]
            parts["relation"].append(relation)
            for name, column in fields.items():
                values = steps.fields.get(name)
                rows = steps.rows[plain]
                column.append(numpy.full(len(plain), None) if values is None else values.column[rows])
        for name, column in fields.items():
            column.append(_column([getattr(step, name) or None for step in records]))
        edge_fields = {name: numpy.concatenate(column) for name, column in fields.items()}
        return {name: numpy.concatenate([*parts[name], own[name]]) for name in own} | {
            "edge_fields": {name: column for name, column in edge_fields.items() if any(v is not None for v in column)}
        }

    # What is worth knowing of the whole

    def notes(self) -> Iterator[Finding]:
        """What is not said, and who may be the same."""
        yield from unsaid([*self.cleaning.unsaid, *self._unsaid()])
        columns = self.columns
        count = len(columns.ids)
        note, kind = columns.fields.get("note"), columns.fields.get("kind")
        listed = numpy.ones(count, dtype=bool)
        if note is not None:
            listed &= note != PLACEHOLDER
        if kind is not None:
            listed &= numpy.array([value in (None, Kind.MODEL) for value in kind], dtype=bool)
        license = columns.fields.get("license")
        known = {
            "license": numpy.zeros(count, dtype=bool) if license is None else _known(license),
            "released": columns.dates > 0,
        }
        for name in GAPS:
            missing = numpy.flatnonzero(listed & ~known[name])
            ids = [columns.ids[number] for number in self._ordered(missing)]
            yield from gap(name, ids, int(listed.sum()), self._positions(missing))
        yield from self._alike()

    def _unsaid(self) -> Iterator[Unsaid]:
        """The plain derivations without a word on how."""
        texts, ids = self.whole.texts, self.whole.ids
        for steps in self.whole.steps:
            plain = steps.plain & ~steps.troubled[steps.rows] & (steps.relation == UNSAID)
            numbers = numpy.flatnonzero(plain)
            at = ("parents",) if "parents" in steps.table.columns else ("parent",)
            children, parents = (texts.texts(ids[ends[numbers]]) for ends in (steps.child, steps.parent))
            few = len(numbers) <= MOST
            for child, parent, row in zip(children, parents, steps.rows[numbers].tolist(), strict=True):
                # Of many nobody asks where each stands.
                place = steps.table.place(row, at if steps.within else ()) if few else _NOWHERE
                yield Unsaid(child, parent, place)

    def _alike(self) -> Iterator[Finding]:
        """Models whose ids or names differ little."""
        columns = self.columns
        names = columns.fields.get("name")
        owners: dict[str, int] = {}
        doubtful: set[int] = set()
        for number, key in enumerate(quiet_keys(columns.ids)):
            if owners.setdefault(key, number) != number:
                doubtful |= {owners[key], number}
        for number in numpy.flatnonzero(_known(names)).tolist() if names is not None else ():
            key = quiet_key(names[number] if names is not None else "")
            if owners.setdefault(key, number) != number:
                doubtful |= {owners[key], number}
        numbers = self._ordered(numpy.array(sorted(doubtful), dtype=numpy.int64))
        known = {columns.ids[number]: (names[number] if names is not None else None) for number in numbers}
        called = {id: name or id for id, name in known.items()}
        yield from alike(called, self._positions(numpy.array(numbers, dtype=numpy.int64)))

    def _ordered(self, numbers: NDArray[Any]) -> list[int]:
        """Numbers of models in date order, then by id."""
        ids, dates = self.columns.ids, numpy.where(self.columns.dates > 0, self.columns.dates, _UNDATED)
        by_id: list[int] = sorted(numbers.tolist(), key=ids.__getitem__)
        order = numpy.argsort(dates[by_id], kind="stable")
        return [by_id[place] for place in order.tolist()]

    def _positions(self, numbers: NDArray[Any]) -> Mapping[str, Position]:
        """Where some models stand."""
        return _Positions(self, numbers)


class _Positions(Mapping[str, Position]):
    """Where models stand, found out when it is asked for."""

    def __init__(self, merging: Merging, numbers: NDArray[Any]) -> None:
        self._rows = {
            merging.columns.ids[number]: row
            for number, row in zip(numbers.tolist(), merging.rows[numbers].tolist(), strict=True)
            if row >= 0
        }
        self._merging = merging

    def __getitem__(self, id: str) -> Position:
        merging = self._merging
        if id in merging.cleaning.positions:
            return merging.cleaning.positions[id]
        row, tables = self._rows[id], merging.whole.tables
        if tables.nodes is not None:
            return tables.nodes.place(row)
        assert tables.edges is not None
        return tables.edges.place(int(merging.closure.first_named[row]) // 2)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def quiet_keys(ids: list[str]) -> list[str]:
    """The `quiet_key` of each id; of all at once, which takes a tenth of the time."""
    joined = "\n".join(ids)
    if not ids or not joined.isascii():
        return [quiet_key(id) for id in ids]
    return joined.casefold().translate({ord(character): None for character in "_.-"}).split("\n")


def _there(whole: Whole) -> NDArray[numpy.bool_]:
    """Which texts are an end of a derivation that stays a column."""
    found = numpy.zeros(whole.count, dtype=bool)
    for steps in whole.steps:
        kept = steps.plain & ~steps.troubled[steps.rows]
        for ends in (steps.parent, steps.child):
            found[ends[kept]] = True
    return found


def _place_of(plain: NDArray[Any], rows: NDArray[Any]) -> list[int]:
    found: list[int] = numpy.searchsorted(plain, rows).tolist()
    return found


def _column(values: list[Any]) -> NDArray[Any]:
    found = numpy.full(len(values), None, dtype=object)
    for place, value in enumerate(values):
        found[place] = value
    return found


def _known(column: NDArray[Any]) -> NDArray[numpy.bool_]:
    return numpy.fromiter((value is not None for value in column), bool, len(column))
