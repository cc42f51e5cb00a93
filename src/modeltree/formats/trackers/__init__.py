"""Files of projects that keep track of models, Ecosystem Graphs and Epoch AI, and how much of them is read."""

from __future__ import annotations

from modeltree.findings import Position, SourceError
from modeltree.formats.parsing import limits

__all__ = ["check_size"]


def check_size(models: int, derivations: int, where: Position) -> None:
    """Refuse a source of more models or derivations than are read; no real one comes near."""
    for what, count, most in (("models", models, limits.TRACKED_MODELS), ("derivations", derivations, limits.RECORDS)):
        if count > most:
            message = f"the source is too large: more than {most:,} {what}"
            raise SourceError.of("too-large", message, "split it into several", position=where)
