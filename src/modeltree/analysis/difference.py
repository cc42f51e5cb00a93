"""Difference: what changed from one lineage to another, and back to the other by applying it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar

import numpy
from numpy.typing import NDArray

from modeltree._util.arguments import checked
from modeltree._util.text import counted
from modeltree.analysis import Report, Section
from modeltree.analysis.identity import Why, same_models
from modeltree.findings import shown
from modeltree.graph.columns import RecordFields
from modeltree.graph.store import EdgeStore, NodeStore, joined
from modeltree.lineage import Lineage
from modeltree.records import About, Derivation, License, Links, Model, Organization, Record, Relation

__all__ = ["Change", "Difference", "Renaming", "Reparenting", "ValueChange", "diff"]

T = TypeVar("T")

_INDEX_OF_RELATION = {relation: index for index, relation in enumerate(Relation)}


@dataclass(frozen=True, slots=True)
class Renaming:
    """A model that has another id.

    Parameters
    ----------
    old, new : str
        The ids.
    why : {"alias", "name", "links"}
        How it is known: the one is a name of the other, both have one name, or the same web addresses.
    """

    old: str
    new: str
    why: Why


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A field of a model that has another value.

    Parameters
    ----------
    id : str
        The model; where it was renamed, its new id.
    field : str
        The field of `Model`.
    old, new : object
        The values, as records have them.
    """

    id: str
    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Reparenting:
    """A model with other parents than before, of which it lost some and has others instead.

    Parameters
    ----------
    id : str
        The model; where it was renamed, its new id.
    old, new : tuple of str
        The parents that it has no more, and those that it has now.
    """

    id: str
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """A record that was replaced; of what is new, ``old`` is None, and of what is gone, ``new``."""

    old: T | None
    new: T | None


