"""Union: several lineages as one, joined field by field under a policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import numpy
from numpy.typing import NDArray

from modeltree._util.arguments import checked
from modeltree.analysis.difference import Comparison
from modeltree.findings import Finding, Position, shown
from modeltree.formats import Policy, Reading
from modeltree.formats.repair.combining import combined
from modeltree.formats.repair.record_findings import GAPS, PLACEHOLDER, alike, in_order
from modeltree.graph.csr import CsrRows, in_cycles
from modeltree.graph.store import EdgeStore, NodeStore, joined
from modeltree.lineage import Lineage
from modeltree.records import Model, Organization

__all__ = ["union"]

_ABOUT_SOURCES = frozenset({*(kind for kind, _ in GAPS.values()), "possible-same"})
"""What is found of single sources already."""


@checked
def union(
    *lineages: Lineage,
    policy: Policy | None = None,
    names: Sequence[str] = (),
    aliases: Mapping[str, str] | None = None,
) -> Reading:
    """Several lineages as one; nothing is lost without a finding.

    Models are the same where their ids are, or else where the one goes by an alias of the other, or both alone have one
    name; two repositories of the Hub are the same by ids and aliases alone. What one lineage says of a model and
    another does not is put together, field by field; lists of names, references and corrections are joined, and of a
    date and a more precise one the latter stays. Where they differ otherwise, `policy.duplicate_id` says whether what
    is said first or last stays, and a finding has both. The same goes for organizations and derivations.

    Parameters
    ----------
    *lineages : Lineage
        At least one; a model has the id of the first that has it, and its other ids are aliases.
    policy : Policy, optional
        What is done about what contradicts itself: ``duplicate_id``, ``conflicting_relation``, ``cycle`` and others.
    names : sequence of str, optional
        What findings call the lineages; by default ``lineage 1`` and so on.
    aliases : mapping of str to str, optional
        For what one lineage calls a model, what another calls it: ids or names.

    Returns
    -------
    Reading
        The lineage and the findings, as a pair.

    Raises
    ------
    SourceError
        When the policy refuses something; the error has every finding.
    TypeError
        When no lineage is given.

    Examples
    --------
    >>> import modeltree
    >>> first = modeltree.read_table([{"id": "llama", "name": "LLaMA", "released": "2023"}]).lineage
    >>> second = modeltree.read_table([{"id": "LLaMA", "released": "2023-02-24", "license": "gpl"}]).lineage
    >>> lineage, findings = modeltree.union(first, second)
    >>> model = lineage["llama"]
    >>> len(lineage), str(model.released), model.license.name
    (1, '2023-02-24', 'gpl')
    >>> print(findings[0])
    lineage 2: 'LLaMA' is 'llama' of lineage 1, by its name
    """
    if not lineages:
        raise TypeError("at least one lineage is needed")
    if aliases:
        lineages = tuple(_with_aliases(lineage, aliases) for lineage in lineages)
    called = [*names, *(f"lineage {number + 1}" for number in range(len(names), len(lineages)))]

    def add(whole: tuple[str, Reading], more: tuple[str, Lineage]) -> tuple[str, Reading]:
        (before, reading), (name, lineage) = whole, more
        lineage, findings = _Pair((before, reading.lineage), (name, lineage), policy or Policy()).union()
        return f"{before}, {name}", Reading(lineage, in_order([*reading.findings, *findings]))

    first = called[0], Reading(lineages[0], ())
    _, (lineage, findings) = reduce(add, zip(called[1:], lineages[1:], strict=False), first)
    # None of several titles is that of the whole, nor is a date.
    unlike = {
        name: None
        for name in ("title", "description", "date")
        if len({getattr(each.about, name) for each in lineages} - {None}) > 1
    }
    about = lineage.about.model_copy(update=unlike)
    # What is missing in two of them is missing in the third.
    told: dict[tuple[str, tuple[str, ...], str], Finding] = {}
    for finding in findings:
        told.setdefault((finding.kind, finding.ids, finding.message), finding)
    whole = Lineage._of(lineage._nodes, lineage._edges, lineage.organizations.values(), about)
    return Reading(whole, in_order(told.values()))


def _with_aliases(lineage: Lineage, aliases: Mapping[str, str]) -> Lineage:
    """A lineage whose models go by what others call them, too; what it calls a model itself stays."""
    more: dict[str, list[str]] = {}
    for written, meant in aliases.items():
        owners = lineage._names.owners(meant)
        if len(owners) == 1 and not lineage._names.owners(written):
            more.setdefault(owners[0], []).append(written)
    if not more:
        return lineage
    models = [
        model.model_copy(update={"aliases": (*model.aliases, *more[model.id])}) if model.id in more else model
        for model in lineage.models
    ]
    return Lineage(models, lineage.derivations, lineage.organizations.values(), about=lineage.about)


class _Pair:
    """Two lineages that become one.

    What they say of different models is taken as it stands, by columns. The rest is read as claims and repaired: the
    models of which they say different things, and whatever has to do with these.
    """

    def __init__(self, one: tuple[str, Lineage], other: tuple[str, Lineage], policy: Policy) -> None:
        (self.name, self.one), (self.other_name, self.other), self.policy = one, other, policy
        self.comparison = comparison = Comparison(self.one, self.other, by_links=False)
        self.new = comparison.new_models()
        # The models of both in one numbering: those of the first, then those that only the second has.
        self.count = len(self.one) + len(self.new)
        self.number = numpy.full(len(self.other), -1, dtype=numpy.int64)
        self.number[comparison.partners] = comparison.pairs
        self.number[self.new] = numpy.arange(len(self.one), self.count)
        _, self.added, self.both = comparison.edges()
        edges, more = self.one._edges, self.other._edges
        self.ends = [
            (edges.parent.astype(numpy.int64), edges.child.astype(numpy.int64)),
            (self.number[more.parent[self.added]], self.number[more.child[self.added]]),
        ]
        self.organizations = _same_organizations(self.one.organizations, self.other.organizations)
        self.disputed = numpy.zeros(self.count, dtype=bool)
        self._dispute()

    def _dispute(self) -> None:
        """Find what has to be repaired."""
        comparison, disputed = self.comparison, self.disputed
        for _, rows in comparison.differing():
            disputed[comparison.pairs[rows]] = True
        disputed[[self.one._nodes.indices[each.old] for each in comparison.renamed]] = True
        left, _ = comparison.differing_edges(*self.both)
        parent, child = (numpy.concatenate(ends) for ends in zip(*self.ends, strict=True))
        disputed[parent[left]] = disputed[child[left]] = True
        missing = numpy.zeros(self.count, dtype=bool)
        changed = {id for ids in self.organizations.items() for id in ids}
        for nodes, number in ((self.one._nodes, numpy.arange(len(self.one))), (self.other._nodes, self.number)):
            if nodes.has("note"):
                notes, codes = nodes.distinct("note")
                missing[number[numpy.array([note == PLACEHOLDER for note in notes])[codes]]] = True
            if changed and nodes.has("organizations"):
                makers, codes = nodes.distinct("organizations")
                disputed[number[numpy.array([not changed.isdisjoint(ids) for ids in makers])[codes]]] = True
        # A placeholder is there for its children.
        disputed |= missing
        disputed[child[missing[parent]]] = True
        for numbers in self._called().values():
            if len(numbers) > 1:
                disputed[list(numbers)] = True
        disputed[in_cycles(CsrRows.of(self.count, child, parent))] = True

    def _called(self, aliases: Iterable[str] = ()) -> dict[str, set[int]]:
        """For words that are aliases, the models that go by them."""
        sides = [(self.one._nodes, numpy.arange(len(self.one))), (self.other._nodes, self.number)]
        named = [dict(nodes.other_names()) for nodes, _ in sides]
        words = {word for of_side in named for _, *others in of_side.values() for word in others}.union(aliases)
        found: dict[str, set[int]] = {word: set() for word in words}
        for (nodes, number), of_side in zip(sides, named, strict=True):
            for word in words:
                if (node := nodes.index_of(word)) is not None:
                    found[word].add(int(number[node]))
            for id, called in of_side.items() if words else ():
                for word in words.intersection(called):
                    found[word].add(int(number[nodes.indices[id]]))
        return found

    def union(self) -> tuple[Lineage, list[Finding]]:
        """The lineage of both, and what was found."""
        while True:
            region, findings = self._repaired()
            aliases = [alias for model in region.models for alias in model.aliases]
            before = int(self.disputed.sum())
            for numbers in self._called(aliases).values() if aliases else ():
                # What was repaired goes by what another model is called.
                if len(numbers) > 1 or not self.disputed[list(numbers)].all():
                    self.disputed[list(numbers)] = True
            if int(self.disputed.sum()) == before:
                break
        kept = [finding for finding in findings if finding.kind not in _ABOUT_SOURCES]
        return self._assembled(region), [*self._matched(), *kept, *self._alike()]

    def _repaired(self) -> Reading:
        """What is disputed, by the rules of the repair."""
        shared = self.organizations
        one = _part(self.one, numpy.flatnonzero(self.disputed[: len(self.one)]), {}, {}, shared.values())
        ids = {each.new: each.old for each in self.comparison.renamed}
        nodes = numpy.flatnonzero(self.disputed[self.number])
        other = _part(self.other, nodes, ids, shared, shared)
        sources = [(Path(name), Reading(part, ())) for name, part in ((self.name, one), (self.other_name, other))]
        return combined(sources, self.policy, None)

    def _assembled(self, region: Lineage) -> Lineage:
        """What is not disputed and what was repaired, as one."""
        plain = [numpy.flatnonzero(~self.disputed[: len(self.one)]), self.new[~self.disputed[self.number[self.new]]]]
        place = numpy.full(self.count, -1, dtype=numpy.int64)
        place[plain[0]] = numpy.arange(len(plain[0]))
        place[self.number[plain[1]]] = numpy.arange(len(plain[0]), len(plain[0]) + len(plain[1]))
        start = len(plain[0]) + len(plain[1])
        for number in numpy.flatnonzero(self.disputed).tolist():
            first = number < len(self.one)
            id = self.one.ids[number] if first else self.other.ids[self.new[number - len(self.one)]]
            node = region._nodes.index_of(id)
            place[number] = -1 if node is None else start + node
        edges = []
        everyone: tuple[tuple[EdgeStore, NDArray[Any], NDArray[Any]], ...] = (
            (self.one._edges, numpy.arange(len(self.one._edges)), numpy.arange(len(self.one))),
            (self.other._edges, self.added, self.number),
        )
        for (store, rows, index), (parent, child) in zip(everyone, self.ends, strict=True):
            plainly = ~(self.disputed[parent] & self.disputed[child]) & (place[parent] >= 0) & (place[child] >= 0)
            edges.append((store, rows[plainly], place[index]))
        edges.append((region._edges, numpy.arange(len(region._edges)), start + numpy.arange(len(region))))
        parts = [(self.one._nodes, plain[0]), (self.other._nodes, plain[1])]
        columns = joined([*parts, (region._nodes, numpy.arange(len(region)))], edges)
        others = {id: each for id, each in self.other.organizations.items() if id not in self.organizations}
        organizations = others | dict(self.one.organizations) | dict(region.organizations)
        return Lineage.from_checked_columns(columns, organizations.values(), about=region.about)

    # What is told

    def _matched(self) -> Iterator[Finding]:
        """Models that are the same by a name."""
        for each in self.comparison.renamed:
            what = f"{shown(each.new)} is {shown(each.old)} of {self.name}, by its {each.why}"
            yield Finding("read-as", what, ids=(each.old,), position=Position(Path(self.other_name)))

    def _alike(self) -> Iterator[Finding]:
        """Models that only one of the two has, and whose names differ little."""
        gone = numpy.flatnonzero(self.comparison.partner < 0)
        if not (len(gone) and len(self.new)):
            return
        one, other = self.one._nodes, self.other._nodes
        first = {one.ids[node]: one.name(node) for node in gone.tolist()}
        second = {other.ids[node]: other.name(node) for node in self.new.tolist()}
        at = Position(Path(self.other_name))
        both = first | second
        for finding in alike(list(both), list(both.values()), lambda id: at if id in second else None):
            if not (first.keys().isdisjoint(finding.ids) or second.keys().isdisjoint(finding.ids)):
                yield finding


def _part(
    lineage: Lineage,
    nodes: NDArray[numpy.int64],
    ids: Mapping[str, str],
    makers: Mapping[str, str],
    organizations: Iterable[str],
) -> Lineage:
    """Some models, and the derivations between them, with other ids of some models and organizations."""
    part = lineage._part(nodes)
    listed = {id: lineage.organizations[id] for id in organizations} | dict(part.organizations)
    models = [_renamed(model, ids, makers) for model in part.models]
    known = [
        record.model_copy(update={"id": makers[id], "aliases": _with(record, makers[id])}) if id in makers else record
        for id, record in listed.items()
    ]
    store = NodeStore.of_records(models)
    edges = [
        edge.model_copy(update={end: ids.get(getattr(edge, end), getattr(edge, end)) for end in ("parent", "child")})
        for edge in part.derivations
    ]
    return Lineage._of(store, EdgeStore.of_records(edges, store), known, lineage.about)


def _renamed(model: Model, ids: Mapping[str, str], makers: Mapping[str, str]) -> Model:
    update: dict[str, Any] = {}
    if model.id in ids:
        update = {"id": ids[model.id], "aliases": _with(model, ids[model.id])}
    if not makers.keys().isdisjoint(model.organizations):
        update["organizations"] = tuple(dict.fromkeys(makers.get(id, id) for id in model.organizations))
    return model.model_copy(update=update) if update else model


def _with(record: Model | Organization, id: str) -> tuple[str, ...]:
    """The aliases of a record that gets another id, with the former one."""
    names = dict.fromkeys([*record.aliases, record.id])
    return tuple(name for name in names if name not in (id, record.name))


def _same_organizations(one: Mapping[str, Organization], other: Mapping[str, Organization]) -> dict[str, str]:
    """For organizations of which two lineages say different things, or that have another id in the other, the one's."""
    owners: dict[str, set[str]] = {}
    for id, record in one.items():
        for word in (id, record.name, *record.aliases):
            owners.setdefault(word, set()).add(id)
    same: dict[str, str] = {}
    for id, record in other.items():
        if id in one:
            same |= {id: id} if one[id] != record else {}
            continue
        known = set[str]().union(*(owners.get(word, ()) for word in (id, record.name, *record.aliases)))
        if len(known) == 1:
            same[id] = known.pop()
    return same
