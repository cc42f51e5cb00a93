"""The texts by which tables name models, each with a number, so that naming is a matter of integers."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy
from numpy.typing import NDArray

from modeltree.formats.repair.claims import slug
from modeltree.formats.tables.table_columns import (
    Coded,
    Column,
    Stored,
    bounds_of,
    field_values,
    indices_of,
    is_text,
    part_of,
    rows_among,
    text_bytes,
    unusual_rows,
)
from modeltree.values.names import printed_name
from modeltree.values.words import MISSING, is_missing

if TYPE_CHECKING:
    import pyarrow as pa


_LONGEST = 300  # of an id
_SINGLE = ("id", "name", "child")

Piece = tuple["list[str | None] | pa.Array", NDArray[numpy.int32] | None]
"""Texts, and the index of each item among them, -1 for what is no text; None is one after another."""


class NamedItems(NamedTuple):
    """The texts in a column, those in lists one by one."""

    pieces: list[Piece]
    rows: NDArray[numpy.int32]  # the row of each item
    odd: NDArray[numpy.int64]  # the rows that have something else besides
    split: bool  # whether a text may stand for several


def named_items(column: Stored, field: str, separator: str, whole: Collection[str] = ()) -> NamedItems:
    """The texts in a column of ids, or of parents."""
    found = None if isinstance(column, list | Coded) else _items_in_arrow(column, field, whole)
    return found or _items_in_list(part_of(column), field, separator, whole)


def _items_in_arrow(column: pa.ChunkedArray, field: str, whole: Collection[str]) -> NamedItems | None:
    """The texts in a column of texts, whole numbers or lists of these; None for another one."""
    import pyarrow as pa

    pieces: list[Piece] = []
    rows, odd, start, split = [numpy.empty(0, numpy.int32)], [numpy.empty(0, numpy.int64)], 0, False
    for chunk in column.chunks:
        array = chunk.storage if isinstance(chunk, pa.ExtensionArray) else chunk
        here = numpy.arange(start, start + len(array), dtype=numpy.int32)
        if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
            if field in _SINGLE:
                return None
            here = numpy.repeat(here, numpy.maximum(bounds_of(array)[1], 0))
            array = array.flatten()
            odd.append(here[array.is_null().to_numpy(zero_copy_only=False)].astype(numpy.int64))
        else:
            split = field not in whole
            if field not in _SINGLE:
                # A row that is empty has no parent, which is no fault here.
                valid = array.is_valid()
                here = here[valid.to_numpy(zero_copy_only=False)]
                array = array.filter(valid) if array.null_count else array
        if pa.types.is_dictionary(array.type) and is_text(array.type.value_type):
            pieces.append((array.dictionary.cast(pa.large_string()), indices_of(array.indices)))
        elif pa.types.is_null(array.type) or is_text(array.type) or pa.types.is_integer(array.type):
            pieces.append((array.cast(pa.large_string()), None))
        else:
            return None
        rows.append(here)
        start += len(chunk)
    return NamedItems(pieces, numpy.concatenate(rows), numpy.concatenate(odd), split)


def _items_in_list(column: Column, field: str, separator: str, whole: Collection[str]) -> NamedItems:
    values = field_values({field: column}, separator, whole=whole).get(field, [None] * len(column))
    single = field in _SINGLE
    rows: list[int] = []
    texts: list[str | None] = []
    odd: list[int] = []
    for row, value in enumerate(values):
        for item in value if isinstance(value, list) and not single else (value,):
            text = str(item) if isinstance(item, str) or type(item) is int else None
            if text is not None or single:
                texts.append(text)
                rows.append(row)
            elif item is not None:
                odd.append(row)
    return NamedItems([(texts, None)], numpy.array(rows, numpy.int32), numpy.array(odd, numpy.int64), False)


class ModelNames:
    """All texts that some columns have.

    Attributes
    ----------
    codes : list of array
        For each column, the number of the text of each item; -1 for what is no text.
    clean : array of bool
        Whether a text is an id as it stands, and stands for one model only.
    have_arrows : bool
        Whether a name has an arrow before it, which says what it is to the one in the row above.
    """

    def __init__(self, columns: Sequence[NamedItems], separator: str) -> None:
        pieces = [piece for column in columns for piece in column.pieces]
        indices = self._number([words for words, _ in pieces])
        self.codes: list[NDArray[numpy.int32]] = []
        start = 0
        for column in columns:
            parts = [numpy.empty(0, numpy.int32)]
            for words, positions in column.pieces:
                here = indices[start : start + len(words)]
                parts.append(here if positions is None else numpy.append(here, numpy.int32(-1))[positions])
                start += len(words)
            self.codes.append(numpy.concatenate(parts) if len(parts) != 2 else parts[1])
        # Almost all names are plain by their letters; the others are looked at one by one.
        split = separator if any(column.split for column in columns) else None
        words = self._words
        doubtful = numpy.arange(len(words)) if isinstance(words, list) else _doubtful(words, split)
        texts = self.texts(doubtful)
        self.clean = numpy.ones(len(self), dtype=bool)
        self.clean[doubtful] = [_is_clean(text, split) for text in texts]
        self.have_arrows = any(
            text[:1] and not text.strip()[:1].isalnum() and printed_name(text).depth for text in texts
        )
        self.mark_unclean(text.strip() for text, index in zip(texts, doubtful, strict=True) if not self.clean[index])

    def __len__(self) -> int:
        return len(self._words)

    def _number(self, pieces: list[list[str | None] | pa.Array]) -> NDArray[numpy.int32]:
        """Number all texts, equal ones the same: by Arrow, or by Python where some columns are lists."""
        self._words: list[str] | pa.Array
        self._numbers: dict[str, int] = {}
        if any(isinstance(words, list) for words in pieces):
            numbers, texts = self._numbers, [text for words in pieces for text in _listed(words)]
            found = (-1 if text is None else numbers.setdefault(text, len(numbers)) for text in texts)
            indices = numpy.fromiter(found, numpy.int32, len(texts))
            self._words = list(numbers)
            return indices
        import pyarrow as pa

        chunks = pa.chunked_array(pieces, pa.large_string()).dictionary_encode().chunks
        self._words = chunks[-1].dictionary if chunks else pa.array([], pa.large_string())
        return numpy.concatenate([numpy.empty(0, numpy.int32), *(indices_of(chunk.indices) for chunk in chunks)])

    def texts(self, indices: NDArray[numpy.integer]) -> list[str]:
        """The texts of some numbers."""
        if isinstance(self._words, list):
            return [self._words[index] for index in indices.tolist()]
        import pyarrow as pa

        found: list[str] = self._words.take(pa.array(indices, pa.int64())).to_pylist()
        return found

    def find(self, texts: Iterable[str]) -> dict[str, int]:
        """The numbers of some texts, as far as they have any."""
        if isinstance(self._words, list):
            return {text: self._numbers[text] for text in texts if text in self._numbers}
        hits = rows_among(self._words, texts)
        return dict(zip(self.texts(hits), hits.tolist(), strict=True))

    def mark_unclean(self, texts: Iterable[str]) -> None:
        """Let some texts count as unclean."""
        self.clean[list(self.find(texts).values())] = False


def _doubtful(words: pa.Array, separator: str | None) -> NDArray[numpy.int64]:
    """The texts of an array that may not be clean, or have arrows: more rather than fewer."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ends, data = text_bytes(words)
    lengths, letters = numpy.diff(ends), numpy.zeros(256, dtype=bool)
    letters[list(string.ascii_letters.encode() + string.digits.encode())] = True
    doubtful = lengths < 2
    doubtful[~doubtful] = ~letters[data[ends[:-1][~doubtful] - ends[0]]]
    doubtful[unusual_rows(words, range(0x21, 0x7F), _LONGEST)] = True
    if separator is not None and not any(map(str.isspace, separator)):  # which no id has
        doubtful |= pc.match_substring(words, separator).to_numpy(zero_copy_only=False)
    short = numpy.flatnonzero(lengths <= max(map(len, MISSING)))
    lower = pc.utf8_lower(words.take(pa.array(short)))
    listed = pc.is_in(lower, value_set=pa.array(sorted(MISSING), lower.type))
    doubtful[short[listed.to_numpy(zero_copy_only=False)]] = True
    return numpy.flatnonzero(doubtful)


def _listed(words: list[str | None] | pa.Array) -> list[str | None]:
    found: list[str | None] = words if isinstance(words, list) else words.to_pylist()
    return found


def _is_clean(text: str, separator: str | None) -> bool:
    """Whether a text is an id as it stands; one with separators, where these count, may stand for several."""
    several = separator is not None and (text.startswith("[") or separator in text)
    return bool(text) and text == slug(text) and not is_missing(text) and not several
