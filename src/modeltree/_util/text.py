"""Words of messages."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["alternatives", "counted"]


def alternatives(words: Iterable[object]) -> str:
    """Words of which one is meant.

    Examples
    --------
    >>> alternatives(["base", "component", None])
    "'base', 'component' or None"
    """
    written = list(map(repr, words))
    return " or ".join(filter(None, (", ".join(written[:-1]), *written[-1:])))


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """A number and its noun.

    Examples
    --------
    >>> counted(1, "family", "families"), counted(1200, "model")
    ('1 family', '1,200 models')
    """
    return f"{count:,} {singular if count == 1 else plural or f'{singular}s'}"
