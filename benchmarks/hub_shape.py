"""Lineages in the shape of the Hugging Face Hub, of any size, from a seed.

Published, for a crawl of 2025 (1,860,411 models; 573,653 declared derivations): 189,391 are finetunes, 241,417
adapters, 101,921 quantizations, and 1.3 million components; so about seven models of ten stand alone. Known besides: a
few families have more than 100,000 models, most models are leaves, a merge has 2 to 10 parents, and descent is mostly
of 1 to 5 steps, at most of some dozens.

Assumed, for want of published numbers: the share of merges (3 % of all models), how popularity is distributed (most
models are made from what others were made from, the rest from any earlier one, and some shares go to a few large base
models), the exact depth, the size of the largest family, and how many models there are in each month. The benchmark
has more derivations than the Hub declares, 0.63 for each model, so that nothing gets easier than it is there.
"""  # noqa: INP001

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["PUBLISHED", "Shape", "made", "of_the_hub", "write_tables"]

PUBLISHED = {"models": 1_860_411, "edges": 573_653, "components": 1_300_000}
RELATIONS = {"finetune": 189_391, "adapter": 241_417, "quantized": 101_921}

_FIRST, _MONTHS = 2020 * 12, 66
_ORGANIZATIONS = 0.11
_BASES = (0.145, 0.06, 0.05, 0.03, 0.02, 0.015, 0.012, 0.01, 0.008, 0.006)
_COPIED = 0.45
_LINE, _LINE_EACH = 34, 20_000


@dataclass(frozen=True)
class Shape:
    """A lineage as arrays; models are in the order of their dates, and so parents have the lesser numbers.

    Parameters
    ----------
    count : int
        How many models there are.
    parent, child : array of int32
        The derivations, by child, then by parent.
    relation : array of str
        How they were made.
    """

    count: int
    parent: NDArray[np.int32]
    child: NDArray[np.int32]
    relation: NDArray[Any]

    def ids(self) -> list[str]:
        """An id for each model."""
        generator = np.random.default_rng(self.count)
        makers = generator.zipf(1.5, self.count) % max(int(self.count * _ORGANIZATIONS), 1)
        return [f"org-{maker}/model-{number}" for number, maker in enumerate(makers.tolist())]

    def dates(self) -> NDArray[Any]:
        """A day for each model: the more, the later."""
        part = np.log2(1 + np.arange(self.count) / max(self.count, 1) * 63) / 6
        first = np.datetime64("2020-01-01")
        return first + (part * _MONTHS * 30.4).astype("timedelta64[D]")


def made(count: int, seed: int = 0, *, derived: float = 0.6, merges: float = 0.03) -> Shape:
    """A lineage of so many models.

    Parameters
    ----------
    count : int
        How many.
    seed : int
        The same gives the same.
    derived : float
        The share of models that were made from others.
    merges : float
        The share of models that were made from several, at most `derived`.
    """
    generator = np.random.default_rng(seed)
    first = min(count, 20)
    child = first + np.flatnonzero(generator.random(max(count - first, 0)) < derived)
    parent = _popular(generator, child)
    _deepen(generator, child, parent, count)
    several = child[generator.random(len(child)) < merges / max(derived, 1e-9)]
    more = np.minimum(generator.geometric(0.62, len(several)), 9)
    again = np.repeat(several, more)
    # What is merged is mostly young: finetunes of finetunes.
    others = (again * (1 - generator.random(len(again)) ** 4)).astype(np.int64)
    above, below = np.concatenate([parent, others]), np.concatenate([child, again])
    right = above < below
    key = np.unique((below[right] << 32) | above[right])
    above, below = (key & 0xFFFFFFFF).astype(np.int32), (key >> 32).astype(np.int32)
    number = np.bincount(below, minlength=count)
    words, weights = zip(*RELATIONS.items(), strict=True)
    relation = generator.choice(np.array(words), len(above), p=np.array(weights) / sum(weights))
    relation = np.where(number[below] > 1, "merge", relation)
    return Shape(count, above, below, relation)


def of_the_hub(count: int, seed: int = 0) -> Shape:
    """A lineage with as many derivations for each model as the Hub declares."""
    return made(count, seed, derived=0.29, merges=0.008)


def _popular(generator: np.random.Generator, child: NDArray[Any]) -> NDArray[Any]:
    """A parent for each of some models: what an earlier one was made from, any earlier model, or a large base."""
    count = len(child)
    parent = (child * generator.random(count)).astype(np.int64)
    draw = generator.random(count)
    base = np.searchsorted(np.cumsum(_BASES), generator.random(count) * 1.0)
    large = (draw < 0.5) & (base < len(_BASES))
    parent[large] = base[large]
    copies = np.flatnonzero(~large & (generator.random(count) < _COPIED) & (np.arange(count) > 0))
    source = np.arange(count)
    source[copies] = (copies * generator.random(len(copies))).astype(np.int64)
    while True:  # what is copied may be a copy
        further = source[source]
        if np.array_equal(further, source):
            return parent[source]
        source = further


def _deepen(generator: np.random.Generator, child: NDArray[Any], parent: NDArray[Any], count: int) -> None:
    """Let some models be the last of long lines, in which each was made from the one before."""
    lines = max(count // _LINE_EACH, 1) if len(child) > 10 * _LINE else 0
    members = generator.choice(len(child), lines * _LINE, replace=False).reshape(lines, _LINE)
    members.sort(axis=1)
    parent[members[:, 1:]] = child[members[:, :-1]]


def write_tables(shape: Shape, path: Path) -> None:
    """Write a lineage as a table of models, ``hub.parquet``, and one of derivations beside it."""
    import pyarrow as pa
    from pyarrow import parquet

    ids = pa.array(shape.ids())
    makers = pa.compute.list_slice(pa.compute.split_pattern(ids, "/"), 0, 1)
    licences = pa.array(["apache-2.0", "mit", "llama2", None, "cc-by-nc-4.0"]).take(
        pa.array(np.random.default_rng(1).integers(0, 5, shape.count))
    )
    days = pa.array(shape.dates())
    models = pa.table({"id": ids, "released": days, "organizations": makers, "licence": licences})
    steps = {"parent": ids.take(pa.array(shape.parent)), "child": ids.take(pa.array(shape.child))}
    parquet.write_table(models, path)
    parquet.write_table(pa.table(steps | {"relation": pa.array(shape.relation)}), path.with_suffix(".edges.parquet"))
