"""Whether a column of a Parquet file can be read as plain texts: told by its pages, before any is unpacked.

A text stands once in a dictionary and as often as one likes in the rows, and so a few bytes can become more than any
memory holds. Texts by their numbers in the dictionary are safe to read, but that takes five times as long where most
texts stand once. The headers of pages are in Thrift: https://parquet.apache.org/docs/file-format/data-pages/.
"""

from __future__ import annotations

import struct

from modeltree.formats.tables.footer import Chunk, Compact

__all__ = ["plain_size"]

_DATA, _INDEX, _DICTIONARY, _DATA_AGAIN = range(4)
_ENCODINGS = frozenset({0, 2, 8})  # plain, and by numbers in a dictionary
_CODECS = {0: None, 1: "snappy", 2: "gzip", 6: "zstd"}
_LARGEST_DICTIONARY = 4 * 2**20


def plain_size(content: bytes, chunk: Chunk) -> int | None:
    """How many bytes the texts of a column have at most in a group of rows; None where that is not sure.

    Parameters
    ----------
    content : bytes
        The file.
    chunk : Chunk
        What the file says of the column there.
    """
    try:
        return _plain_size(content, chunk)
    except (IndexError, KeyError, TypeError, ValueError, OSError, OverflowError, struct.error):
        return None


def _plain_size(content: bytes, chunk: Chunk) -> int | None:
    start = chunk.data_page
    if chunk.dictionary_page is not None and 0 < chunk.dictionary_page < start:
        start = chunk.dictionary_page
    if start < 4 or chunk.codec not in _CODECS:
        return None
    end = start + chunk.packed
    total = longest = 0
    seen = 0
    while start < end and seen < chunk.values:
        reader = Compact(content, start)
        header = reader.struct(0)
        body = reader.place
        kind, unpacked, packed = header[1], header[2], header[3]
        if min(unpacked, packed) < 0 or body + packed > len(content):
            return None
        if kind == _DICTIONARY:
            known = header[7][2] in _ENCODINGS and unpacked <= _LARGEST_DICTIONARY
            if longest or not known or body + packed != chunk.data_page:
                return None
            longest = 1 + _longest(content[body : body + packed], unpacked, header[7][1], _CODECS[chunk.codec])
        elif kind in (_DATA, _DATA_AGAIN):
            part = header[5] if kind == _DATA else header[8]
            if part[2 if kind == _DATA else 4] not in _ENCODINGS or part[1] <= 0:
                return None
            seen += part[1]
            total += unpacked
        else:
            return None
        start = body + packed
    return total + longest * seen if seen >= chunk.values else None


def _longest(packed: bytes, size: int, count: int, codec: str | None) -> int:
    """How long the longest text in a dictionary is."""
    import pyarrow as pa

    data = packed
    if codec is not None:
        data = pa.Codec(codec).decompress(packed, decompressed_size=size, asbytes=True)
    place = longest = 0
    length_at = struct.Struct("<I").unpack_from
    for _ in range(count):
        (length,) = length_at(data, place)
        place += 4 + length
        longest = max(longest, length)
    if place > len(data):
        raise ValueError
    return longest
