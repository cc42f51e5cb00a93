"""The texts by which tables name models, each with an index, so that naming is a matter of integers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray

from modeltree.formats.repair.claims import slug
from modeltree.formats.tables.arrow_columns import bounds_of, indices_of, is_text, rows_among, unusual_rows
from modeltree.formats.tables.cells import Column, Stored, field_values
from modeltree.values.names import printed_name
from modeltree.values.words import MISSING, is_missing

__all__ = ["ModelTexts", "TextItems", "text_items"]

_LONGEST = 300  # of an id
_FEW = 1000


class TextItems(NamedTuple):
    """The texts in a column, those in lists one by one."""

    pieces: list[tuple[Any, NDArray[numpy.int32] | None]]
    """Arrays of texts, with the index of each item in its array, -1 for what is no text; None is one after another."""
    rows: NDArray[numpy.int32]
    """The row of each item."""
    odd: NDArray[numpy.int64]
    """The rows that have something else besides."""
    split: bool
    """Whether a text may stand for several."""


def text_items(column: Stored, field: str, separator: str, whole: Collection[str] = ()) -> TextItems | None:
    """The texts in a column of ids, or of parents; None where it has a form that is read row by row."""
    if isinstance(column, list):
        return _items_of_list(column, field, separator, whole)
    import pyarrow as pa

    pieces: list[tuple[Any, NDArray[numpy.int32] | None]] = []
    rows, odd, start, split = [numpy.empty(0, numpy.int32)], [numpy.empty(0, numpy.int64)], 0, False
    for chunk in column.chunks:
        array = chunk.storage if isinstance(chunk, pa.ExtensionArray) else chunk
        here = numpy.arange(start, start + len(array), dtype=numpy.int32)
        if pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
            if field in ("id", "child"):
                return None
            _, lengths = bounds_of(array)
            here = numpy.repeat(here, numpy.maximum(lengths, 0))
            inner = array.flatten()
            odd.append(here[inner.is_null().to_numpy(zero_copy_only=False)].astype(numpy.int64))
            array = inner
        else:
            split = field not in whole
            if field in ("parents", "parent"):
                # A row that is empty has no parent, which is no fault here.
                valid = array.is_valid()
                here = here[valid.to_numpy(zero_copy_only=False)]
                array = array.filter(valid) if array.null_count else array
        piece = _piece(array)
        if piece is None:
            return None
        pieces.append(piece)
        rows.append(here)
        start += len(chunk)
    return TextItems(pieces, numpy.concatenate(rows), numpy.concatenate(odd), split)


def _piece(array: Any) -> tuple[Any, NDArray[numpy.int32] | None] | None:
    import pyarrow as pa

    kind = array.type
    if pa.types.is_dictionary(kind) and is_text(kind.value_type):
        return array.dictionary.cast(pa.large_string()), indices_of(array.indices)
    if pa.types.is_null(kind) or is_text(kind) or pa.types.is_integer(kind):
        return array.cast(pa.large_string()), None
    return None


def _items_of_list(column: Column, field: str, separator: str, whole: Collection[str]) -> TextItems | None:
    values = field_values({field: column}, separator, whole=whole).get(field, [None] * len(column))
    rows: list[int] = []
    texts: Column = []
    odd: list[int] = []
    for row, value in enumerate(values):
        for item in value if isinstance(value, list) and field not in ("id", "child") else (value,):
            text = str(item) if type(item) is int else item
            if isinstance(text, str):
                texts.append(str(text))
                rows.append(row)
            elif field in ("id", "child"):
                texts.append(None)
                rows.append(row)
            elif item is not None:
                odd.append(row)
    return TextItems(
        [(_arrow_texts(texts), None)], numpy.array(rows, numpy.int32), numpy.array(odd, numpy.int64), False
    )


def _arrow_texts(texts: Column) -> Any:
    import pyarrow as pa

    try:
        return pa.array(texts, pa.large_string())
    except UnicodeEncodeError:  # halves of characters, which no id has
        whole = [text if text is None or text.isascii() or _encodable(text) else None for text in texts]
        return pa.array(whole, pa.large_string())


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class ModelTexts:
    """All texts that some columns have.

    Attributes
    ----------
    codes : list of array
        For each column, the index of the text of each item; -1 for what is no text.
    clean : array of bool
        Whether a text is an id as it stands, and stands for one model only.
    """

    def __init__(self, columns: Sequence[TextItems], separator: str) -> None:
        import pyarrow as pa

        pieces = [piece for column in columns for piece in column.pieces]
        encoded = pa.chunked_array([words for words, _ in pieces], pa.large_string()).dictionary_encode()
        if not encoded.num_chunks:  # which pyarrow before 25 cannot combine
            encoded = pa.chunked_array([pa.array([], pa.large_string()).dictionary_encode()])
        chunks = encoded.combine_chunks()
        array = chunks if isinstance(chunks, pa.Array) else chunks.chunk(0)
        self._words = array.dictionary
        indices = indices_of(array.indices)
        self.codes: list[NDArray[numpy.int32]] = []
        start = 0
        for column in columns:
            parts = [numpy.empty(0, numpy.int32)]
            for words, positions in column.pieces:
                here = indices[start : start + len(words)]
                parts.append(here if positions is None else numpy.append(here, numpy.int32(-1))[positions])
                start += len(words)
            self.codes.append(numpy.concatenate(parts) if len(parts) != 2 else parts[1])
        self.clean = self._cleanness()
        if any(column.split for column in columns):
            self._mark_lists(separator)
        self._mark_missing()
        dirty = numpy.flatnonzero(~self.clean)
        self.mark_unclean(text.strip() for text in self.texts(dirty))

    def __len__(self) -> int:
        return len(self._words)

    def texts(self, indices: NDArray[Any]) -> list[str]:
        """The texts of some indices."""
        import pyarrow as pa

        found: list[str] = self._words.take(pa.array(indices, pa.int64())).to_pylist()
        return found

    def find(self, texts: Iterable[str]) -> dict[str, int]:
        """The indices of some texts, as far as there are any."""
        hits = rows_among(self._words, texts)
        return dict(zip(self.texts(hits), hits.tolist(), strict=True))

    def mark_unclean(self, texts: Iterable[str]) -> None:
        """Let some texts count as unclean."""
        self.clean[list(self.find(texts).values())] = False

    def _cleanness(self) -> NDArray[numpy.bool_]:
        import pyarrow.compute as pc

        clean: NDArray[numpy.bool_] = pc.greater(pc.binary_length(self._words), 0).to_numpy(zero_copy_only=False)
        doubtful = unusual_rows(self._words, range(0x21, 0x7F), _LONGEST)
        clean[doubtful] = [text == slug(text) and bool(text) for text in self.texts(doubtful)]
        return clean

    def _mark_missing(self) -> None:
        """Words for a missing value are not clean, nor are names with arrows."""
        import pyarrow.compute as pc

        short = numpy.flatnonzero(pc.less_equal(pc.utf8_length(self._words), 20).to_numpy(zero_copy_only=False))
        suspects = short.tolist() if len(short) <= _FEW else self._suspects(short)
        texts = self.texts(numpy.array(suspects, numpy.int64))
        self.clean[[index for index, text in zip(suspects, texts, strict=True) if is_missing(text)]] = False
        marked = pc.match_substring_regex(self._words, r"^\s*[^\w\s]").to_numpy(zero_copy_only=False)
        self.have_arrows = any(printed_name(text).depth for text in self.texts(numpy.flatnonzero(marked)))

    def _suspects(self, short: NDArray[Any]) -> list[int]:
        """Of many short texts those that may be words for a missing value."""
        import pyarrow as pa
        import pyarrow.compute as pc

        words = pc.utf8_lower(self._words.take(pa.array(short, pa.int64())))
        listed = pc.is_in(words, value_set=pa.array(sorted(MISSING), words.type))
        marks = pc.match_substring_regex(words, r"^[^a-z0-9]*$")
        found: list[int] = short[pc.or_(listed, marks).to_numpy(zero_copy_only=False)].tolist()
        return found

    def _mark_lists(self, separator: str) -> None:
        """Texts that may stand for several models are not clean."""
        import pyarrow.compute as pc

        listed = pc.starts_with(self._words, "[")
        if not any(character.isspace() for character in separator):
            listed = pc.or_(listed, pc.match_substring(self._words, separator))
        self.clean &= ~listed.to_numpy(zero_copy_only=False)
