"""How much of an impact is still found when a share of the derivations is not declared.

    python benchmarks/impact_recall.py                 # 2 million models
    python benchmarks/impact_recall.py --size 20000    # a second

The lineage is that of `hub_scale.py`. Derivations are hidden at random, from a seed. Of all pairs of a model and one
that descends from it, and of those of the models with most descendants, this prints the share that is found without the
hidden ones, and how long `modeltree.impact` of the largest root takes.
"""  # noqa: INP001

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import numpy as np
from hub_shape import Shape, made

import modeltree
from modeltree.graph.index import AncestryIndex
from modeltree.graph.store import Columns
from modeltree.records import Relation

HIDDEN = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)
ROOTS = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=2_000_000, metavar="N", help="how many models")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    shape = made(options.size, options.seed)
    whole = descendant_counts(shape, np.ones(len(shape.parent), dtype=bool))
    largest = np.argsort(-whole, kind="stable")[:ROOTS]
    print(f"{shape.count:,} models, {len(shape.parent):,} derivations; {seconds(shape, int(largest[0]))}\n")
    print(
        f"| hidden | found, of all | found, of the {ROOTS} with most descendants: mean | least |\n|---|---:|---:|---:|"
    )
    hidden = np.random.default_rng(options.seed).random(len(shape.parent))
    for share in HIDDEN:
        counts = descendant_counts(shape, hidden >= share)
        found = counts[largest] / np.maximum(whole[largest], 1)
        print(
            f"| {share:.0%} | {counts.sum() / whole.sum():.1%} | {found.mean():.1%} | {found.min():.1%} |", flush=True
        )
    return 0


def descendant_counts(shape: Shape, kept: np.ndarray) -> np.ndarray:
    """For each model, how many descend from it by some derivations."""
    index = AncestryIndex.from_edges(shape.count, shape.parent[kept], shape.child[kept])
    return index.descendant_counts()


def seconds(shape: Shape, root: int) -> str:
    """What the impact of a model takes, of a fresh lineage and again."""
    words = {str(relation): number for number, relation in enumerate(Relation)}
    relation = np.array([words[word] for word in shape.relation.tolist()], dtype=np.uint8)
    dates = np.array([20240101], dtype=np.int32).repeat(shape.count)
    columns = Columns(ids=shape.ids(), dates=dates, parent=shape.parent, child=shape.child, relation=relation)
    name = columns.ids[root]
    lineage = modeltree.Lineage.from_checked_columns(columns)
    taken = []
    for _ in range(2):
        start = time.process_time()
        found = modeltree.impact(lineage, name)
        taken.append(time.process_time() - start)
    return f"impact of the largest, {len(found.affected):,} models: {taken[0]:.2f} s, again {taken[1]:.2f} s"


if __name__ == "__main__":
    raise SystemExit(main())
