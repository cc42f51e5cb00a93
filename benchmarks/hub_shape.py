"""Lineages in the shape of the Hugging Face Hub, of any size, from a seed.

Published, for a crawl of 2025 (1,860,411 models; 573,653 declared derivations): 189,391 are finetunes, 241,417
adapters, 101,921 quantizations, and 1.3 million components; so about seven models of ten stand alone. Known besides: a
few families have more than 100,000 models, most models are leaves, a merge has 2 to 10 parents, and descent is mostly
of 1 to 5 steps, at most of some dozens. `of_the_hub` is that.

Assumed, for want of published numbers: that the other derivations are those of merges; how popularity is distributed
(most models are made from what others were made from, the rest from any earlier one, and some shares go to ten large
base models); that merges are mostly made from earlier merges, which is why a few models have thousands of ancestors;
the depth, the size of the largest family, and how many models there are in each month. `made`, which is measured, has
more derivations than the Hub declares, 0.63 for each model, and more merges, 3 %, so that nothing gets easier than it
is there. `figures` tells how near a lineage comes to all that.
"""  # noqa: INP001

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "PUBLISHED",
    "RELATIONS",
    "Figure",
    "Shape",
    "figures",
    "hard_shapes",
    "made",
    "of_the_hub",
    "questions",
    "write_tables",
]

PUBLISHED = {"models": 1_860_411, "edges": 573_653, "components": 1_300_000}
RELATIONS = {"finetune": 189_391, "adapter": 241_417, "quantized": 101_921}
AIMED = {"models": 2_000_000, "edges": 1_258_279, "merges": 60_000, "largest": 292_000}
"""What `made` comes near to: a lineage that was measured before this one. Its depth is 47."""

_FIRST, _MONTHS = 2020 * 12, 66
_ORGANIZATIONS = 0.11
_BASES = (0.145, 0.06, 0.05, 0.03, 0.02, 0.015, 0.012, 0.01, 0.008, 0.006)
_COPIED = 0.45
_OF_MERGES = 0.9


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


def made(count: int, seed: int = 0, *, derived: float = 0.555, merges: float = 0.03) -> Shape:
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
    several = child[generator.random(len(child)) < merges / max(derived, 1e-9)]
    more = np.minimum(generator.geometric(0.4, len(several)), 9)
    place = np.repeat(np.arange(len(several)), more)
    again = several[place]
    # Most of what is merged was merged before, at any earlier time; the rest is mostly young.
    merged = several[(place * generator.random(len(place))).astype(np.int64)]
    young = (again * (1 - generator.random(len(again)) ** 4)).astype(np.int64)
    others = np.where(generator.random(len(again)) < _OF_MERGES, merged, young)
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
    return made(count, seed, derived=0.29, merges=0.0066)


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


@dataclass(frozen=True)
class Figure:
    """A figure of a lineage beside what it should be, which is a number and how far it may be off, or a range.

    Parameters
    ----------
    what : str
        What it is.
    published : bool
        Whether that is published, and not assumed.
    least, most : float
        Between what it should be.
    found : float
        What it is.
    """

    what: str
    published: bool
    least: float
    most: float
    found: float

    @property
    def met(self) -> bool:
        """Whether it is as it should be."""
        return self.least <= self.found <= self.most


