"""What makes records a lineage: unique ids, known parents, no cycles. Everything wrong is found at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import nsmallest
from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray
from pydantic import ValidationError

from modeltree.findings import Finding, nearest, shown
from modeltree.graph.columns import field_values
from modeltree.graph.store import Columns
from modeltree.records import Derivation, Model, Organization, PartialDate, Record, Relation

_MOST_HINTS = 20
_MOST_NAMED = 20  # of the models of a cycle
_MOST_OTHERS = 20  # that are named with an alias


def problems_of(
    models: Sequence[Model], derivations: Sequence[Derivation], organizations: Sequence[Organization] = ()
) -> list[Finding]:
    """All reasons why some records make no lineage, in the order of the records.

    Where no organizations are given, any organization id is taken as it is.
    """
    return [
        *_repeated_ids("models", models),
        *_repeated_ids("organizations", organizations),
        *_shared_aliases("models", models),
        *_shared_aliases("organizations", organizations),
        *_unknown_organizations(models, organizations),
        *_broken_derivations(models, derivations),
        *_cycles(models, derivations),
    ]


def _repeated_ids(table: str, records: Sequence[Model | Organization]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for row, record in enumerate(records):
        if record.id in first:
            message = f"duplicate id {record.id!r}: {first[record.id]!r} has it already"
            yield Finding("duplicate-id", message, "give each its own id", (record.id,), (table, row, "id"))
        else:
            first[record.id] = record.name


def _shared_aliases(table: str, records: Sequence[Model | Organization]) -> Iterator[Finding]:
    """An alias is one record's alone; display names may be shared, then only ids tell the records apart."""
    owners: dict[str, set[str]] = {}
    for record in records:
        for name in (record.id, record.name, *record.aliases):
            owners.setdefault(name, set()).add(record.id)
    first = {name: nsmallest(_MOST_OTHERS + 1, ids) for name, ids in owners.items() if len(ids) > 1}
    kind = {"models": "model", "organizations": "organization"}[table]
    for row, record in enumerate(records):
        for index, alias in enumerate(record.aliases):
            others = [id for id in first.get(alias, ()) if id != record.id][:_MOST_OTHERS]
            if others:
                message = f"alias {alias!r} of {record.id!r} also names the {kind} {others[0]!r}"
                at = (table, row, "aliases", index)
                yield Finding("ambiguous-alias", message, "drop it from one of them", (record.id, *others), at)


def _unknown_organizations(models: Sequence[Model], organizations: Sequence[Organization]) -> Iterator[Finding]:
    known = {organization.id for organization in organizations}
    did_you_mean = _hints(known)
    for row, model in enumerate(models if known else ()):
        for index, name in enumerate(model.organizations):
            if name not in known:
                message = f"unknown organization {name!r} of {model.id!r}"
                at = ("models", row, "organizations", index)
                yield Finding("unknown-organization", message, did_you_mean(name), (model.id,), at)


def _broken_derivations(models: Sequence[Model], derivations: Sequence[Derivation]) -> Iterator[Finding]:
    known = {model.id for model in models}
    did_you_mean = _hints(known)
    seen: dict[tuple[str, str], Derivation] = {}
    for row, step in enumerate(derivations):
        pair = (step.parent, step.child)
        for end, name in (("parent", step.parent), ("child", step.child)):
            if name not in known:
                other = step.child if end == "parent" else step.parent
                message = f"missing {end} {name!r} of {other!r}"
                yield Finding(f"missing-{end}", message, did_you_mean(name), (other,), ("derivations", row, end))
        if step.parent == step.child:
            message = f"self-loop: {step.child!r} is derived from itself"
            yield Finding("self-loop", message, "name another parent", (step.child,), ("derivations", row, "parent"))
        if pair in seen:
            message = f"{step.child!r} is derived from {step.parent!r} twice: {seen[pair].relation}, {step.relation}"
            hint = "a pair of models has one derivation with one relation"
            yield Finding("duplicate-derivation", message, hint, pair, ("derivations", row, "parent"))
        seen.setdefault(pair, step)


def _cycles(models: Sequence[Model], derivations: Sequence[Derivation]) -> Iterator[Finding]:
    ids = sorted({model.id for model in models})
    numbers = {name: number for number, name in enumerate(ids)}
    parents: list[list[int]] = [[] for _ in ids]
    rows: dict[tuple[int, int], int] = {}
    for row, step in enumerate(derivations):
        parent, child = numbers.get(step.parent), numbers.get(step.child)
        if parent is not None and child is not None and parent != child and (parent, child) not in rows:
            parents[child].append(parent)
            rows[parent, child] = row
    for cycle in find_cycles(parents):
        names = tuple(ids[number] for number in cycle.nodes)
        message = cycle_text(names, cycle.length)
        at = ("derivations", rows[cycle.last, cycle.nodes[0]], "parent")
        yield Finding("cycle", message, "one of these derivations is wrong", names, at)


