"""Models and derivations that are there as records, with the interface of `modeltree.graph.columns`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from modeltree.graph.ancestry import AncestryIndex
from modeltree.graph.network import Said, plain
from modeltree.graph.selection import Conditions
from modeltree.records import Derivation, Model, PartialDate, Relation

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

__all__ = ["RecordNodes", "RecordSteps"]

_PLACE = {relation: place for place, relation in enumerate(Relation)}


class RecordNodes:
    """The models of a lineage, in date order, then by id.

    Parameters
    ----------
    records : tuple of Model
        The models in that order.
    """

    def __init__(self, records: tuple[Model, ...]) -> None:
        self.records: Sequence[Model] = records
        self.ids: Sequence[str] = tuple(record.id for record in records)
        self.positions = {id: position for position, id in enumerate(self.ids)}
        self.place = self.positions.get

    def __reduce__(self) -> tuple[Any, ...]:
        return RecordNodes, (self.records,)

    def __len__(self) -> int:
        return len(self.records)

    @cached_property
    def dates(self) -> NDArray[numpy.int32]:
        """When each was released, see `modeltree.graph.columns.Columns`."""
        import numpy

        numbers = [record.released.number if record.released else 0 for record in self.records]
        return numpy.array(numbers, dtype=numpy.int32)

    def name(self, node: int) -> str:
        """The name of a model."""
        return self.records[node].name

    def names(self) -> list[str]:
        """The names of all models."""
        return [record.name for record in self.records]

    def released(self, node: int) -> PartialDate | None:
        """The date of a model."""
        return self.records[node].released

    def organizations(self, node: int) -> tuple[str, ...]:
        """Who made a model."""
        return self.records[node].organizations

    def called(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every id, with the names and aliases that the model has besides."""
        return ((record.id, (record.name, *record.aliases)) for record in self.records)

    def attributes(self, node: int) -> dict[str, str]:
        """The fields of a model as attributes of a node."""
        return plain(self.records[node], frozenset({"id"}))

    def meeting(self, conditions: Conditions) -> Sequence[int]:
        """The places of the models that meet some conditions."""
        return [node for node, record in enumerate(self.records) if conditions.met_by(record)]

    def part(self, kept: Sequence[int]) -> RecordNodes:
        """Some of the models, by their places in order."""
        return RecordNodes(tuple(self.records[node] for node in kept))

    def makers(self) -> set[str]:
        """All organizations that a model names."""
        return {name for record in self.records for name in record.organizations}


class RecordSteps:
    """The derivations of a lineage, in the order of their children, then of their parents.

    Parameters
    ----------
    records : tuple of Derivation
        The derivations, in any order.
    positions : mapping of str to int
        The place of each model.
    """

    def __init__(self, records: Iterable[Derivation], positions: Mapping[str, int]) -> None:
        ordered = sorted(records, key=lambda step: (positions[step.child], positions[step.parent]))
        self.records: Sequence[Derivation] = tuple(ordered)
        self._positions = positions

    def __reduce__(self) -> tuple[Any, ...]:
        return RecordSteps, (self.records, self._positions)

    def __len__(self) -> int:
        return len(self.records)

    @cached_property
    def _numbers(self) -> dict[tuple[int, int], int]:
        places = self._positions
        return {(places[step.parent], places[step.child]): number for number, step in enumerate(self.records)}

    @cached_property
    def parent(self) -> NDArray[numpy.int32]:
        """The places of the parents."""
        return self._array([self._positions[step.parent] for step in self.records])

    @cached_property
    def child(self) -> NDArray[numpy.int32]:
        """The places of the children."""
        return self._array([self._positions[step.child] for step in self.records])

    @cached_property
    def relation(self) -> NDArray[numpy.int32]:
        """The places of the relations in `Relation`."""
        return self._array([_PLACE[step.relation] for step in self.records])

    @staticmethod
    def _array(numbers: list[int]) -> NDArray[numpy.int32]:
        import numpy

        return numpy.array(numbers, dtype=numpy.int32)

    def find(self, parent: int, child: int) -> int | None:
        """The number of the derivation between two models."""
        return self._numbers.get((parent, child))

    def index(self, chosen: frozenset[Relation]) -> AncestryIndex:
        """Who descends from whom by some relations."""
        parents: list[list[int]] = [[] for _ in self._positions]
        for step in self.records:
            if step.relation in chosen:
                parents[self._positions[step.child]].append(self._positions[step.parent])
        return AncestryIndex(parents)

    def relations_of(self, chosen: frozenset[Relation]) -> Mapping[tuple[str, str], Relation]:
        """The relation of each pair of models, for some relations."""
        return {(step.parent, step.child): step.relation for step in self.records if step.relation in chosen}

    def attributes(self) -> Iterator[tuple[str, str, dict[str, str]]]:
        """Parent and child of each derivation, and its other fields as attributes."""
        leave_out = frozenset({"parent", "child"})
        return ((step.parent, step.child, Said(plain(step, leave_out))) for step in self.records)

    def part(self, nodes: RecordNodes, kept: Sequence[int], chosen: frozenset[Relation]) -> RecordSteps:
        """The derivations of some relations between some models."""
        places = nodes.positions
        steps = [
            step for step in self.records if step.relation in chosen and step.parent in places and step.child in places
        ]
        return RecordSteps(steps, places)

    def touching(self, nodes: Sequence[int], chosen: frozenset[Relation]) -> Sequence[int]:
        """Those of some models that have part in a derivation of some relations."""
        ids = {id for step in self.records if step.relation in chosen for id in (step.parent, step.child)}
        places = {self._positions[id] for id in ids}
        return [node for node in nodes if node in places]
