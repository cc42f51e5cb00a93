"""Which rows of a table are plain: what they say can be taken as it stands, and nothing is to be reported of it.

That is decided by distinct values, which are few in most columns. In doubt a row is not plain.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray
from pydantic import ValidationError

from modeltree.findings import shown
from modeltree.formats.repair.models import WITHOUT_REPETITION, without_repetition
from modeltree.formats.repair.record_findings import FIRST_YEAR
from modeltree.formats.tables.requests import FieldTable, ReadOptions
from modeltree.formats.tables.table_columns import (
    LINKS,
    Coded,
    Column,
    Stored,
    coded,
    coded_array,
    days_only,
    field_values,
    objects,
    plain_column,
    replaced,
    rows_among,
    trimmed,
    unusual_rows,
)
from modeltree.records import Derivation, Model, Relation
from modeltree.values.quantities import day_of
from modeltree.values.words import is_missing, relation_of

UNSAID = 255
"""Stands for a relation that is missing."""

UNKNOWN = 254
"""Stands for a word that is no relation."""

_GROUPS = (("license", "license_spdx"), ("links", *LINKS), ("openness", "access"))
INDEX_OF_RELATION = {relation: index for index, relation in enumerate(Relation)}
"""The index of each relation in `Relation`."""

# Texts that all records take as they are, so that those of which there are millions need no record each.
_LONGEST = 482
_QUICK = re.compile(rf"[!-~](?:[ -~]{{0,{_LONGEST - 2}}}[!-~])?")
_PRINTABLE = range(0x20, 0x7F)
_TEXTS = frozenset({"name", "note", "training_data"})


@dataclass
class FieldValues:
    """A field by its distinct values."""

    codes: NDArray[numpy.int32]  # for each row the index of its value; -1 for none
    values: NDArray[Any]  # as `Model` has them; None where nothing is known, as at the end
    right: NDArray[numpy.bool_]  # whether each value is what the field takes

    @property
    def usable(self) -> NDArray[numpy.bool_]:
        """Of each row, whether its value is what the field takes."""
        return self.right[self.codes]

    @property
    def known(self) -> NDArray[numpy.bool_]:
        """Of each row, whether it has a value."""
        return numpy.array([value is not None for value in self.values], dtype=bool)[self.codes]

    def taken(self, rows: NDArray[Any]) -> Any:
        """The values of some rows."""
        return self.values[self.codes[rows]]

    def rows_of(self, words: Collection[str]) -> dict[str, list[int]]:
        """The rows that have one of some texts."""
        codes = [code for code, value in enumerate(self.values[:-1].tolist()) if value in words]
        found: dict[str, list[int]] = {}
        for row in numpy.flatnonzero(numpy.isin(self.codes, codes)).tolist() if codes else ():
            found.setdefault(self.values[self.codes[row]], []).append(row)
        return found


@dataclass
class TextValues:
    """A field of texts most of which differ, as an array of Arrow; it has no value of Python for each."""

    texts: Any  # null where nothing is known
    usable: NDArray[numpy.bool_]  # of each row, whether its text is what the field takes

    @property
    def known(self) -> NDArray[numpy.bool_]:
        """Of each row, whether it has a text."""
        known: NDArray[numpy.bool_] = self.texts.is_valid().to_numpy(zero_copy_only=False)
        return known

    def taken(self, rows: NDArray[Any]) -> Any:
        """The texts of some rows."""
        return self.texts.take(rows)

    def rows_of(self, words: Collection[str]) -> dict[str, list[int]]:
        """The rows that have one of some texts."""
        hits = rows_among(self.texts, words)
        found: dict[str, list[int]] = {}
        for row, text in zip(hits.tolist(), self.texts.take(hits).to_pylist(), strict=True):
            found.setdefault(text, []).append(row)
        return found


def _combined(columns: Mapping[str, Coded]) -> tuple[NDArray[numpy.int32], dict[str, Column]]:
    """Several columns by the distinct combinations of their values."""
    if len(columns) == 1:
        ((name, column),) = columns.items()
        return column.codes, {name: column.words}
    total: NDArray[numpy.int64] | None = None
    indices: dict[str, NDArray[numpy.int64]] = {}
    for name, column in columns.items():
        own = column.codes.astype(numpy.int64) + 1
        size = len(column.words) + 1
        if total is None:
            total, indices[name] = own, numpy.arange(size)
            continue
        kept, total = numpy.unique(total * size + own, return_inverse=True)
        total = total.reshape(-1)
        indices = {other: index[kept // size] for other, index in indices.items()} | {name: kept % size}
    assert total is not None
    words_of = {
        name: [None if index == 0 else column.words[index - 1] for index in indices[name].tolist()]
        for name, column in columns.items()
    }
    return total.astype(numpy.int32), words_of


def model_fields(
    nodes: FieldTable, count: int
) -> tuple[dict[str, FieldValues | TextValues], NDArray[numpy.bool_], FieldValues | None]:
    """The fields of models by their values, whether those of each row are right, and the organizations as written."""
    right = numpy.ones(count, dtype=bool)
    found: dict[str, FieldValues | TextValues] = {}
    written: FieldValues | None = None
    left = [name for name in nodes.stored if name not in ("id", "released", "parents", "parent", "relation")]
    while left:
        group = next((names for names in _GROUPS if left[0] in names), (left[0],))
        names = [name for name in left if name in group]
        left = [name for name in left if name not in group]
        if names[0] in _TEXTS and (texts := _text_values(Model, {"id": "x", "name": "x"}, names[0], nodes.stored)):
            found[names[0]] = texts
            right &= texts.usable
            continue
        codes, words = _combined({name: coded(nodes.stored[name]) for name in names})
        known = field_values(words, nodes.separator)
        if not any(value is not None for column in known.values() for value in column):
            continue
        if names == ["organizations"]:
            written = FieldValues(codes, _objects(known["organizations"]), _list_of_texts(known["organizations"]))
            right &= written.usable
            continue
        for name, values in _checked(Model, {"id": "x", "name": "x"}, known, codes).items():
            found[name] = values
            right &= values.usable
    return found, right, written


def _text_values(
    kind: type[Any], least: Mapping[str, Any], name: str, stored: Mapping[str, Stored]
) -> TextValues | None:
    """A column of texts, of which only those that are not plain are looked at; None for a column of another form."""
    texts = trimmed(stored[name])
    if texts is None or not texts.is_valid().to_numpy(zero_copy_only=False).any():
        return None
    usable = numpy.ones(len(texts), dtype=bool)
    rows = unusual_rows(texts, _PRINTABLE, _LONGEST)
    if len(rows):
        odd = coded_array(texts.take(rows))
        values = _checked(kind, least, {name: plain_column(odd.words)}, odd.codes)[name]
        usable[rows] = values.usable
        texts = replaced(texts, rows, values.values[values.codes].tolist())
    return TextValues(texts, usable)


def _checked(
    kind: type[Any], least: Mapping[str, Any], words: Mapping[str, Column], codes: Any
) -> dict[str, FieldValues]:
    """The values of some fields, each tried on a record that has little else."""
    names = list(words)
    found: dict[str, Column] = {name: [] for name in names}
    right: list[bool] = []
    for row in zip(*words.values(), strict=True):
        fields = {name: value for name, value in zip(names, row, strict=True) if value is not None}
        record = None
        if fields and not _is_quick(fields):
            lists = [name for name in WITHOUT_REPETITION & fields.keys() if isinstance(fields[name], (list, tuple))]
            given = fields | {name: without_repetition(fields[name]) for name in lists}
            try:
                record = kind.model_validate({**least, **given})
            except (ValidationError, TypeError, ValueError):
                right.append(False)
                for name in names:
                    found[name].append(None)
                continue
        right.append(True)
        for name in names:
            value = fields.get(name) if record is None or name not in fields else _own(record, name)
            found[name].append(value)
    flags = numpy.array([*right, True], dtype=bool)
    return {name: FieldValues(codes, _objects(column), flags) for name, column in found.items()}


def _own(record: Any, name: str) -> Any:
    """A value of a record, or None where it is what a record has that says nothing."""
    value = getattr(record, name)
    known = type(record).model_fields[name]
    return None if not known.is_required() and value == known.get_default(call_default_factory=True) else value


def _is_quick(fields: Mapping[str, Any]) -> bool:
    return fields.keys() <= _TEXTS and all(type(value) is str and _QUICK.fullmatch(value) for value in fields.values())


def _list_of_texts(column: Column) -> NDArray[numpy.bool_]:
    def is_list(value: Any) -> bool:
        return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)

    return numpy.array([value is None or is_list(value) for value in (*column, None)], dtype=bool)


def _objects(column: Column) -> NDArray[Any]:
    """A column with None at its end, for the rows without a value."""
    return objects([*column, None])


def dates_of(nodes: FieldTable, count: int) -> tuple[NDArray[numpy.int32], NDArray[numpy.bool_]]:
    """The dates of models, as the `Columns` of a lineage have them, and whether each can be."""
    if "released" not in nodes.stored:
        return numpy.zeros(count, dtype=numpy.int32), numpy.ones(count, dtype=bool)
    written = coded(days_only(nodes.stored["released"]))
    today = datetime.datetime.now(datetime.UTC).date()
    dates, right = [], []
    for value in field_values({"released": written.words}, nodes.separator).get(
        "released", [None] * len(written.words)
    ):
        try:
            date = None if value is None else Model(id="x", name="x", released=day_of(value)).released
        except (ValidationError, TypeError, ValueError):
            date = None
            right.append(False)
        else:
            right.append(date is None or (date.year >= FIRST_YEAR and date.lower <= today))
        dates.append(date.number if date else 0)
    return (
        numpy.array([*dates, 0], dtype=numpy.int32)[written.codes],
        numpy.array([*right, True], dtype=bool)[written.codes],
    )


class RelationValues(NamedTuple):
    """A column of relations by its distinct values, each of which is one word or several."""

    codes: NDArray[numpy.int32]  # for each row the index of its value
    starts: NDArray[numpy.int64]  # where the relations of each value begin
    counts: NDArray[numpy.int64]  # how many they are
    indices: NDArray[numpy.uint8]  # in `Relation`; `UNSAID` for nothing, `UNKNOWN` for a word that is none


def relations_of(words: Coded, options: ReadOptions) -> RelationValues:
    """The relations that a column says."""
    values = field_values({"relation": words.words}, options.separator).get("relation", [None] * len(words.words))
    lists = [value or [None] for value in (*values, None)]
    counts = numpy.array([len(items) for items in lists], dtype=numpy.int64)
    indices = numpy.array([_relation_index(word, options) for items in lists for word in items], dtype=numpy.uint8)
    return RelationValues(words.codes, numpy.cumsum(counts) - counts, counts, indices)


def word_of(word: Any, options: ReadOptions) -> Relation | str | None:
    """The word on how a child was made, or what holds where the table has none."""
    if word is None or (isinstance(word, str) and is_missing(word) and relation_of(word) is None):
        return options.relation
    return word if isinstance(word, str) else shown(word)


def _relation_index(word: Any, options: ReadOptions) -> int:
    known = word_of(word, options)
    if known is None or (not isinstance(known, Relation) and not known.strip()):
        return UNSAID
    relation = known if isinstance(known, Relation) else relation_of(known)
    return UNKNOWN if relation is None else INDEX_OF_RELATION[relation]


def edge_fields(edges: FieldTable) -> dict[str, FieldValues | TextValues]:
    """Notes and references of derivations by their values."""
    least = {"parent": "x", "child": "y", "relation": Relation.UNSPECIFIED}
    found: dict[str, FieldValues | TextValues] = {}
    for name in ("references", "note"):
        if name == "note" and name in edges.stored and (texts := _text_values(Derivation, least, name, edges.stored)):
            found[name] = texts
        elif name in edges.stored:
            written = coded(edges.stored[name])
            known = field_values({name: written.words}, edges.separator)
            found |= _checked(Derivation, least, known, written.codes)
    return found
