"""Which rows of a table are plain: what they say can be taken as it stands, and nothing is to be reported of it.

All is decided by distinct values, which are few in most columns. In doubt a row is not plain.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray
from pydantic import ValidationError

from modeltree.formats.repair.audit import FIRST_YEAR
from modeltree.formats.repair.cleaning import once
from modeltree.formats.repair.vocabulary import day_of, relation_of
from modeltree.formats.tables.columns import LINKS, Column, fields_of
from modeltree.formats.tables.rows import Chosen, Options, word_of
from modeltree.formats.tables.stored import Coded, coded, days_only
from modeltree.records import Derivation, Model, Relation

__all__ = ["UNKNOWN", "UNSAID", "Relations", "Values", "dates_of", "fields_by_value", "relations_of", "step_fields"]

UNSAID = 255
"""Stands for the relation where nothing is said of it."""

UNKNOWN = 254
"""Stands for a word that is no relation."""

_GROUPS = (("license", "license_spdx"), ("links", *LINKS), ("openness", "access"))
_PLACE = {relation: place for place, relation in enumerate(Relation)}
_LISTS = ("aliases", "organizations", "sizes")
# Texts that all records take as they are, so that those of which there are millions need no record each.
_QUICK = re.compile(r"[!-~](?:[ -~]{0,480}[!-~])?")
_TEXTS = frozenset({"name", "note", "training_data"})


@dataclass
class Values:
    """A field by its distinct values.

    Parameters
    ----------
    codes : array of int32
        For each row the place of its value; -1 for none.
    values : array of object
        The values as `Model` has them; None where nothing is known, as in the last place.
    right : array of bool
        Whether each value is what the field takes.
    """

    codes: NDArray[numpy.int32]
    values: NDArray[Any]
    right: NDArray[numpy.bool_]

    @property
    def column(self) -> NDArray[Any]:
        """The value of each row."""
        return self.values[self.codes]

    @property
    def known(self) -> NDArray[numpy.bool_]:
        """Of each row, whether it has a value."""
        return numpy.array([value is not None for value in self.values], dtype=bool)[self.codes]


def _combined(columns: Mapping[str, Coded]) -> tuple[NDArray[numpy.int32], dict[str, Column]]:
    """Several columns by the distinct combinations of their values."""
    if len(columns) == 1:
        ((name, (codes, words)),) = columns.items()
        return codes, {name: words}
    total: NDArray[numpy.int64] | None = None
    places: dict[str, NDArray[numpy.int64]] = {}
    for name, (codes, words) in columns.items():
        own = codes.astype(numpy.int64) + 1
        if total is None:
            total, places[name] = own, numpy.arange(len(words) + 1)
            continue
        size = len(words) + 1
        kept, total = numpy.unique(total * size + own, return_inverse=True)
        total = total.reshape(-1)
        places = {other: place[kept // size] for other, place in places.items()} | {name: kept % size}
    assert total is not None
    words_of = {
        name: [None if place == 0 else words[place - 1] for place in places[name].tolist()]
        for name, (_, words) in columns.items()
    }
    return total.astype(numpy.int32), words_of


def fields_by_value(nodes: Chosen, count: int) -> tuple[dict[str, Values], NDArray[numpy.bool_], Values | None]:
    """The fields of models by their values, whether those of each row are right, and the organizations as written."""
    right = numpy.ones(count, dtype=bool)
    found: dict[str, Values] = {}
    written: Values | None = None
    left = [name for name in nodes.stored if name not in ("id", "released", "parents", "parent", "relation")]
    while left:
        group = next((names for names in _GROUPS if left[0] in names), (left[0],))
        names = [name for name in left if name in group]
        left = [name for name in left if name not in group]
        codes, words = _combined({name: coded(nodes.stored[name]) for name in names})
        known = fields_of(words, nodes.separator)
        if not any(value is not None for column in known.values() for value in column):
            continue
        if names == ["organizations"]:
            written = Values(codes, _objects(known["organizations"]), _list_of_texts(known["organizations"]))
            right &= written.right[codes]
            continue
        for name, values in _checked(Model, {"id": "x", "name": "x"}, known, codes).items():
            found[name] = values
            right &= values.right[codes]
    return found, right, written


def _checked(kind: type[Any], least: Mapping[str, Any], words: Mapping[str, Column], codes: Any) -> dict[str, Values]:
    """Values of some fields, each tried on a record that has little else."""
    names = list(words)
    found: dict[str, Column] = {name: [] for name in names}
    right: list[bool] = []
    for row in zip(*words.values(), strict=True):
        fields = {name: value for name, value in zip(names, row, strict=True) if value is not None}
        record = None
        if fields and not _is_quick(fields):
            given = {name: once(value) if name in _LISTS and isinstance(value, (list, tuple)) else value
                     for name, value in fields.items()}  # fmt: skip
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
    return {name: Values(codes, _objects(column), flags) for name, column in found.items()}


def _own(record: Any, name: str) -> Any:
    """A value of a record, or None where it is what a record has that says nothing."""
    value = getattr(record, name)
    known = type(record).model_fields[name]
    return None if not known.is_required() and value == known.get_default(call_default_factory=True) else value


def _is_quick(fields: Mapping[str, Any]) -> bool:
    if fields.keys() <= _TEXTS:
        return all(type(value) is str and _QUICK.fullmatch(value) for value in fields.values())
    return False


def _list_of_texts(column: Column) -> NDArray[numpy.bool_]:
    return numpy.array(
        [
            value is None or (isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value))
            for value in (*column, None)
        ],
        dtype=bool,
    )


def _objects(column: Column) -> NDArray[Any]:
    """A column with None at its end, for the rows without a value."""
    found = numpy.empty(len(column) + 1, dtype=object)
    for place, value in enumerate(column):
        found[place] = value
    return found


def dates_of(nodes: Chosen, count: int) -> tuple[NDArray[numpy.int32], NDArray[numpy.bool_]]:
    """The dates of models, see `modeltree.graph.store.Columns`, and whether each can be."""
    if "released" not in nodes.stored:
        return numpy.zeros(count, dtype=numpy.int32), numpy.ones(count, dtype=bool)
    codes, words = coded(days_only(nodes.stored["released"]))
    today = datetime.datetime.now(datetime.UTC).date()
    numbers, right = [], []
    for value in fields_of({"released": words}, nodes.separator).get("released", [None] * len(words)):
        try:
            date = None if value is None else Model(id="x", name="x", released=day_of(value)).released
        except (ValidationError, TypeError, ValueError):
            date = None
            right.append(False)
        else:
            right.append(date is None or (date.year >= FIRST_YEAR and date.lower <= today))
        numbers.append(date.number if date else 0)
    return (
        numpy.array([*numbers, 0], dtype=numpy.int32)[codes],
        numpy.array([*right, True], dtype=bool)[codes],
    )


class Relations(NamedTuple):
    """A column of relations by its distinct values, each of which is one word or several."""

    codes: NDArray[numpy.int32]
    """For each row the place of its value."""
    starts: NDArray[numpy.int64]
    """For each value where its relations begin."""
    counts: NDArray[numpy.int64]
    """How many they are."""
    places: NDArray[numpy.uint8]
    """Their places in `Relation`; `UNSAID` where nothing is said, `UNKNOWN` for a word that is none."""


def relations_of(words: Coded, options: Options) -> Relations:
    """The relations that a column says."""
    values = fields_of({"relation": words.words}, options.separator).get("relation", [None] * len(words.words))
    lists = [value or [None] for value in (*values, None)]
    counts = numpy.array([len(items) for items in lists], dtype=numpy.int64)
    places = numpy.array([_place(word, options) for items in lists for word in items], dtype=numpy.uint8)
    return Relations(words.codes, numpy.cumsum(counts) - counts, counts, places)


def _place(word: Any, options: Options) -> int:
    said = word_of(word, options)
    if said is None or (not isinstance(said, Relation) and not said.strip()):
        return UNSAID
    relation = said if isinstance(said, Relation) else relation_of(said)
    return UNKNOWN if relation is None else _PLACE[relation]


def step_fields(edges: Chosen) -> dict[str, Values]:
    """Notes and references of derivations by their values."""
    least = {"parent": "x", "child": "y", "relation": Relation.UNSPECIFIED}
    found: dict[str, Values] = {}
    for name in ("references", "note"):
        if name in edges.stored:
            codes, words = coded(edges.stored[name])
            known = fields_of({name: words}, edges.separator)
            found |= _checked(Derivation, least, known, codes)
    return found
