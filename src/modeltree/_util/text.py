"""Counts and lists of things in messages."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["counted", "enumerated"]


def counted(count: int, noun: str) -> str:
    """A count with its noun, in the plural where that is right.

    Examples
    --------
    >>> counted(1, "model"), counted(1200, "model")
    ('1 model', '1,200 models')
    """
    return f"{count:,} {noun}{'s' * (count != 1)}"


def enumerated(items: Sequence[str], most: int = 3) -> str:
    """The first of some items, and how many more there are.

    Examples
    --------
    >>> enumerated(["a", "b"]), enumerated(["a", "b", "c", "d"])
    ('a, b', 'a, b, c and 1 more')
    """
    more = f" and {len(items) - most:,} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more
