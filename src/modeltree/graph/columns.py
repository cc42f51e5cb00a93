"""Columns of any kind: lists, arrays of numpy or of Arrow, whose values are whatever the field of a record takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Annotated, Any, TypeVar, overload

import numpy
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from modeltree._util import collector_paused
from modeltree.records import LIST_FIELDS, Model, Record

Column = Any
"""A list, a numpy array or an array of Arrow; its values are whatever the field takes."""

T = TypeVar("T")

_WITHOUT_REPETITION = frozenset({"aliases", "organizations", "sizes"})


class LazySequence(Sequence[T]):
    """Records or families in a row, each made when it is asked for; those asked for lately are kept."""

    _MOST = 10_000
    _AT_ONCE = 4096
    _FEW = 16

    def __init__(
        self, count: int, make: Callable[[int], T], many: Callable[[slice], Sequence[T]] | None = None
    ) -> None:
        self._count, self._make, self._many = count, make, many
        self._kept: dict[int, T] = {}

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        if isinstance(index, slice):
            wanted = range(*index.indices(self._count))
            if self._many is not None and len(wanted) > self._FEW and wanted.step == 1:
                return tuple(self._many(slice(wanted.start, wanted.stop)))
            return tuple(self[each] for each in wanted)
        number = range(self._count)[index]
        record = self._kept.get(number)
        if record is None:
            if len(self._kept) >= self._MOST:
                self._kept.clear()
            record = self._kept[number] = self._make(number)
        return record

    def __iter__(self) -> Iterator[T]:
        if self._count <= self._MOST:
            return map(self.__getitem__, range(self._count))
        if self._many is not None:
            starts = range(0, self._count, self._AT_ONCE)
            return chain.from_iterable(self._many(slice(start, start + self._AT_ONCE)) for start in starts)
        return (self._kept.get(number) or self._make(number) for number in range(self._count))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"<{self._count:,} records>"


class RecordFields(Mapping[str, list[Any]]):
    """The fields of some records as columns, each made when it is asked for."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records
        self._columns: dict[str, list[Any]] = {}

    def __getitem__(self, name: str) -> list[Any]:
        if name not in self._columns:
            self._columns[name] = [getattr(record, name) for record in self._records]
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(type(self._records[0]).model_fields if self._records else ())

    def __len__(self) -> int:
        return sum(1 for _ in self)


def item(column: Column, row: int) -> Any:
    """One value of a column, as Python has it."""
    value = column[row]
    if hasattr(value, "as_py"):
        value = value.as_py()
    elif isinstance(value, numpy.generic):
        value = value.item()
    return value


def picked(values: Sequence[T], rows: Sequence[int]) -> tuple[T, ...]:
    """Some values, by their indices, in half the time that asking for one after another takes."""
    return itemgetter(*rows)(values) if len(rows) > 1 else (values[rows[0]],) if rows else ()


def taken(column: Column, rows: NDArray[Any]) -> Column:
    """Some rows of a column."""
    if isinstance(column, list):
        return list(picked(column, rows.tolist()))
    return column[rows] if isinstance(column, numpy.ndarray) else column.take(rows)


def listed(column: Column | None, count: int) -> Sequence[Any]:
    """A column as values of Python, all None where there is no column."""
    if column is None:
        return [None] * count
    if isinstance(column, list | tuple):
        return column
    values: list[Any] = column.tolist() if isinstance(column, numpy.ndarray) else column.to_pylist()
    return values


def distinct_values(column: Column | None, count: int) -> list[Any]:
    """The distinct values of a column, None first, the others as they come first; lists become tuples."""
    if column is None:
        return [None]
    return [value.value if isinstance(value, _Single) else value for value in _noted(listed(column, count))[0]]


