"""What a lineage lacks that is a part of a larger one: branches that are counted, so that a genealogy can show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from modeltree.figures.genealogy import Entry, Genealogy
from modeltree.records import PartialDate, Relation

__all__ = ["Abridgement", "Branches", "abridged"]


@dataclass(frozen=True, slots=True)
class Branches:
    """Branches of a model that are counted and not listed.

    Parameters
    ----------
    parent : str
        The id of the model.
    relation : Relation
        How they begin.
    label : str
        What is written of them.
    count : int
        How many models are in them, 2 or more.
    date : PartialDate, optional
        When the first of them begins; by default when the parent was.
    """

    parent: str
    relation: Relation
    label: str
    count: int
    date: PartialDate | None = None


@dataclass(frozen=True, slots=True)
class Abridgement:
    """What a lineage lacks that is a part of a larger one.

    Parameters
    ----------
    branches : tuple of Branches
        What branches off its models besides.
    labels : mapping of str to str
        What is written of some of its models, by id, instead of their names.
    note : str
        What is to be said of it all.
    roots : frozenset of str
        Those of its models that begin families.
    """

    branches: tuple[Branches, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    roots: frozenset[str] = frozenset()


def abridged(genealogy: Genealogy, abridgement: Abridgement) -> Genealogy:
    """A genealogy with nodes for branches that are counted and not listed, and with other labels.

    Branches of a model that is left out or folded are left out.
    """
    labels = abridgement.labels
    entries = [
        entry if entry.folded else replace(entry, label=labels.get(entry.id, entry.label))
        for entry in genealogy.entries
    ]
    places = {entry.id: place for place, entry in enumerate(entries) if not entry.folded}
    for branches in abridgement.branches:
        if branches.parent in places:
            entries.append(_counted(branches, places[branches.parent], entries))
    order = sorted(range(len(entries)), key=lambda place: entries[place].at)
    moved = {place: number for number, place in enumerate(order)}
    return replace(genealogy, entries=tuple(_moved(entries[place], moved) for place in order))


def _counted(branches: Branches, parent: int, entries: Sequence[Entry]) -> Entry:
    """The node that stands for some branches of the model at a place."""
    at = entries[parent].at
    if branches.date is not None:
        first, last = branches.date.lower.toordinal(), branches.date.upper.toordinal()
        at = max(at, (first + last) / 2 + 0.5)
    return Entry(
        id=f"{branches.parent}: {branches.label}",
        label=branches.label,
        at=at,
        inferred=False,
        models=(),
        parent=parent,
        relation=branches.relation,
        further=(),
        unlisted=branches.count,
    )


def _moved(entry: Entry, moved: Mapping[int, int]) -> Entry:
    """An entry after all have got other places."""
    parent = None if entry.parent is None else moved[entry.parent]
    further = tuple(sorted((moved[place], relation) for place, relation in entry.further))
    return replace(entry, parent=parent, further=further)
