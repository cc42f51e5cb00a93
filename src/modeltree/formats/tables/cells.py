"""Values in tables: as fields take them, and several texts in one cell.

Everything here works on whole columns and never on rows, so that a large table costs little.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from modeltree.formats.parsing.jsontree import parse_json
from modeltree.records import LIST_FIELDS, Links
from modeltree.values.fields import known_value, plain_value
from modeltree.values.hub_words import license_named
from modeltree.values.words import is_missing

Column = list[Any]

Stored = Any
"""A column as its table has it: a list, or an array of Arrow in chunks."""

LINKS = tuple(f"link_{kind}" for kind in Links.model_fields)
"""The fields that stand for one link each."""

SEPARATOR = "; "
"""What stands between the items of a list."""

_ESCAPE = r"\\(?:[\\'\"nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U000[0-9a-f]{5})"
_ITEM = rf"(?:'(?:[^'\\\n]|{_ESCAPE})*+'|\"(?:[^\"\\\n]|{_ESCAPE})*+\"|[1-9][0-9]{{0,18}}+)"
_PYTHON = re.compile(rf"\[(?:{_ITEM}(?:, {_ITEM})*+)?\]")
_LONGEST = 100_000
_LISTS = LIST_FIELDS | {"parents", "parent", "relation"}
_IDS = frozenset({"id", "child", "parent", "parents", "relation"})  # a model may be called "-"
_TEXTS = frozenset({"id", "name", "child"})


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
        items = _listed_items(joined)
        if items is not None:
            return items
    return [item for item in map(str.strip, joined.split(separator)) if item]


def _listed_items(text: str) -> list[Any] | None:
    """The items of a list that a program wrote down, or None where it is none."""
    tree = parse_json(text.encode("utf-8", "replace"), Path())
    if tree.whole and not tree.problems and isinstance(tree.data, list):
        return tree.data
    written_by_python = len(text) <= _LONGEST and _PYTHON.fullmatch(text)
    return list(ast.literal_eval(text)) if written_by_python else None


def field_values(taken: Mapping[str, Column], separator: str, *, whole: Collection[str] = ()) -> dict[str, Column]:
    """Columns by their fields, with values as the fields take them; what is unknown throughout is left out.

    Examples
    --------
    >>> field_values({"id": [7, "b"], "aliases": ["x; y", ""], "note": ["", None]}, "; ")
    {'id': ['7', 'b'], 'aliases': [['x', 'y'], None]}
    """
    found: dict[str, Column] = {}
    for name, values in taken.items():
        column = [plain_value(value) for value in values] if name in _IDS else plain_column(values)
        if name in _LISTS:
            column = [_as_list(value, None if name in whole else separator) for value in column]
        elif name in _TEXTS:
            column = [str(value) if type(value) is int else value for value in column]
        if any(value is not None for value in column) or name in ("id", "name", "parent", "child"):
            found[name] = column
    _join_licenses(found, has_spdx="license_spdx" in taken)
    _join_links(found)
    return found


def _as_list(value: Any, separator: str | None) -> list[Any] | None:
    if isinstance(value, str) and separator is not None:
        value = split_texts(value, separator)
    elif value is not None and not isinstance(value, list):
        value = [value]
    return [item for item in value if item is not None] or None if value else None


def _join_licenses(found: dict[str, Column], *, has_spdx: bool) -> None:
    """Names and identifiers of licenses as one column; a license without a name goes by its identifier."""
    spdx = found.pop("license_spdx", None)
    if spdx is None:
        if "license" in found and not has_spdx:
            found["license"] = [license_named(name) if isinstance(name, str) else name for name in found["license"]]
        return
    names = found.get("license") or [None] * len(spdx)
    found["license"] = [
        {"name": name or code, "spdx": code} if code is not None and not isinstance(name, dict) else name
        for name, code in zip(names, spdx, strict=True)
    ]


def _join_links(found: dict[str, Column]) -> None:
    """The columns of links as one of mappings."""
    parts = {name.removeprefix("link_"): found.pop(name) for name in LINKS if name in found}
    if not parts:
        return
    rows = zip(*parts.values(), strict=True)
    joined: Column = [
        {kind: address for kind, address in zip(parts, row, strict=True) if address is not None} or None for row in rows
    ]
    nested = found.get("links")
    if nested is not None:
        joined = [
            (inner | (outer or {}) if isinstance(inner, dict) else outer)
            for inner, outer in zip(nested, joined, strict=True)
        ]
    found["links"] = joined


def plain_column(values: Column) -> Column:
    """Values as Python and JSON have them: what stands for "not known" is None, texts are stripped, days are dates.

    Examples
    --------
    >>> import numpy
    >>> plain_column([numpy.int64(7), float("nan"), numpy.array(["a"]), " b ", 2023.0])
    [7, None, ['a'], 'b', 2023]
    """
    if set(map(type, values)) <= {str, type(None)}:
        return [None if not value or is_missing(value) else value.strip() for value in values]
    return [known_value(value) for value in values]
