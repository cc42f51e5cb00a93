"""Several texts in one cell of a table, and back."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from modeltree.formats.parsing.jsontree import parse_json

__all__ = ["SEPARATOR", "join_texts", "split_texts"]

SEPARATOR = "; "
"""What stands between the items of a list."""

_ESCAPE = r"\\(?:[\\'\"nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U000[0-9a-f]{5})"
_ITEM = rf"(?:'(?:[^'\\\n]|{_ESCAPE})*+'|\"(?:[^\"\\\n]|{_ESCAPE})*+\"|[1-9][0-9]{{0,18}}+)"
_PYTHON = re.compile(rf"\[(?:{_ITEM}(?:, {_ITEM})*+)?\]")
_LONGEST = 100_000


def join_texts(items: Sequence[str]) -> str:
    """One text for several; as a JSON list where joining them could not be undone.

    Examples
    --------
    >>> join_texts(["7B", "13B"]), join_texts(["a; b", "c"])
    ('7B; 13B', '["a; b", "c"]')
    """
    joined = SEPARATOR.join(items)
    return joined if split_texts(joined) == list(items) else json.dumps(list(items), ensure_ascii=False)


def split_texts(joined: str, separator: str = SEPARATOR) -> list[Any]:
    """The items of a text: of a list in JSON or as Python writes it, or what the separators stand between.

    Examples
    --------
    >>> split_texts("7B; 13B"), split_texts('["a", "b"]'), split_texts("['a', 'b']"), split_texts("[x]; y")
    (['7B', '13B'], ['a', 'b'], ['a', 'b'], ['[x]', 'y'])
    """
    joined = joined.strip()
    if joined.startswith("[") and joined.endswith("]"):
        items = _listed(joined)
        if items is not None:
            return items
    return [item for item in map(str.strip, joined.split(separator)) if item]


def _listed(text: str) -> list[Any] | None:
    """The items of a list that a program wrote down, or None where it is none."""
    tree = parse_json(text.encode("utf-8", "replace"), Path())
    if tree.whole and not tree.problems and isinstance(tree.data, list):
        return tree.data
    written_by_python = len(text) <= _LONGEST and _PYTHON.fullmatch(text)
    return list(ast.literal_eval(text)) if written_by_python else None
