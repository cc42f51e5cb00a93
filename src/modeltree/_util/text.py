"""Words of messages."""

from __future__ import annotations

__all__ = ["counted"]


def counted(count: int, singular: str, plural: str | None = None) -> str:
    """A number and its noun.

    Examples
    --------
    >>> counted(1, "family", "families"), counted(1200, "model")
    ('1 family', '1,200 models')
    """
    return f"{count:,} {singular if count == 1 else plural or f'{singular}s'}"