def figures(shape: Shape, *, hub: bool = False) -> Iterator[Figure]:
    """How near a lineage of `made` comes to what is aimed at, or with `hub` one of `of_the_hub` to what is published.

    Of the size of the lineage, each is a share; ratios may be 5 % off, the share of merges 10 %, what depends on
    a few models 20 %.
    """
    from modeltree.graph.index import AncestryIndex

    index: Any = AncestryIndex.from_edges(shape.count, shape.parent, shape.child)
    generation, parents = np.asarray(index.generation), np.bincount(shape.child, minlength=shape.count)

    def near(what: str, wanted: float, found: float, part: float = 0.05, published: bool = hub) -> Figure:
        return Figure(what, published, wanted * (1 - part), wanted * (1 + part), found)

    all_ = PUBLISHED if hub else AIMED
    yield near("derivations for each model", all_["edges"] / all_["models"], len(shape.parent) / shape.count)
    if hub:
        components = len(np.unique(np.asarray(index.components)))
        yield near("components for each model", all_["components"] / all_["models"], components / shape.count)
    words, numbers = np.unique(shape.relation, return_counts=True)
    known = dict(zip(words.tolist(), numbers.tolist(), strict=True))
    named = sum(known.get(word, 0) for word in RELATIONS)
    for word, number in RELATIONS.items():
        share = number / sum(RELATIONS.values())
        yield near(f"{word}: share of all but merges", share, known.get(word, 0) / named, published=True)
    if hub:
        rest = 1 - sum(RELATIONS.values()) / PUBLISHED["edges"]
        yield near(
            "merge: share of derivations", rest, known.get("merge", 0) / len(shape.relation), 0.2, published=False
        )
    else:
        counts = np.asarray(index.descendant_counts())[np.asarray(index.roots)] / shape.count
        yield near("merges: share of models", AIMED["merges"] / AIMED["models"], float(np.mean(parents > 1)), 0.1)
        yield near("the largest family: share of models", AIMED["largest"] / AIMED["models"], counts.max(), 0.2)
        yield Figure("families as large as 100,000 of 2,000,000", True, 2, 10, int((counts > 0.05).sum()))
    yield Figure("parents of a merge, at most", True, 3, 10, int(parents.max()))
    yield Figure("share of leaves", True, 0.5, 1, len(index.leaves) / shape.count)
    yield Figure("share of at most 5 steps", True, 0.9, 1, float(np.mean(generation <= 5)))
    yield Figure("steps, at most", True, 10, 60, int(generation.max()))


def hard_shapes(size: int, seed: int = 0) -> Iterator[tuple[str, Shape]]:
    """Lineages that are hard for an index of intervals, and what they are called; none has more than `size` models."""
    count = min(size, 100_000)
    line, steps = np.arange(count - 1, dtype=np.int32), np.arange(1, count, dtype=np.int32)
    yield f"a chain of {count:,}", Shape(count, line, steps, np.full(count - 1, "finetune"))
    above = np.stack([line - 1, line], axis=1).reshape(-1)[1:]  # each from the two before it
    yield f"a ladder of {count:,}", Shape(count, above, np.repeat(steps, 2)[1:], np.full(len(above), "merge"))
    for count in (size // 100, size // 10, size):
        if count < 1000:
            continue
        yield f"half of {count:,} are merges", made(count, seed, derived=0.95, merges=0.5)


def questions(shape: Shape, nodes: int, pairs: int) -> dict[str, Any]:
    """A lineage as arrays, with so many nodes and pairs to ask about, half of which are a parent and its child."""
    from modeltree.graph.index import AncestryIndex

    generator = np.random.default_rng(7)
    degrees = [np.bincount(ends, minlength=shape.count) for ends in (shape.child, shape.parent)]
    bearing = np.flatnonzero((degrees[0] == 0) & (degrees[1] > 0))
    index: Any = AncestryIndex.from_edges(shape.count, shape.parent, shape.child)
    likely = bearing[np.argsort(-degrees[1][bearing], kind="stable")[:100]]
    sizes = np.array([len(index.descendants(root)) for root in likely.tolist()], dtype=np.int64)
    above, below = (generator.integers(0, shape.count, pairs, dtype=np.int32) for _ in range(2))
    kin = generator.integers(0, len(shape.child), len(above[::2]))
    above[::2], below[::2] = shape.parent[kin], shape.child[kin]
    return {
        "count": shape.count, "parent": shape.parent, "child": shape.child, "above": above, "below": below,
        "nodes": generator.integers(0, shape.count, nodes), "bearing": bearing,
        "largest": likely[np.argsort(-sizes, kind="stable")[:10]],
        "first": int(shape.child[np.argmax(degrees[0][shape.child])]),
    }  # fmt: skip


def write_tables(shape: Shape, path: Path) -> None:
    """Write a lineage as a table of models, ``hub.parquet``, and one of derivations beside it."""
    import pyarrow as pa
    from pyarrow import compute, parquet

    ids = pa.array(shape.ids())
    makers = compute.list_slice(compute.split_pattern(ids, "/"), 0, 1)
    licenses = pa.array(["apache-2.0", "mit", "llama2", None, "cc-by-nc-4.0"]).take(
        pa.array(np.random.default_rng(1).integers(0, 5, shape.count))
    )
    days = pa.array(shape.dates())
    models = pa.table({"id": ids, "released": days, "organizations": makers, "license": licenses})
    steps = {"parent": ids.take(pa.array(shape.parent)), "child": ids.take(pa.array(shape.child))}
    parquet.write_table(models, path)
    parquet.write_table(pa.table(steps | {"relation": pa.array(shape.relation)}), path.with_suffix(".edges.parquet"))
