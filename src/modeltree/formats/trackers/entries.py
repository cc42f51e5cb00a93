"""How much is read of a catalogue of others: bounds that no real one comes near."""

from __future__ import annotations

from modeltree.findings import Finding, Position, SourceError

__all__ = ["MAX_DERIVATIONS", "MAX_ENTRIES", "check_size"]

MAX_ENTRIES = 100_000
"""The most models that are read."""

MAX_DERIVATIONS = 1_000_000
"""The most derivations that are read."""


def check_size(entries: int, derivations: int, where: Position) -> None:
    """Refuse a source of more models or derivations than are read.

    Raises
    ------
    SourceError
        When there are more.
    """
    for what, count, most in (("models", entries, MAX_ENTRIES), ("derivations", derivations, MAX_DERIVATIONS)):
        if count > most:
            message = f"the source is too large: more than {most:,} {what}"
            raise SourceError([Finding("too-large", message, "split it into several", position=where)])
