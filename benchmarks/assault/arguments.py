"""Public functions and methods with combinations of arguments that nobody means: an answer, or an error that says why.

python benchmarks/assault/arguments.py --count 100000
"""

from __future__ import annotations

import datetime
import inspect
import math
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from tally import Tally, hostile_name, options

import modeltree
from modeltree import Lineage, ModelTreeError, PartialDate, Policy, Relation
from modeltree.graph.index import AncestryIndex

LINEAGE = modeltree.datasets.load("survey").clade("bloom")
INDEX = AncestryIndex([[], [0], [0], [1, 2]])
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 10**30, 0.5, math.nan, math.inf, -math.inf, 1e29, "", "x", "bloom", "BLOOM", "a/b", "weights",
    "merge", "year", "base", "light", "A4", b"x", b"", (), (1,), [], ["bloom", "belle"], ["bloom", 1], [["bloom", "belle"]],
    [("bloom",)], {}, {"a": "b"}, {1: 2}, set(), frozenset({"bloom"}), object(), type, int, lambda model: model,
    lambda: 1, PartialDate(2020), datetime.date(2020, 1, 1), datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC), Relation.MERGE,
    Policy(), LINEAGE, Lineage([]), LINEAGE["bloom"], LINEAGE.derivations[0], np.array([0, 1]), np.array([[0.5]]), np.int64(1),
    np.float32(0.5), range(3), iter([]), "\ud800", "x" * 5000, Ellipsis, NotImplemented, 1j, slice(0, 1),
)  # fmt: skip
ALLOWED = (TypeError, ValueError, ModelTreeError, OSError)
DRAWN = ("diagram", "evolution", "family_tree", "largest_families", "page", "family_sizes", "growth")


def targets() -> Iterator[tuple[str, Callable[..., Any]]]:
    """What is called."""
    for name in ("load", "read", "save", "read_table", *DRAWN):
        yield name, getattr(modeltree, name)
    for name in (
        "Model",
        "Derivation",
        "Organization",
        "License",
        "Reference",
        "ParameterCount",
        "PartialDate",
        "Lineage",
        "Policy",
    ):
        yield name, getattr(modeltree, name)
    yield "PartialDate.parse", PartialDate.parse
    yield "datasets.load", modeltree.datasets.load
    yield "Lineage.from_networkx", Lineage.from_networkx
    yield "AncestryIndex", AncestryIndex
    yield "AncestryIndex.from_edges", AncestryIndex.from_edges
    for owner in (LINEAGE, INDEX):
        for name in dir(owner):
            if not name.startswith("_") and inspect.ismethod(getattr(owner, name)) and name != "from_checked_columns":
                yield f"{type(owner).__name__}.{name}", getattr(owner, name)
    yield "Lineage in", lambda key: key in LINEAGE
    yield "Lineage []", lambda key: LINEAGE[key]
    yield "Lineage ==", lambda key: key == LINEAGE


def main() -> int:
    """Call everything with anything."""
    tally = Tally("arguments", options(__doc__, count=100_000, seconds=900))
    chance, calls = tally.random, list(targets())
    weights = [0.1 if name in DRAWN else 1 for name, _ in calls]  # drawing takes long
    warnings.simplefilter("ignore")

    def anything() -> Any:
        return hostile_name(chance) if chance.random() < 0.1 else chance.choice(VALUES)

    with tempfile.TemporaryDirectory() as place:
        os.chdir(place)
        while tally:
            name, call = chance.choices(calls, weights)[0]
            parameters = list(inspect.signature(call).parameters.values())
            named = [each.name for each in parameters if each.kind in (each.KEYWORD_ONLY, each.POSITIONAL_OR_KEYWORD)]
            first = [LINEAGE] if name in (*DRAWN, "save") and chance.random() < 0.8 else []
            given = [*first, *(anything() for _ in range(chance.randint(0, 3)))]
            more = {key: anything() for key in chance.sample(named, min(len(named), chance.randint(0, 2)))}

            allowed = (*ALLOWED, IndexError) if name.startswith("AncestryIndex.") else ALLOWED

            def called(call: Callable[..., Any] = call, given: list[Any] = given, more: dict[str, Any] = more) -> None:
                answer = call(*given, **more)
                for _ in zip(range(5), answer if isinstance(answer, Iterator) else (), strict=False):
                    pass

            tally.attempt(name, called, allowed, f"{name}(*{given!r}, **{more!r})")
    return tally.report()


if __name__ == "__main__":
    raise SystemExit(main())
