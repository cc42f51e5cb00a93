"""Files of projects that keep track of models, Ecosystem Graphs and Epoch AI, and how much of them is read."""

from __future__ import annotations

from modeltree.findings import Position, SourceError

__all__ = ["MAX_DERIVATIONS", "MAX_MODELS", "check_size"]

MAX_MODELS = 100_000
MAX_DERIVATIONS = 1_000_000


def check_size(models: int, derivations: int, where: Position) -> None:
    """Refuse a source of more models or derivations than are read; no real one comes near."""
    for what, count, most in (("models", models, MAX_MODELS), ("derivations", derivations, MAX_DERIVATIONS)):
        if count > most:
            message = f"the source is too large: more than {most:,} {what}"
            raise SourceError.of("too-large", message, "split it into several", position=where)