def factored(column: Column | None, count: int) -> tuple[list[Any], NDArray[numpy.int32]]:
    """The distinct values of a column, as `distinct_values` has them, and of each row the index of its value."""
    if column is None:
        return [None], numpy.zeros(count, dtype=numpy.int32)
    if hasattr(column, "dictionary") and hasattr(column, "indices") and len(column.dictionary) <= count:
        values, codes = factored(column.dictionary, len(column.dictionary))
        rows = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return values, numpy.append(codes, numpy.int32(0))[rows]
    given = listed(column, count)
    if isinstance(next((value for value in given if value is not None), None), Record):
        each = _by_identity(given)  # the hash of a record takes long
        if len(each) < count:
            values, codes = factored(list(each.values()), len(each))
            code = dict(zip(each, codes.tolist(), strict=True))
            return values, numpy.fromiter(map(code.__getitem__, map(id, given)), numpy.int32, count)
    noted, given = _noted(given)
    index = dict(zip(noted, range(len(noted)), strict=True))
    codes = numpy.fromiter(map(index.__getitem__, given), numpy.int32, count)
    return [value.value if isinstance(value, _Single) else value for value in noted], codes


def _noted(given: Sequence[Any]) -> tuple[dict[Any, None], Sequence[Any]]:
    """Values, each once, None first, and all of them, as they can be looked up."""
    try:
        return dict.fromkeys(chain((None,), given)), given
    except TypeError:  # lists, or what cannot be hashed at all
        given = list(map(_hashable, given))
        return dict.fromkeys(chain((None,), given)), given


def _by_identity(values: Sequence[T]) -> dict[int, T]:
    """The objects among some values, each once, by what `id` says of them."""
    return dict(zip(map(id, values), values, strict=True))


class _Single:
    """A value that cannot be hashed, which stands alone."""

    def __init__(self, value: object) -> None:
        self.value = value


def _hashable(value: Any) -> Any:
    if isinstance(value, list | numpy.ndarray):
        value = tuple(value)
    try:
        hash(value)
    except TypeError:
        return _Single(value)
    return value


# The values of fields


@cache
def _adapter(record: type[Record], name: str) -> TypeAdapter[list[Any]]:
    field = record.model_fields[name]
    type_: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    return TypeAdapter(list[type_])


def field_values(record: type[Record], name: str, column: Column | None, count: int) -> list[Any]:
    """A field of many records from the values of a column; each distinct one is read once."""
    default = None if (field := record.model_fields[name]).is_required() else field.get_default()
    if column is None:
        return [default] * count
    values, codes = factored(column, count)
    try:
        read = [default, *_adapter(record, name).validate_python(values[1:])]
    except ValidationError as error:
        detail = error.errors()[0]
        raise ValueError(f"{name}: {detail['msg'].removeprefix('Value error, ')}") from None
    if record is Model and name in _WITHOUT_REPETITION:
        repeated = next((value for value in read if value and len(set(value)) < len(value)), None)
        if repeated:
            raise ValueError(f"{name}: a value stands twice in {list(map(str, repeated))!r:.60}")
    if len(read) == count + 1:
        return read[1:]
    return list(map(read.__getitem__, codes.tolist()))


def dumped(record: type[Record], name: str, values: list[Any], *, exclude_defaults: bool = False) -> list[Any]:
    """Values of a field as JSON has them; records among them without what is as by default, if so desired."""
    if set(map(type, values)) <= {str, type(None)}:
        return values
    each = _by_identity(values)
    plain = _adapter(record, name).dump_python(list(each.values()), mode="json", exclude_defaults=exclude_defaults)
    of_each = dict(zip(each, plain, strict=True))
    found = list(map(of_each.__getitem__, map(id, values)))
    return list(map(list, found)) if name in LIST_FIELDS else found


def construct(record: type[Record], columns: Mapping[str, Iterable[Any]]) -> list[Any]:
    """Records of columns of values that are known to fit; fields that have no column have their default."""
    template = {name: None if name in columns else field.get_default() for name, field in record.model_fields.items()}
    names, known, new, put = list(columns), set(columns), object.__new__, object.__setattr__
    records = []
    with collector_paused():
        for row in zip(*columns.values(), strict=True):
            made = new(record)
            put(made, "__dict__", template | dict(zip(names, row, strict=True)))
            put(made, "__pydantic_fields_set__", known)
            put(made, "__pydantic_extra__", None)
            put(made, "__pydantic_private__", None)
            records.append(made)
    return records
