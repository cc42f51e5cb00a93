"""Hardened reading of JSON: plain data, everything wrong with it, and the position of each part.

The standard parser keeps the last of two equal keys in silence. Here equal keys are findings, and so are numbers that
are too long, halves of characters, and nesting that is too deep; ``NaN`` and ``Infinity`` are null.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from modeltree._util.files import bytes_of
from modeltree.findings import At, Finding, Position, shown
from modeltree.formats.parsing.lines import Lines, Unreadable, decoded

MAX_BYTES = 256 * 2**20
"""The largest file that is read, in bytes."""

MAX_DEPTH = 100
"""The deepest nesting that is read."""

MAX_DIGITS = 400
"""The longest number that is read."""

MAX_PROBLEMS = 1000
"""The most duplicate keys that are reported before reading stops."""

_TOKEN = re.compile(r'[ \t\n\r]*(?:("(?:[^"\\]|\\.)*")|([{}\[\],:])|([^\s{}\[\],:"]+))', re.DOTALL)
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\]]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


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
        for length in range(len(at), -1, -1):
            if offsets := self._offsets.get(at[:length]):
                return self._lines.position(offsets[0 if of_key and length == len(at) else 1])
        return Position(self.path)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.path, self._text)

    @cached_property
    def _offsets(self) -> dict[At, tuple[int, int]]:
        """The offsets of the key and the value of each part."""
        return dict(_walk(self._text)) if self.whole else {}


def read_json(path: Path) -> JsonTree:
    """Read a JSON file; whatever is wrong with it is in `JsonTree.problems`."""
    return parse_json(bytes_of(path, MAX_BYTES), path)


def parse_json(content: bytes, path: Path) -> JsonTree:
    """Read JSON from bytes that come from a file; see `read_json`."""
    problems: list[Finding] = []
    text = ""
    try:
        text = decoded(content, MAX_BYTES, Position(path))
        _check_depth(text, path)
        return JsonTree(path, _parsed(text, path, problems), tuple(problems), True, text)
    except Unreadable as stop:
        return JsonTree(path, None, (*problems, stop.finding), False, text)


def _check_depth(text: str, path: Path) -> None:
    """Refuse deep nesting before the parser, which recurses, sees it."""
    depth = 0
    for match in _STRUCTURE.finditer(text):
        if match[0] in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                position = Lines(path, text).position(match.start())
                raise Unreadable("too-deep", f"nested more than {MAX_DEPTH} deep", None, position)
        elif match[0] in "}]":
            depth -= 1


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
            if len(problems) >= MAX_PROBLEMS:
                raise Unreadable("syntax", f"{MAX_PROBLEMS:,} duplicate keys and more", None, Position(path))
        return result

    def number(digits: str) -> int | float:
        if len(digits) > MAX_DIGITS:
            raise Unreadable("bad-value", f"a number of {len(digits):,} digits", None, Position(path))
        value = int(digits) if re.fullmatch("-?[0-9]+", digits) else float(digits)
        if isinstance(value, float) and not math.isfinite(value):
            raise Unreadable("bad-value", f"{digits} is too large a number", None, Position(path))
        return value

    try:
        data = json.loads(
            text, object_pairs_hook=mapping, parse_int=number, parse_float=number, parse_constant=_nothing
        )
    except json.JSONDecodeError as error:
        message = f"no JSON: {error.msg[0].lower()}{error.msg[1:]}" if text.strip() else "the file is empty"
        raise Unreadable("syntax", message, None, Lines(path, text).position(error.pos)) from None
    if r"\u" in text and (found := next(_surrogates(data), None)):
        message = f"half a character: {found.encode('unicode-escape').decode()[:60]}"
        raise Unreadable("encoding", message, None, Position(path))
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


def _walk(text: str) -> Iterator[tuple[At, tuple[int, int]]]:
    """Every path into a text that is JSON, with the offsets of its key and its value."""
    at: list[str | int] = []
    key_start, awaits_key = 0, False
    offset, seen = 0, [set[At]()]
    while match := _TOKEN.match(text, offset):
        offset = match.end()
        string, mark, _other = match.groups()
        start = offset - len(match[0].lstrip(" \t\n\r"))
        if mark == ":":
            awaits_key = False
        elif mark == ",":
            if isinstance(at[-1], int):
                at[-1] += 1
                key_start = offset
            else:
                awaits_key = True
        elif mark in ("}", "]"):
            at.pop()
            seen.pop()
            awaits_key = False
        elif string is not None and awaits_key:
            at[-1], key_start = json.loads(string, strict=False), start
        else:
            path = tuple(at)
            if path not in seen[-1]:
                seen[-1].add(path)
                yield path, (key_start if at and isinstance(at[-1], str) else start, start)
            if mark in ("{", "["):
                at.append("" if mark == "{" else 0)
                seen.append(set())
                awaits_key = mark == "{"