@dataclass(frozen=True, slots=True)
class Difference(Report):
    """What changed from one lineage to another; it is false where nothing did.

    Parameters
    ----------
    models_added, models_removed : sequence of Model
        Models of which the other has none, in date order.
    renamed : tuple of Renaming
        Models that have another id.
    changes : tuple of ValueChange
        Fields that have another value, in the order of the models, then of the fields.
    derivations_added, derivations_removed : sequence of Derivation
        Derivations of pairs of models of which the other has none; a pair is the same after its models are renamed.
    derivations_changed : tuple of Change
        Derivations with another relation, other references or another note.
    reparented : tuple of Reparenting
        Models for which some derivations were added and others removed.
    organizations : tuple of Change
        Organizations that were added, removed or changed.
    about : Change or None
        What the lineage as a whole is, where that changed.
    """

    models_added: Sequence[Model]
    models_removed: Sequence[Model]
    renamed: tuple[Renaming, ...]
    changes: tuple[ValueChange, ...]
    derivations_added: Sequence[Derivation]
    derivations_removed: Sequence[Derivation]
    derivations_changed: tuple[Change[Derivation], ...]
    reparented: tuple[Reparenting, ...]
    organizations: tuple[Change[Organization], ...]
    about: Change[About] | None

    def __bool__(self) -> bool:
        return any(bool(getattr(self, field.name)) for field in fields(self))

    @property
    def relicensed(self) -> tuple[ValueChange, ...]:
        """Models with another license.

        Examples
        --------
        >>> import modeltree
        >>> old = modeltree.read_table([{"id": "a", "license": "mit"}]).lineage
        >>> new = modeltree.read_table([{"id": "a", "license": "apache-2.0"}]).lineage
        >>> [(each.id, each.new.name) for each in modeltree.diff(old, new).relicensed]
        [('a', 'apache-2.0')]
        """
        return tuple(change for change in self.changes if change.field == "license")

    @property
    def redated(self) -> tuple[ValueChange, ...]:
        """Models with another date.

        Examples
        --------
        >>> import modeltree
        >>> old = modeltree.read_table([{"id": "a", "released": "2023"}]).lineage
        >>> new = modeltree.read_table([{"id": "a", "released": "2023-03"}]).lineage
        >>> [str(each.new) for each in modeltree.diff(old, new).redated]
        ['2023-03']
        """
        return tuple(change for change in self.changes if change.field == "released")

    @property
    def relations_changed(self) -> tuple[Change[Derivation], ...]:
        """Derivations with another relation.

        Examples
        --------
        >>> import modeltree
        >>> old = modeltree.read_table([{"id": "a"}, {"id": "b", "parent": "a", "relation": "finetune"}]).lineage
        >>> new = modeltree.read_table([{"id": "a"}, {"id": "b", "parent": "a", "relation": "adapter"}]).lineage
        >>> [str(each.new.relation) for each in modeltree.diff(old, new).relations_changed]
        ['adapter']
        """
        pairs = ((change, change.old, change.new) for change in self.derivations_changed)
        return tuple(change for change, old, new in pairs if old and new and old.relation != new.relation)

    def apply(self, old: Lineage) -> Lineage:
        """The newer lineage, made from the older one; of millions of models that takes seconds.

        Parameters
        ----------
        old : Lineage
            The lineage that the difference was taken from, or one that has the same where they differ.

        Returns
        -------
        Lineage
            What the difference leads to.

        Raises
        ------
        ValueError
            When the lineage has something else where the difference changes it; the message says what.
        LineageError
            When what comes out is no lineage.

        Examples
        --------
        >>> import modeltree
        >>> new = modeltree.datasets.load("survey")
        >>> old = new.as_of("2023-03")
        >>> modeltree.diff(old, new).apply(old) == new
        True
        """
        return _Patch(self, old).applied()

    def _summary(self) -> str:
        counts = [
            (len(self.models_added), "model", "added"),
            (len(self.models_removed), "model", "removed"),
            (len(self.renamed), "model", "renamed"),
            (len({change.id for change in self.changes}), "model", "changed"),
            (len(self.reparented), "model", "re-parented"),
            (len(self.derivations_added), "derivation", "added"),
            (len(self.derivations_removed), "derivation", "removed"),
            (len(self.derivations_changed), "derivation", "changed"),
            (len(self.organizations), "organization", "added, removed or changed"),
        ]
        words = "; ".join(f"{counted(count, noun)} {what}" for count, noun, what in counts if count)
        return f"{words or ('Only what the whole is has changed' if self else 'Nothing differs')}."

    def _sections(self) -> Iterator[Section]:
        made_from = _by_child(self.derivations_added)
        header = ("model", "name", "released", "made from")
        rows = (
            (each.id, each.name, _text(each.released), _parents(made_from.get(each.id, ())))
            for each in self.models_added
        )
        yield Section("models added", header, rows, len(self.models_added))
        removed = ((each.id, each.name, _text(each.released)) for each in self.models_removed)
        yield Section("models removed", header[:3], removed, len(self.models_removed))
        renamed = ((each.old, each.new, each.why) for each in self.renamed)
        yield Section("renamed", ("before", "now", "known by"), renamed, len(self.renamed))
        rows_of = ((each.id, ", ".join(each.old), ", ".join(each.new)) for each in self.reparented)
        yield Section("re-parented", ("model", "no more from", "now from"), rows_of, len(self.reparented))
        relations = [(each.new.child, each.new.parent, str(each.old.relation), str(each.new.relation))
                     for each in self.relations_changed if each.old and each.new]  # fmt: skip
        yield Section("relation changed", ("model", "parent", "before", "now"), relations, len(relations))
        others = [change for change in self.changes if change.field not in ("license", "released")]
        for title, changes in (("relicensed", self.relicensed), ("date corrected", self.redated)):
            values = ((each.id, _text(each.old), _text(each.new)) for each in changes)
            yield Section(title, ("model", "before", "now"), values, len(changes))
        cells = ((each.id, each.field.replace("_", " "), *_shortly(each.old, each.new)) for each in others)
        yield Section("other fields", ("model", "field", "before", "now"), cells, len(others))
        told = {each.id for each in self.reparented}
        for title, edges, models in (
            ("derivations added", self.derivations_added, self.models_added),
            ("derivations removed", self.derivations_removed, self.models_removed),
        ):
            # Those of models that are told of already are told of with these.
            known = told | {model.id for model in models}
            left = [edge for edge in edges if edge.child not in known]
            steps = ((edge.child, edge.parent, str(edge.relation)) for edge in left)
            yield Section(title, ("model", "parent", "relation"), steps, len(left))
        facts = list(self._facts())
        yield Section("references and notes of derivations", ("model", "parent", "before", "now"), facts, len(facts))
        made = list(self._made())
        yield Section("organizations", ("organization", "field", "before", "now"), made, len(made))
        if self.about:
            whole = list(_fields_of(self.about))
            yield Section("the whole", ("field", "before", "now"), whole, len(whole))

    def _made(self) -> Iterator[tuple[str, str, str, str]]:
        for each in self.organizations:
            if each.old and each.new:
                yield from ((each.new.id, *cells) for cells in _fields_of(each))
            elif one := each.old or each.new:
                yield one.id, "name", each.old.name if each.old else "-", each.new.name if each.new else "-"

    def _facts(self) -> Iterator[tuple[str, str, str, str]]:
        for each in self.derivations_changed:
            if each.old and each.new:
                for name in ("references", "note"):
                    old, new = getattr(each.old, name), getattr(each.new, name)
                    if old != new:
                        yield each.new.child, each.new.parent, *_shortly(old, new)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values, as JSON has them.

        Returns
        -------
        dict of str to object
            The fields; records are dictionaries, and values of fields as in the data files.
        """
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


@checked
def diff(old: Lineage, new: Lineage) -> Difference:
    """What changed from one lineage to another.

    A model is the same where its id is; else where the one goes by an alias of the other, both alone have one name, or
    both alone have the same web addresses and no other date or size: then it was renamed.

    Parameters
    ----------
    old, new : Lineage
        The earlier and the later one.

    Returns
    -------
    Difference
        Everything that differs; it is false where nothing does, and ``apply`` makes the later one of the earlier.

    Examples
    --------
    >>> import modeltree
    >>> survey = modeltree.datasets.load("survey")
    >>> difference = modeltree.diff(survey.as_of("2023-03"), survey.as_of("2023-06"))
    >>> len(difference.models_added), difference.models_added[0].id, bool(modeltree.diff(survey, survey))
    (43, 'moss-moon-003-base', False)
    """
    return Comparison(old, new).difference()


class Comparison:
    """Two lineages, and which models of the one are which of the other.

    Attributes
    ----------
    partner : array of int
        For each model of the old one, the model of the new one that it is; -1 for none.
    pairs, partners : array of int
        The models of the old one that have one, and those.
    """

    def __init__(self, old: Lineage, new: Lineage, *, by_links: bool = True) -> None:
        self.old, self.new, self.by_links = old, new, by_links
        known = new._nodes.indices
        self.partner = numpy.fromiter((known.get(id, -1) for id in old.ids), numpy.int64, len(old))
        self.renamed = tuple(self._renamed())
        self.pairs = numpy.flatnonzero(self.partner >= 0)
        self.partners = self.partner[self.pairs]

    def _renamed(self) -> Iterator[Renaming]:
        gone, come = numpy.flatnonzero(self.partner < 0), self.new_models()
        for before, now, why in same_models(self.old._nodes, self.new._nodes, gone, come, by_links=self.by_links):
            self.partner[before] = now
            yield Renaming(self.old.ids[before], self.new.ids[now], why)

    def new_models(self) -> NDArray[numpy.int64]:
        """The models of the new one that are none of the old one."""
        others = numpy.ones(len(self.new), dtype=bool)
        others[self.partner[self.partner >= 0]] = False
        return numpy.flatnonzero(others)

    def difference(self) -> Difference:
        """All that differs."""
        old, new = self.old, self.new
        lost, added, both = self.edges()
        return Difference(
            models_added=new._nodes.part(self.new_models()).records,
            models_removed=old._nodes.part(numpy.flatnonzero(self.partner < 0)).records,
            renamed=self.renamed,
            changes=tuple(self._changes()),
            derivations_added=new._edges.rows(added).records,
            derivations_removed=old._edges.rows(lost).records,
            derivations_changed=tuple(self._changed_edges(*both)),
            reparented=tuple(self._reparented(lost, added)),
            organizations=tuple(_replaced(old.organizations, new.organizations)),
            about=None if old.about == new.about else Change(old.about, new.about),
        )

    def differing(self) -> Iterator[tuple[str, NDArray[numpy.int64]]]:
        """The fields, each with the numbers of the pairs that differ in it."""
        one, other = self.old._nodes, self.new._nodes
        for name in Model.model_fields:
            if name == "released":
                differing = one.dates[self.pairs] != other.dates[self.partners]
            elif name == "name":
                names = one.names(), other.names()
                rows = zip(self.pairs.tolist(), self.partners.tolist(), strict=True)
                before_and_now = (names[0][left] != names[1][right] for left, right in rows)
                differing = numpy.fromiter(before_and_now, bool, len(self.pairs))
            elif name != "id" and (one.has(name) or other.has(name)):
                (before, left_codes), (now, right_codes) = one.distinct(name), other.distinct(name)
                number_of: dict[Any, int] = {}
                alike = [[number_of.setdefault(value, len(number_of)) for value in values] for values in (before, now)]
                left, right = numpy.array(alike[0]), numpy.array(alike[1])
                differing = left[left_codes[self.pairs]] != right[right_codes[self.partners]]
            else:
                continue
            yield name, numpy.flatnonzero(differing)

    def _changes(self) -> Iterator[ValueChange]:
        place = {name: number for number, name in enumerate(Model.model_fields)}
        found = [(row, place[name], name) for name, rows in self.differing() for row in rows.tolist()]
        for row, _, name in sorted(found):
            left, right = int(self.pairs[row]), int(self.partners[row])
            values = getattr(self.old.models[left], name), getattr(self.new.models[right], name)
            yield ValueChange(self.new.ids[right], name, *values)

    def edges(self) -> tuple[NDArray[Any], NDArray[Any], tuple[NDArray[Any], NDArray[Any]]]:
        """The rows of derivations that are gone, that came, and of those that both have."""
        one, other = self.old._edges, self.new._edges
        parent, child = self.partner[one.parent], self.partner[one.child]
        keys = numpy.where((parent >= 0) & (child >= 0), (child << 32) | parent, -1)
        known = (other.child.astype(numpy.int64) << 32) | other.parent  # ascending
        at = numpy.minimum(numpy.searchsorted(known, keys), max(len(known) - 1, 0))
        there = known[at] == keys if len(known) else numpy.zeros(len(keys), dtype=bool)
        left, right = numpy.flatnonzero(there), at[there]
        new = numpy.ones(len(known), dtype=bool)
        new[right] = False
        return numpy.flatnonzero(~there), numpy.flatnonzero(new), (left, right)

    def differing_edges(
        self, left: NDArray[Any], right: NDArray[Any]
    ) -> tuple[NDArray[numpy.int64], NDArray[numpy.int64]]:
        """Of the rows of derivations that both have, those that differ."""
        one, other = self.old._edges, self.new._edges
        differing = one.relation[left] != other.relation[right]
        for name in ("references", "note"):
            if one.has(name) or other.has(name):
                before, now = one.field(name), other.field(name)
                rows = zip(left.tolist(), right.tolist(), strict=True)
                differing |= numpy.fromiter((before[row] != now[at] for row, at in rows), bool, len(left))
        return left[differing], right[differing]

    def _changed_edges(self, left: NDArray[Any], right: NDArray[Any]) -> Iterator[Change[Derivation]]:
        rows = zip(*(each.tolist() for each in self.differing_edges(left, right)), strict=True)
        for row, at in sorted(rows, key=lambda pair: pair[1]):
            yield Change(self.old._edges.records[row], self.new._edges.records[at])

    def _reparented(self, lost: NDArray[Any], added: NDArray[Any]) -> Iterator[Reparenting]:
        before: dict[int, list[str]] = defaultdict(list)
        now: dict[int, list[str]] = defaultdict(list)
        one, other = self.old._edges, self.new._edges
        for parent, child in zip(one.parent[lost].tolist(), self.partner[one.child[lost]].tolist(), strict=True):
            if child >= 0:
                before[child].append(self.old.ids[parent])
        if before:
            for parent, child in zip(other.parent[added].tolist(), other.child[added].tolist(), strict=True):
                if child in before:
                    now[child].append(self.new.ids[parent])
        for child in sorted(now):
            yield Reparenting(self.new.ids[child], tuple(before[child]), tuple(now[child]))


class _Patch:
    """A difference that is applied to a lineage."""

    def __init__(self, difference: Difference, old: Lineage) -> None:
        self.difference, self.old = difference, old
        self.new_ids = {each.old: each.new for each in difference.renamed}
        self.removed = {self._node(model.id) for model in difference.models_removed}
        self.changed = self._changed()

    def _node(self, id: str) -> int:
        node = self.old._nodes.index_of(id)
        if node is None:
            raise ValueError(f"the difference does not fit this lineage, which has no model {id!r}")
        return node

    def _edge(self, edge: Derivation) -> int:
        row = self.old._edges.find(self._node(edge.parent), self._node(edge.child))
        if row is None:
            what = f"no derivation of {edge.child!r} from {edge.parent!r}"
            raise ValueError(f"the difference does not fit this lineage, which has {what}")
        return row

    def _changed(self) -> dict[int, Model]:
        """The models that are others now, by what they were."""
        old_ids = {new: old for old, new in self.new_ids.items()}
        updates: dict[str, dict[str, Any]] = {new: {"id": new} for new in old_ids}
        for change in self.difference.changes:
            now = getattr(self.old[old_ids.get(change.id, change.id)], change.field)
            if now != change.old:
                what = f"{change.field} of {change.id!r} is {shown(now)} and not {shown(change.old)}"
                raise ValueError(f"the difference does not fit this lineage: {what}")
            updates.setdefault(change.id, {})[change.field] = change.new
        models = ((self._node(old_ids.get(id, id)), fields) for id, fields in updates.items())
        return {node: self.old.models[node].model_copy(update=fields) for node, fields in models}

    def applied(self) -> Lineage:
        """The lineage that comes out."""
        old, difference = self.old, self.difference
        kept = numpy.ones(len(old), dtype=bool)
        kept[[*self.removed, *self.changed]] = False
        rows = numpy.flatnonzero(kept)
        changed, added = NodeStore.of_records(self.changed.values()), NodeStore.of_records(difference.models_added)
        parts = [(old._nodes, rows), *((part, numpy.arange(len(part))) for part in (changed, added))]
        ids = [id for part, of_part in parts for id in map(part.ids.__getitem__, of_part.tolist())]
        place = {id: number for number, id in enumerate(ids)}
        become = numpy.full(len(old), -1, dtype=numpy.int64)
        become[rows] = numpy.arange(len(rows))
        for node, model in self.changed.items():
            become[node] = place[model.id]
        replaced = [(each.old, each.new) for each in difference.derivations_changed if each.old and each.new]
        lost = [*difference.derivations_removed, *(before for before, _ in replaced)]
        stays = (become[old._edges.parent] >= 0) & (become[old._edges.child] >= 0)
        stays[list(map(self._edge, lost))] = False
        came = _edge_store([*difference.derivations_added, *(now for _, now in replaced)], place)
        edges = [
            (old._edges, numpy.flatnonzero(stays), become),
            (came, numpy.arange(len(came)), numpy.arange(len(ids))),
        ]
        organizations = dict(old.organizations)
        for change in difference.organizations:
            if change.old:
                organizations.pop(change.old.id, None)
            if change.new:
                organizations[change.new.id] = change.new
        about = difference.about.new if difference.about else old.about
        return Lineage.from_columns(joined(parts, edges), organizations.values(), about=about)


def _edge_store(edges: Iterable[Derivation], place: dict[str, int]) -> EdgeStore:
    records = tuple(edges)
    for edge in records:
        for id in (edge.parent, edge.child):
            if id not in place:
                raise ValueError(f"the difference does not fit this lineage, which has no model {id!r}")
    ends = [[place[getattr(edge, end)] for edge in records] for end in ("parent", "child")]
    parent, child = (numpy.array(nodes, dtype=numpy.int32) for nodes in ends)
    relation = numpy.array([_INDEX_OF_RELATION[edge.relation] for edge in records], dtype=numpy.uint8)
    return EdgeStore(tuple(place), parent, child, relation, RecordFields(records), records)


def _replaced(old: Any, new: Any) -> Iterator[Change[Organization]]:
    for id in sorted({*old, *new}):
        if old.get(id) != new.get(id):
            yield Change(old.get(id), new.get(id))


# Words


def _by_child(edges: Iterable[Derivation]) -> dict[str, list[Derivation]]:
    found: dict[str, list[Derivation]] = defaultdict(list)
    for edge in edges:
        found[edge.child].append(edge)
    return found


def _parents(edges: Iterable[Derivation]) -> str:
    return ", ".join(f"{edge.parent} ({edge.relation})" for edge in edges) or "-"


def _text(value: Any) -> str:
    """A value of a field in words."""
    if isinstance(value, tuple):
        return ", ".join(map(_text, value)) or "-"
    if isinstance(value, License):
        return value.name + (f" ({value.spdx})" if value.spdx and value.spdx != value.name else "")
    if isinstance(value, Links):
        return ", ".join(address for _, address in value if address) or "-"
    if isinstance(value, Record):
        return repr(value)
    return "-" if value is None else " ".join(str(value).split())


def _shortly(old: Any, new: Any) -> tuple[str, str]:
    """Two values in words, without the items and the beginning that both have."""
    if isinstance(old, tuple) and isinstance(new, tuple):
        less, more = (tuple(item for item in one if item not in other) for one, other in ((old, new), (new, old)))
        return _text(less or (old if not more else ())), _text(more or (new if not less else ()))
    before, now = _text(old), _text(new)
    same = next((at for at, pair in enumerate(zip(before, now, strict=False)) if pair[0] != pair[1]), 0)
    start = before.rfind(" ", 0, max(same - 12, 0)) + 1
    return (f"…{before[start:]}", f"…{now[start:]}") if start else (before, now)


def _fields_of(change: Change[Any]) -> Iterator[tuple[str, str, str]]:
    for name in type(change.new).model_fields if change.new else ():
        old, new = getattr(change.old, name), getattr(change.new, name)
        if old != new:
            yield name, *_shortly(old, new)


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Record):
        return value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, (Renaming, ValueChange, Reparenting, Change)):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, int) or value is None:
        return value
    return list(map(_plain, value)) if isinstance(value, Sequence) and not isinstance(value, str) else str(value)
