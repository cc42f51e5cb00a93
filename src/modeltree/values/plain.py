"""Values of Python, NumPy, pandas and Arrow as plain ones: texts, numbers, lists and dictionaries."""

from __future__ import annotations

import datetime
from typing import Any

from modeltree.values.words import is_missing

_DEEPEST = 3


def plain_value(value: Any, depth: int = 0) -> Any:
    """A value as Python and JSON have it: texts are stripped, times are days, and what stands for nothing is None.

    Lists in lists, and what is no value of a record, stay as they are.

    >>> import numpy
    >>> plain_value(numpy.int64(7)), plain_value(float("nan")), plain_value(numpy.array(["a"])), plain_value(2023.0)
    (7, None, ['a'], 2023)
    >>> plain_value(numpy.datetime64("2023-02-01")), plain_value(numpy.datetime64("NaT")), plain_value(" b ")
    ('2023-02-01', None, 'b')
    """
    if value is None or type(value) in (int, bool):
        return value
    if isinstance(value, str):
        return str(value).strip() or None
    if type(value) is list and set(map(type, value)) <= {str, int}:
        return value
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, float):
        return None if value != value else int(value) if value.is_integer() else float(value)  # noqa: PLR0124
    if type(value).__module__ == "numpy":
        return _plain_of_numpy(value, depth)
    if isinstance(value, (list, tuple, set, frozenset)) and depth < _DEEPEST:
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [plain_value(item, depth + 1) for item in items]
    if isinstance(value, dict) and depth < _DEEPEST:
        inner = {str(key): plain_value(item, depth + 1) for key, item in value.items()}
        return {key: item for key, item in inner.items() if item is not None}
    if isinstance(value, int):
        return int(value)
    if type(value).__name__ == "Decimal":
        return plain_value(float(value), depth) if value == value else None  # noqa: PLR0124
    if type(value).__name__ == "Period" and hasattr(value, "start_time"):  # of pandas: a month or a year
        return str(value)
    return value.as_py() if type(value).__module__.startswith("pyarrow") and hasattr(value, "as_py") else value


def _plain_of_numpy(value: Any, depth: int) -> Any:
    if type(value).__name__ == "datetime64":
        return None if str(value) == "NaT" else str(value)[:10]
    if type(value).__name__ == "ndarray":
        return plain_value(value.tolist(), depth)
    return plain_value(value.item(), depth) if hasattr(value, "item") else value


def known_value(value: Any) -> Any:
    """A plain value, or None where it is a word for a missing one, as are items of lists.

    >>> known_value("N/A"), known_value(["Acme", "nan"]), known_value("none of it"), known_value(float("nan"))
    (None, ['Acme', None], 'none of it', None)
    """
    plain = plain_value(value)
    if isinstance(plain, str):
        return None if is_missing(plain) else plain
    if isinstance(plain, list):
        return [known_value(item) for item in plain]
    return plain


def known_name(value: Any) -> Any:
    """A plain value, or None where it is a word for a missing one; marks alone, as "-", may be a name.

    >>> known_name(float("nan")), known_name("nan"), known_name("N/A"), known_name("-")
    (None, None, None, '-')
    """
    plain = plain_value(value)
    is_word = isinstance(plain, str) and any(map(str.isalnum, plain)) and plain.casefold() != "unspecified"
    return None if is_word and is_missing(plain) else plain
