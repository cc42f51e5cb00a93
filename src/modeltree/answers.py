"""What questions are answered with where ids alone do not say it."""

from __future__ import annotations

from dataclasses import dataclass

from modeltree.dates import PartialDate

__all__ = ["Ids", "Kinship", "Period"]

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
