"""modeltree: the genealogy of AI models.

Models are nodes and derivations are edges of a directed acyclic graph that can be asked, grouped and drawn:

>>> import modeltree
>>> lineage = modeltree.datasets.load("survey")
>>> lineage.family("Vicuna").name
'LLaMA'
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

__version__ = "0.1.0"

# The public names and their modules stand once, in the stub that type checkers read. Nothing is imported before it is
# asked for.
_STUB = Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8")
_EXPORTS = {line.split()[3]: line.split()[1] for line in _STUB.splitlines() if line.startswith("from ")}

__all__ = ["__version__", *sorted(_EXPORTS)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module 'modeltree' has no attribute {name!r}")
    home = _EXPORTS[name]
    value = (
        importlib.import_module(f"{home}.{name}") if home == __name__ else getattr(importlib.import_module(home), name)
    )
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