def cycle_text(names: Sequence[str], length: int) -> str:
    """What a message says of a cycle: of a long one, its first models."""
    few = names if len(names) == length else (*names, f"{length - len(names):,} more")
    return f"cycle: {' -> '.join((*few, names[0]))}"


class Cycle(NamedTuple):
    """A cycle from parent to child."""

    nodes: tuple[int, ...]
    """All nodes, beginning with the least one; of a long cycle, the first from where it was found on."""
    length: int
    last: int  # the node from which it leads back to the first
    worst: tuple[int, int]  # the edge that is to go: the worst, or the one by which the cycle was found


def find_cycles(
    parents: Sequence[Sequence[int]], badness: Callable[[int, int], tuple[int, ...]] | None = None
) -> Iterator[Cycle]:
    """Cycles, one for each edge that closes one as the graph is followed down from its least nodes."""
    # A graph without cycles has none, any other at least one; there can be exponentially many cycles, and these are no
    # more than there are edges. With `badness`, which says of a parent and a child how bad the edge is, the worst edge
    # of each cycle is taken for gone from then on. That takes work in proportion to the edges, but for a logarithm.
    children: list[list[int]] = [[] for _ in parents]
    for below, above in enumerate(parents):
        for node in above:
            children[node].append(below)
    done: set[int] = set()
    for start in range(len(parents)):
        if start in done:
            continue
        path, indices, choices, cut = [start], {start: 0}, [iter(children[start])], [0]
        worst = _WorstEdges()
        while path:
            child = next(choices[-1], None)
            if child is None:
                choices.pop()
                node = path.pop()
                worst.pop()
                del indices[node]
                done.add(node)
                while len(cut) > 1 and cut[-1] >= len(path):
                    cut.pop()
            elif child in indices:
                first, length = indices[child], len(path) - indices[child]
                if first < cut[-1]:
                    continue  # cut already
                place = len(path)
                if badness and badness(path[-1], child) < worst.since(first)[0]:
                    place = worst.since(first)[1]
                    cut.append(place)
                nodes = path[first : first + _MOST_NAMED] if length > _MOST_NAMED + 1 else path[first:]
                least = 0 if len(nodes) < length else nodes.index(min(nodes))
                edge = (path[place - 1], path[place] if place < len(path) else child)
                last = nodes[least - 1] if len(nodes) == length else path[-1]
                yield Cycle((*nodes[least:], *nodes[:least]), length, last, edge)
            elif child not in done:
                worst.push(badness(path[-1], child) if badness else (), len(path))
                indices[child] = len(path)
                path.append(child)
                choices.append(iter(children[child]))


class _WorstEdges:
    """The edges of a path, of which the worst among the last ones is found in few steps."""

    # Each edge knows the worst of a stretch that ends with it. Stretches are as long as in a skew binary number: of
    # these a few, one behind the other, are any stretch.

    def __init__(self) -> None:
        none: tuple[tuple[int, ...], int] = (), 0
        self._own: list[tuple[tuple[int, ...], int]] = [none]
        self._worst = [none]
        self._before = [0]

    def push(self, badness: tuple[int, ...], place: int) -> None:
        """Add an edge, and where on the path it ends."""
        own, last = (badness, place), place - 1
        middle = self._before[last]
        whole = last > 0 and last - middle == middle - self._before[middle]
        self._own.append(own)
        self._before.append(self._before[middle] if whole else last)
        self._worst.append(max(own, self._worst[last], self._worst[middle]) if whole else own)

    def pop(self) -> None:
        """Take the last edge away."""
        for column in (self._own, self._worst, self._before):
            column.pop()

    def since(self, first: int) -> tuple[tuple[int, ...], int]:
        """The worst edge behind a place on the path, and where it ends."""
        place, found = len(self._own) - 1, self._own[0]
        while place > first:
            wide = self._before[place] >= first
            found = max(found, self._worst[place] if wide else self._own[place])
            place = self._before[place] if wide else place - 1
        return found


def _hints(known: Iterable[str]) -> Callable[[str], str | None]:
    """What says which known names are like one, for the first few: each is compared with all, and that takes long."""
    names = sorted(known)
    left = iter(range(_MOST_HINTS))

    def did_you_mean(name: str) -> str | None:
        close = nearest(name, names) if next(left, None) is not None else ()
        return f"did you mean {' or '.join(repr(other) for other in close)}?" if close else None

    return did_you_mean


# Columns


def problems_of_columns(columns: Columns) -> list[Finding]:
    """Reasons why some columns make no lineage, but for cycles; of each kind, those that come first."""
    shape = list(_mistyped(columns)) or list(_unequal(columns))
    return shape or list(_unfit(columns)) or list(_repeated(columns.ids)) or list(_broken(columns))


