"""modeltree: the genealogy of AI models.

Models are nodes and derivations are edges of a directed acyclic graph that can be queried, grouped and drawn:

>>> import modeltree
>>> lineage = modeltree.datasets.load("survey")
>>> lineage.family("Vicuna").name
'LLaMA'

This is the map of the package. Data flow one way, and each entry imports only from entries below it in the last list::

    files -> formats -> Lineage (on graph) -> figures (what) -> layout (where) -> draw (ink) -> files

==============  ========================================================================================
records         `Model`, `Derivation`, `Organization`, `Relation`, `PartialDate`: frozen records
findings        `Finding`, `Severity`, `Position`, and every error class
lineage         `Lineage`: every question about one graph is a method of it
graph/          what a lineage stands on: nodes and edges, ancestry index, families, names, NetworkX
values/         dates, sizes, names and words as people write them: one vocabulary for all sources
formats/        files to a lineage and back, one folder for each family of formats
hub/            the Hugging Face Hub by its API
analysis/       what is computed from a lineage and returned as records
datasets        the lineages that ship in ``data/``
figures/        the eight drawings: what each shows of a lineage, and its options
layout/         where things go, in points; no colors, no matplotlib
draw/           ink: one display list, drawn by matplotlib and as SVG in a page; charts, DOT, themes, fonts
cli/            the command line: arguments in, one library call, text or a file out
_util/          whole-file writes, progress, words in messages, HTML for notebooks
==============  ========================================================================================

From top to bottom: ``cli``, ``figures``, ``draw``, ``layout | hub | datasets | analysis``, ``formats``, ``lineage``,
``graph``, ``values : records``, ``findings | _util``. The public names stand in ``__init__.pyi``.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__version__ = "0.1.0"

# The public names and their modules stand once, in the stub that type checkers read. Nothing is imported before it is
# asked for, not even `pathlib` and `typing`, which take longer than all the rest.
with open(f"{os.path.splitext(__file__)[0]}.pyi", encoding="utf-8") as _stub:  # noqa: PTH123, PTH122
    _EXPORTS = {line.split()[3]: line.split()[1] for line in _stub if line.startswith("from ")}

__all__ = ["__version__", *sorted(_EXPORTS)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module 'modeltree' has no attribute {name!r}")

    import importlib

    home = _EXPORTS[name]
    value = (
        importlib.import_module(f"{home}.{name}") if home == __name__ else getattr(importlib.import_module(home), name)
    )
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
