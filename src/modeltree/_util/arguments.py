"""What public functions are given: values of wrong types are refused at the door."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, wraps
from numbers import Integral, Real
from reprlib import repr
from types import NoneType, SimpleNamespace, UnionType
from typing import Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

P = ParamSpec("P")
R = TypeVar("R")


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """A function that refuses arguments of other types than its annotations say, before it does anything.

    What a value says, as a word or the size of a number, it checks itself, and so the values in a collection.
    """

    @wraps(function)
    def call(*arguments: P.args, **options: P.kwargs) -> R:
        _, _, types = _expected(function)
        for name, value in _named(function, arguments, options):
            if name in types and not _fits(value, types[name]):
                raise TypeError(f"{name} cannot be {repr(value)}: it is {function.__annotations__[name]}")
        return function(*arguments, **options)

    return call


@cache
def _expected(function: Callable[..., Any]) -> tuple[tuple[str, ...], str | None, Mapping[str, Any]]:
    """The positional parameters, the one that takes the rest of them, and the types that can be resolved."""
    kinds = inspect.signature(function).parameters.values()
    positional = (each.name for each in kinds if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD))
    rest = next((each.name for each in kinds if each.kind == each.VAR_POSITIONAL), None)
    types: dict[str, Any] = {}
    for name, written in function.__annotations__.items():
        try:
            hints = get_type_hints(SimpleNamespace(__annotations__={name: written}), function.__globals__)
        except NameError:  # it is imported for type checkers only
            continue
        types |= hints
    others = {each.name for each in kinds if each.kind == each.VAR_KEYWORD}
    return tuple(positional), rest, {name: kind for name, kind in types.items() if name not in {*others, "return"}}


def _named(
    function: Callable[..., Any], arguments: tuple[Any, ...], options: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Each argument under the name of its parameter."""
    positional, rest, _ = _expected(function)
    yield from zip(positional, arguments, strict=False)
    if rest is not None:
        yield from ((rest, value) for value in arguments[len(positional) :])
    yield from options.items()


def _fits(value: Any, kind: Any) -> bool:
    """Whether a value is of a type; of tuples of some length also the parts, which may stand in a list."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in get_args(kind))
    if kind is Any or origin is Literal or isinstance(kind, TypeVar):
        return True
    if kind in (None, NoneType):
        return value is None
    if kind in (int, float):
        return isinstance(value, Integral if kind is int else Real) and not isinstance(value, bool)
    if origin is tuple and Ellipsis not in get_args(kind):
        parts = get_args(kind)
        return isinstance(value, (tuple, list)) and len(value) == len(parts) and all(map(_fits, value, parts))
    if origin is Sequence and isinstance(value, (tuple, list)):
        return all(_fits(part, one) for one in get_args(kind) for part in value)
    base = origin or kind
    return isinstance(value, base) and (base is str or not isinstance(value, (str, bytes)))  # no list of letters
