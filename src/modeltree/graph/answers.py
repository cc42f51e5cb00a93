"""What questions are answered with where ids alone do not say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modeltree.records import PartialDate, Relation

__all__ = ["Growth", "Ids", "Kinship", "Period"]

Ids = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kinship:
    """How two models are related.

    Parameters
    ----------
    first, second : str
        The two models.
    through : tuple of str
        Their most recent common ancestors; one of the two itself where the other descends from it.
    steps : tuple of (int, int)
        For each of these, the fewest steps from it down to the first and to the second.
    """

    first: str
    second: str
    through: Ids
    steps: tuple[tuple[int, int], ...]

    def __bool__(self) -> bool:
        return bool(self.through)


@dataclass(frozen=True, slots=True)
class Period:
    """The models of one date; `date` is None for those without."""

    date: PartialDate | None
    ids: Ids


@dataclass(frozen=True, slots=True)
class Growth:
    """What became public in a period; `date` is None for what has no date.

    Parameters
    ----------
    date : PartialDate or None
        The period.
    models : int
        How many models.
    roots : int
        How many of them were made from no other.
    derivations : mapping of Relation to int
        How many derivations these models have, by relation.
    """

    date: PartialDate | None
    models: int
    roots: int
    derivations: Mapping[Relation, int]
