"""Counts over whole lineages: what became public when, and how large and deep families are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray

from modeltree.records import Grain, PartialDate, Relation

Numbers = NDArray[numpy.int64]

PER_YEAR = {"year": 1, "quarter": 4, "month": 12}
"""How many periods there are in a year."""


@dataclass(frozen=True, slots=True)
class Period:
    """The models of one date; `date` is None for those without."""

    date: PartialDate | None
    ids: tuple[str, ...]


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


def periods_of(dates: NDArray[numpy.int32], grain: Grain) -> NDArray[numpy.int32]:
    """Dates at a grain; see `modeltree.records.PartialDate.at`."""
    PartialDate(1).at(grain)  # refuses what is no grain
    if grain == "day":
        return dates
    year, month = dates // 10000 * 10000, dates // 100 % 100
    if grain == "year":
        return year
    kept = month if grain == "month" else numpy.where(month, (month - 1) // 3 * 3 + 1, 0)
    found: NDArray[numpy.int32] = year + kept * 100
    return found


def runs_of(values: NDArray[Any]) -> Iterator[tuple[int, int, int]]:
    """Each run of one value: the value, where it starts, and where the next one does."""
    starts = numpy.flatnonzero(numpy.diff(values, prepend=-1)).tolist()
    yield from zip(values[starts].tolist(), starts, [*starts[1:], len(values)][: len(starts)], strict=True)


def growth(
    dates: NDArray[numpy.int32],
    child: NDArray[Any],
    relation: NDArray[Any],
    chosen: frozenset[Relation],
    grain: Grain,
) -> tuple[Growth, ...]:
    """How many models became public in each period, and by which derivations; see `modeltree.Lineage.growth`."""
    periods, period_of = numpy.unique(periods_of(dates, grain), return_inverse=True)
    count, relations = len(periods), tuple(Relation)
    wanted = numpy.array([each in chosen for each in relations])[relation]
    child, relation = child[wanted], relation[wanted].astype(numpy.int64)
    cells = numpy.bincount(period_of[child] * len(relations) + relation, minlength=count * len(relations))
    table = cells.reshape(count, len(relations))
    derived = numpy.zeros(len(period_of), dtype=bool)
    derived[child] = True
    models, roots = (numpy.bincount(period_of[kept], minlength=count) for kept in (derived | True, ~derived))
    rows = [
        Growth(
            PartialDate.of_number(period) if period else None,
            int(models[row]),
            int(roots[row]),
            {each: int(number) for each, number in zip(relations, numbers, strict=True) if number},
        )
        for row, (period, numbers) in enumerate(zip(periods.tolist(), table, strict=True))
    ]
    return tuple(sorted(rows, key=lambda row: (row.date is None, row.date.number if row.date else 0)))


@dataclass(frozen=True, slots=True, eq=False)
class PeriodCounts:
    """How many models of each sort became public in each period."""

    first: int  # the number of the first period: years, quarters or months since the year 0
    counts: Numbers  # a row for each period from the first to the last that has any, a column for each sort
    vague: int  # how many models have a date that does not tell the period
    undated: int


def counts_per_period(dates: NDArray[Any], sorts: NDArray[Any], sort_count: int, grain: Grain) -> PeriodCounts:
    """Count models by period and sort."""
    if grain not in PER_YEAR:
        raise ValueError(f"cannot count by {grain!r}: say {', '.join(map(repr, PER_YEAR))}")
    per_year = PER_YEAR[grain]
    dates = dates.astype(numpy.int64)
    year, month = dates // 10000, dates // 100 % 100
    known = (month > 0) if per_year > 1 else (dates > 0)
    undated = int((dates == 0).sum())
    if not known.any():
        return PeriodCounts(0, numpy.zeros((0, sort_count), dtype=numpy.int64), len(dates) - undated, undated)
    number = (year * per_year + (month - 1) * per_year // 12 * (per_year > 1))[known]
    first = int(number.min())
    periods = int(number.max()) - first + 1
    cells = numpy.bincount((number - first) * sort_count + sorts[known], minlength=periods * sort_count)
    vague = len(dates) - undated - len(number)
    return PeriodCounts(first, cells.reshape(periods, sort_count).astype(numpy.int64), vague, undated)


def sizes_and_depths(labels: NDArray[Any], depths: NDArray[Any]) -> tuple[Numbers, Numbers, Numbers]:
    """The families, largest first, then by label: the label of each, its size, and the greatest depth in it."""
    sizes = numpy.bincount(labels)
    deepest = numpy.zeros(len(sizes), dtype=numpy.int64)
    numpy.maximum.at(deepest, labels, depths)
    heads = numpy.flatnonzero(sizes)
    heads = heads[numpy.lexsort((heads, -sizes[heads]))]
    return heads, sizes[heads].astype(numpy.int64), deepest[heads]


def survivors(sizes: NDArray[Any]) -> tuple[Numbers, Numbers]:
    """The sizes that occur, ascending, and how many are at least as large as each."""
    values, counts = numpy.unique(sizes, return_counts=True)
    return values.astype(numpy.int64), counts[::-1].cumsum()[::-1].astype(numpy.int64)


class DepthBin(NamedTuple):
    """The depths of families of about one size: from ``low`` up to, but without, ``high`` models."""

    low: int
    high: int
    families: int
    least: int
    lower_quartile: int
    median: int
    upper_quartile: int
    greatest: int


def depths_by_size(sizes: NDArray[Any], depths: NDArray[Any]) -> list[DepthBin]:
    """What depths families have, for sizes from each power of two to the next; those of one model are left out."""
    # Quartiles and the median are depths that occur: of two in the middle, the lower one.
    bins = []
    exponents = numpy.frexp(sizes.astype(float))[1] - 1
    for exponent in numpy.unique(exponents[exponents > 0]).tolist():
        found = numpy.sort(depths[exponents == exponent])
        quantiles = (int(found[(len(found) - 1) * quarter // 4]) for quarter in range(5))
        bins.append(DepthBin(2**exponent, 2 ** (exponent + 1), len(found), *quantiles))
    return bins
