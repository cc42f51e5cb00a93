"""Hardened reading of JSON: plain data, everything wrong with it, and the position of each part.

The standard parser keeps the last of two equal keys in silence. Here equal keys are findings, and so are numbers that
are too long, halves of characters, and nesting that is too deep; ``NaN`` and ``Infinity`` are null.
"""

from __future__ import annotations

import json
import math
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from modeltree._util.files import bytes_of
from modeltree._util.text import lazy_pattern
from modeltree.findings import At, Finding, Position, SourceError, shown
from modeltree.formats.parsing import Lines, decoded, limits, refuse_size

# A text, whose end may be missing. What is possessive keeps no place for each character to go back to.
_TEXT = r'"(?:[^"\\]++|\\.)*+"?'
_PUNCTUATION = lazy_pattern(_TEXT + r"|[{}\[\],]", re.DOTALL)
_STRUCTURE = lazy_pattern(_TEXT + r"|[{}\[\]]", re.DOTALL)
_STRING = lazy_pattern(_TEXT, re.DOTALL)
_SPACE = lazy_pattern(r"[ \t\n\r]*")
# The parts of what has fewer characters are looked for each time.
_LONG = 4096
_SURROGATE = lazy_pattern("[\ud800-\udfff]")


@dataclass(frozen=True)
class JsonTree:
    """What a JSON file holds, and everything wrong with it as JSON."""

    # Where it was not read to its end (`whole`), `data` is None and the last problem says why.

    path: Path
    data: Any
    problems: tuple[Finding, ...]
    whole: bool
    _text: str = field(repr=False, default="")

    def position(self, at: At = (), *, of_key: bool = False) -> Position:
        """The position of a part of the data (or of its key), or of the innermost part around it that there is."""
        if not self.whole:
            return Position(self.path)
        offset = key = _after_space(self._text, 0)
        for part in at:
            found = self._parts(offset).get(part) if self._text[offset] in "{[" else None
            if found is None:
                return self._lines.position(offset)
            key, offset = found
        return self._lines.position(key if of_key else offset)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.path, self._text)

    @cached_property
    def _known(self) -> dict[int, _Parts]:
        return {}

    def _parts(self, start: int) -> _Parts:
        """The parts of a list or mapping; those of a long one are kept, so that no text is searched again and again."""
        parts = self._known.get(start)
        if parts is None:
            parts = _Parts.of(self._text, start)
            if parts.end - start > _LONG:
                self._known[start] = parts
        return parts


@dataclass(slots=True)
class _Parts:
    """Where the parts of a list or mapping begin, and their keys: what stands in these is not looked at."""

    items: array[int]
    keys: dict[str, tuple[int, int]]
    end: int = 0

    @classmethod
    def of(cls, text: str, start: int) -> _Parts:
        """Those of what begins at an offset of a text that is JSON."""
        parts, depth, is_list = cls(array("q"), {}), 0, text[start] == "["
        for match in _PUNCTUATION.finditer(text, start):
            mark = match[0]
            if mark in "}]":
                depth -= 1
                if not depth:
                    parts.end = match.end()
                    break
                continue
            depth += mark in "{["
            if depth == 1 and mark in "{[,":
                offset = _after_space(text, match.end())
                if is_list and text[offset] != "]":
                    parts.items.append(offset)
                elif key := _STRING.match(text, offset):
                    value = _after_space(text, _after_space(text, key.end()) + 1)  # behind the colon
                    parts.keys.setdefault(json.loads(key[0], strict=False), (offset, value))
        return parts

    def get(self, part: str | int) -> tuple[int, int] | None:
        """The offsets of the key and the value of a part, if there is such a one."""
        if isinstance(part, str):
            return self.keys.get(part)
        return (self.items[part], self.items[part]) if 0 <= part < len(self.items) else None


def read_json(path: Path) -> JsonTree:
    """Read a JSON file; whatever is wrong with it is in `JsonTree.problems`."""
    return parse_json(bytes_of(path, limits.TEXT_BYTES), path)


def parse_json(content: bytes, path: Path) -> JsonTree:
    """Read JSON from bytes that come from a file; see `read_json`."""
    problems: list[Finding] = []
    text = ""
    try:
        text = decoded(content, limits.TEXT_BYTES, Position(path))
        _check_depth(text, path)
        _check_count(text, path)
        return JsonTree(path, _parsed(text, path, problems), tuple(problems), True, text)
    except SourceError as stop:
        return JsonTree(path, None, (*problems, stop.problems[0]), False, text)


def _check_depth(text: str, path: Path) -> None:
    """Refuse deep nesting before the parser, which recurses, sees it."""
    depth = 0
    for match in _STRUCTURE.finditer(text):
        if match[0] in "{[":
            depth += 1
            if depth > limits.JSON_DEPTH:
                position = Lines(path, text).position(match.start())
                raise SourceError.of("too-deep", f"nested more than {limits.JSON_DEPTH} deep", None, position)
        elif match[0] in "}]":
            depth -= 1


def _check_count(text: str, path: Path) -> None:
    """Refuse more values than memory is for; those in strings are told from others only where there are many."""
    if 1 + sum(map(text.count, ",[{")) > limits.VALUES:
        marks = (match[0] for match in _PUNCTUATION.finditer(text))
        if 1 + sum(mark in ",[{" for mark in marks) > limits.VALUES:
            refuse_size(path, f"the file is too large: more than {limits.VALUES:,} values")


def _nothing(_word: str) -> None:
    """What NaN and Infinity stand for, which programs write where nothing is known."""


def _parsed(text: str, path: Path, problems: list[Finding]) -> object:
    def mapping(pairs: list[tuple[str, object]]) -> dict[str, object]:
        result: dict[str, object] = {}
        for key, value in pairs:
            if key not in result:
                result[key] = value
                continue
            message = f"duplicate key {shown(key)}"
            problems.append(Finding("duplicate-key", message, "keep one of them", position=Position(path)))
            if len(problems) >= limits.PROBLEMS:
                raise SourceError.of("syntax", f"{limits.PROBLEMS:,} duplicate keys and more", None, Position(path))
        return result

    def number(digits: str) -> int | float:
        if len(digits) > limits.DIGITS:
            raise SourceError.of("bad-value", f"a number of {len(digits):,} digits", None, Position(path))
        value = int(digits) if re.fullmatch("-?[0-9]+", digits) else float(digits)
        if isinstance(value, float) and not math.isfinite(value):
            raise SourceError.of("bad-value", f"{digits} is too large a number", None, Position(path))
        return value

    try:
        data = json.loads(
            text, object_pairs_hook=mapping, parse_int=number, parse_float=number, parse_constant=_nothing
        )
    except json.JSONDecodeError as error:
        message = f"no JSON: {error.msg[0].lower()}{error.msg[1:]}" if text.strip() else "the file is empty"
        raise SourceError.of("syntax", message, None, Lines(path, text).position(error.pos)) from None
    if r"\u" in text and (found := next(_surrogates(data), None)):
        message = f"half a character: {found.encode('unicode-escape').decode()[:60]}"
        raise SourceError.of("encoding", message, None, Position(path))
    return data


def _surrogates(data: object) -> Iterator[str]:
    left = [data]
    while left:
        value = left.pop()
        if isinstance(value, str) and _SURROGATE.search(value):
            yield value
        elif isinstance(value, dict):
            left += [*value, *value.values()]
        elif isinstance(value, list):
            left += value


def _after_space(text: str, offset: int) -> int:
    match = _SPACE.match(text, offset)
    assert match is not None
    return match.end()