def _unequal(columns: Columns) -> Iterator[Finding]:
    """Columns that are not as long as the others."""
    of_models = {"dates": columns.dates, **columns.fields}
    of_edges = {"parent": columns.parent, "child": columns.child, **columns.edge_fields}
    for what, count, table in (
        ("models", len(columns.ids), of_models),
        ("derivations", len(columns.relation), of_edges),
    ):
        for name, column in table.items():
            if len(column) != count:
                yield Finding("bad-value", f"{len(column)} values of {name!r} for {count} {what}")


def _mistyped(columns: Columns) -> Iterator[Finding]:
    """Arrays that are none of integers, columns that are none, and fields that there are not."""
    for name in ("dates", "parent", "child", "relation"):
        array = getattr(columns, name)
        if not isinstance(array, numpy.ndarray) or array.ndim != 1 or (array.dtype.kind not in "iu" and len(array)):
            yield Finding("wrong-type", f"{name!r} is {shown(array)}, and no array of integers")
    for name, column in [("ids", columns.ids), *columns.fields.items(), *columns.edge_fields.items()]:
        if not isinstance(column, list | tuple | numpy.ndarray) and not hasattr(column, "to_pylist"):
            yield Finding("wrong-type", f"{name!r} is {shown(column)}, and no list or array")
    for name in columns.fields:
        if name not in Model.model_fields or name in ("id", "released"):
            yield Finding("unknown-key", f"there is no column {name!r} of models")
    for name in columns.edge_fields:
        if name not in ("references", "note"):
            yield Finding("unknown-key", f"there is no column {name!r} of derivations")


def _unfit(columns: Columns) -> Iterator[Finding]:
    """Values that do not fit their fields."""
    count, values = len(columns.ids), dict[str, list[Any]]()
    table: list[tuple[type[Record], str, Any]] = [
        (Model, "id", columns.ids),
        *((Model, name, column) for name, column in columns.fields.items()),
        *((Derivation, name, column) for name, column in columns.edge_fields.items()),
    ]
    for record, name, column in table:
        try:
            found = field_values(record, name, column, count if record is Model else len(columns.relation))
        except ValueError as error:
            yield Finding("bad-value", f"a value does not fit its field {error}")
        else:
            if record is Model and name == "id" and any(id is None for id in found):
                yield Finding("bad-value", "there is a model without an id")
            values |= {name: found} if name in ("openness", "access") else {}
    for openness, access in set(zip(*values.values(), strict=True)) if len(values) == 2 and "access" in values else ():
        try:
            Model(id="id", name="name", **dict(zip(values, (openness, access), strict=True)))
        except ValidationError:
            yield Finding("bad-value", f"openness and access do not fit: {str(openness)!r} and {str(access)!r}")
    for number in numpy.unique(columns.dates).tolist():
        try:
            if number:
                PartialDate.of_number(number)
        except ValueError:
            yield Finding("bad-date", f"{number} is no date: a day is 20230314, a month 20230300, a year 20230000")
            return


def _repeated(ids: list[str]) -> Iterator[Finding]:
    if len(set(ids)) == len(ids):
        return
    for id, number in Counter(ids).items():
        if number > 1:
            yield Finding(
                "duplicate-id", f"duplicate id {id!r}: {number} models have it", "give each its own id", (id,)
            )


def _broken(columns: Columns) -> Iterator[Finding]:
    """Derivations that cannot stand."""
    count, parent, child = len(columns.ids), columns.parent, columns.child
    for row in numpy.concatenate([parent, child]).tolist() if _outside(parent, count) or _outside(child, count) else ():
        if not 0 <= row < count:
            yield Finding("missing-parent", f"a derivation names row {row} of {count}", "rows are counted from 0")
            return
    strange = columns.relation[(columns.relation >= len(Relation)) | (columns.relation < 0)]
    if len(strange):
        message = f"there is no relation of number {strange[0]}; there are {len(Relation)}, counted from 0"
        yield Finding("unknown-relation", message)
    for row in child[child == parent][:1].tolist():
        id = columns.ids[row]
        yield Finding("self-loop", f"self-loop: {id!r} is derived from itself", "name another parent", (id,))
    pairs = numpy.sort(child.astype(numpy.int64) * count + parent.astype(numpy.int64))
    for pair in pairs[1:][pairs[1:] == pairs[:-1]][:1].tolist():
        below, above = (columns.ids[row] for row in divmod(pair, count))
        message = f"{below!r} is derived from {above!r} twice"
        yield Finding("duplicate-derivation", message, "a pair of models has one derivation", (above, below))


def _outside(rows: NDArray[Any], count: int) -> bool:
    return len(rows) > 0 and (int(rows.min()) < 0 or int(rows.max()) >= count)
