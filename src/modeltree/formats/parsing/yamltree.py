"""Hardened reading of YAML: plain data, everything wrong with it, and where each part of it stands.

A stock YAML loader turns ``no`` into False and ``2023-03`` into whatever it thinks best, keeps the last of two
equal keys in silence, expands aliases without bound, and overflows the stack on deep nesting. Here

- every plain scalar stays the string that is written; only an empty one, ``~`` and ``null`` are None;
- equal keys are problems, all of them, and so are anchors, aliases, merge keys and explicit tags;
- size, depth and the number of problems are bounded, and nothing recurses: the data is built from the parser's
  events, so that hostile input is refused before it costs anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from modeltree.findings import Finding, Position, shown
from modeltree.formats.parsing.lines import Lines

__all__ = ["MAX_BYTES", "MAX_DEPTH", "At", "YamlTree", "parse_yaml", "read_yaml"]

MAX_BYTES = 64 * 2**20
"""The largest file that is read, in bytes."""

MAX_DEPTH = 50
"""The deepest nesting that is read."""

MAX_PROBLEMS = 1000
"""Reading of a file ends after so many problems."""

At = tuple[str | int, ...]
"""A way into the data: ``("models", 3, "name")``."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BRACKET = re.compile(r"[][{}]")
_NULLS = {"", "~", "null"}
_NOT_YAML = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class _Place:
    """Where a list or mapping begins, and where its keys and values do; counted in characters."""

    start: int
    keys: dict[str | int, int] = field(default_factory=dict)
    values: dict[str | int, int | _Place] = field(default_factory=dict)


@dataclass(frozen=True)
class YamlTree:
    """What a YAML file holds.

    Parameters
    ----------
    path : Path
        The file.
    data : dict, list, str or None
        What it holds, in dictionaries, lists, strings and None.
    problems : tuple of Finding
        Everything wrong with it as YAML, in the order of the file; `Finding.at` is the way into `data`.
    whole : bool
        Whether it was read to its end. If not, `data` is None and the last problem says why.
    unread : frozenset of tuples
        The ways into `data` to what is not what was meant, since an alias or a tag stands there.
    """

    path: Path
    data: Any
    problems: tuple[Finding, ...]
    whole: bool
    unread: frozenset[At]
    _root: int | _Place
    _lines: Lines

    def value(self, at: At) -> Any:
        """The part of the data that a way leads to."""
        value = self.data
        for part in at:
            value = value[part]
        return value

    def position(self, at: At = (), *, of_key: bool = False) -> Position:
        """Where a part of the data stands, or the innermost part around it that there is.

        Parameters
        ----------
        at : tuple of str or int
            The way to it.
        of_key : bool
            Whether its key is meant, and not the value.
        """
        place, offset = self._root, _start(self._root)
        for step, part in enumerate(at):
            if not isinstance(place, _Place) or part not in place.values:
                break
            last = step == len(at) - 1
            offset = place.keys.get(part, offset) if last and of_key else _start(place.values[part])
            place = place.values[part]
        return self._lines.position(offset)


def read_yaml(path: Path) -> YamlTree:
    """Read a YAML file; whatever is wrong with it is in `YamlTree.problems`.

    Raises
    ------
    OSError
        When there is no such file, or it cannot be read.
    """
    with path.open("rb") as file:
        return parse_yaml(file.read(MAX_BYTES + 1), path)


def parse_yaml(content: bytes, path: Path, first_line: int = 1) -> YamlTree:
    """Read YAML from bytes that come from a file, from its first line or a later one; see `read_yaml`.

    Examples
    --------
    >>> tree = parse_yaml(b"{released: 2019, open: no}", Path("models.yaml"))
    >>> tree.data
    {'released': '2019', 'open': 'no'}
    >>> print(tree.position(("open",)))
    models.yaml:1:24
    """
    text, refusal = _decoded(content)
    # YAML knows more line ends than editors count, hence not the marks of its parser.
    lines = Lines(path, text, first_line)
    builder = _Builder(lines)
    try:
        if refusal:
            builder.stop(*refusal)
        for event in _events(text, builder):
            builder.take(event)
    except _Stop:
        return YamlTree(path, None, tuple(builder.problems), False, frozenset(), 0, lines)
    unread = frozenset(builder.unread)
    return YamlTree(path, builder.data, tuple(builder.problems), True, unread, builder.root, lines)


class _Stop(Exception):
    """Reading cannot go on."""


Refusal = tuple[int, str, str, str | None]
"""Where in the text, the kind of problem, the message, the hint."""


def _decoded(content: bytes) -> tuple[str, Refusal | None]:
    """The text, and why it is none: too large, not UTF-8, or with characters that no YAML file has."""
    if len(content) > MAX_BYTES:
        limit = f"more than {MAX_BYTES // 2**20} MiB"
        return "", (0, "too-large", f"the file is too large: {limit}", "split it into several")
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8").removeprefix("\ufeff")
        message = f"not UTF-8: byte 0x{content[error.start]:02x}"
        return before, (len(before), "encoding", message, "save the file as UTF-8 text")
    wrong = _NOT_YAML.search(text)
    if wrong:
        code = f"{ord(wrong[0]):04X}"
        hint = 'a text file has none; in double quotes it can be written as "\\u' + code + '"'
        return text, (wrong.start(), "encoding", f"character U+{code} is not allowed in YAML", hint)
    return text, None


def _events(text: str, builder: _Builder) -> Iterator[Any]:
    """The parser's events, its errors made problems."""
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark:
            builder.check_depth(text, mark.index)
        builder.stop(*_syntax_error(error, text))
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # the last two from escapes, in the parser in Python
        builder.stop(0, "syntax", f"no YAML: {error}", None)


def _syntax_error(error: yaml.MarkedYAMLError, text: str) -> Refusal:
    mark, begun = error.problem_mark or error.context_mark, error.context_mark
    message = f"no YAML: {error.problem}{f' {error.context}' if error.context else ''}"
    if mark and begun and begun.line < mark.line:
        message += f" that begins in line {begun.line + 1}"
    offset = mark.index if mark else 0
    character = text[offset : offset + 1]
    hint = None
    if character == "\t":
        hint = "indent with spaces, not with tabs"
    elif character and character in "@`%":
        hint = f"a text that begins with {character} needs quotes"
    elif "mapping values are not allowed" in str(error.problem):
        hint = 'a text with ": " in it needs quotes; else look at the indentation'
    return offset, "syntax", message, hint


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is being read; `key` is what the next value belongs to."""

    value: Any
    place: _Place
    at: At
    key: str | int | None
    skipped: bool = False


class _Builder:
    """Builds data from parser events."""

    def __init__(self, lines: Lines) -> None:
        self.data: Any = None
        self.root: int | _Place = 0
        self.unread: set[At] = set()
        self.problems: list[Finding] = []
        self._lines = lines
        self._frames: list[_Frame] = []
        self._documents = 0
        self._last = 0

    def take(self, event: Any) -> None:
        """Take the next event."""
        start = event.start_mark.index
        self._last = event.end_mark.index
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self.stop(start, "syntax", "a second document begins here", "one file is one document: drop '---'")
            case yaml.ScalarEvent():
                self._check_properties(event, start)
                plain = event.implicit[0] and not event.style
                self._scalar(event.value, plain, start)
            case yaml.AliasEvent():
                self._alias(str(event.anchor), start)
            case yaml.SequenceStartEvent():
                self._check_properties(event, start)
                self._open([], 0, start)
            case yaml.MappingStartEvent():
                self._check_properties(event, start)
                self._open({}, None, start)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                frame = self._frames.pop()
                self._add(frame.value, frame.place, frame.place.start)

    def check_depth(self, text: str, end: int) -> None:
        """Stop where the text is nested too deep between the last event and a place that the parser refuses.

        A parser looks ahead, and may refuse deep nesting before it gives an event of it. The text decides, not the
        parser's words, which differ by version.
        """
        depth = len(self._frames)
        for bracket in _BRACKET.finditer(text, self._last, end):
            depth += 1 if bracket[0] in "[{" else -1
            if depth > MAX_DEPTH:
                self.stop(bracket.start(), "too-deep", f"nested more than {MAX_DEPTH} deep", None)

    def stop(self, offset: int, kind: str, message: str, hint: str | None) -> NoReturn:
        """Note a problem after which nothing can be read."""
        self.problems.append(Finding(kind, message, hint, at=self._here(), position=self._lines.position(offset)))
        raise _Stop

    def _note(self, offset: int, kind: str, message: str, hint: str, at: At) -> None:
        self.problems.append(Finding(kind, message, hint, at=at, position=self._lines.position(offset)))
        if len(self.problems) >= MAX_PROBLEMS:
            self.stop(offset, "syntax", f"{MAX_PROBLEMS} problems: reading ends here", None)

    def _here(self) -> At:
        """The way to the value that comes next."""
        if not self._frames:
            return ()
        frame = self._frames[-1]
        return frame.at if frame.key is None else (*frame.at, frame.key)

    def _awaits_key(self) -> bool:
        return bool(self._frames) and isinstance(self._frames[-1].value, dict) and self._frames[-1].key is None

    def _check_properties(self, event: Any, start: int) -> None:
        if event.anchor is not None:
            hint = "write the value out wherever it is needed"
            self._note(start, "alias", f"anchor {shown('&' + event.anchor)}: not read here", hint, self._here())
        if event.tag is not None:
            tag = shown(event.tag.replace("tag:yaml.org,2002:", "!!"))
            self._note(start, "tag", f"tag {tag}: not read here", "drop it: values need none", self._here())
            if not self._awaits_key():
                self.unread.add(self._here())

    def _alias(self, anchor: str, start: int) -> None:
        hint = "write the value out"
        self._note(start, "alias", f"alias {shown('*' + anchor)}: not read here", hint, self._here())
        if self._awaits_key():
            self._skip_value()
        else:
            self.unread.add(self._here())
            self._add(None, start, start)

    def _scalar(self, text: str, plain: bool, start: int) -> None:
        if not self._awaits_key():
            self._add(None if plain and text in _NULLS else text, start, start)
            return
        frame = self._frames[-1]
        if plain and text == "<<":
            self._note(start, "alias", "merge key '<<': not read here", "write the keys out", frame.at)
            self._skip_value()
        elif text in frame.value:
            first = self._lines.position(frame.place.keys[text]).line
            hint = f"line {first} has it already; keep one of them"
            self._note(start, "duplicate-key", f"duplicate key {shown(text)}", hint, (*frame.at, text))
            self._skip_value()
        else:
            frame.key = text
            frame.place.keys[text] = start

    def _skip_value(self) -> None:
        """Let the value that comes next be lost."""
        self._frames[-1].key, self._frames[-1].skipped = "", True

    def _open(self, value: Any, key: int | None, start: int) -> None:
        if len(self._frames) >= MAX_DEPTH:
            self.stop(start, "too-deep", f"nested more than {MAX_DEPTH} deep", None)
        if self._awaits_key():
            self._note(start, "syntax", "a key that is a list or mapping", "a key is a word", self._frames[-1].at)
        self._frames.append(_Frame(value, _Place(start), self._here(), key))

    def _add(self, value: Any, place: int | _Place, start: int) -> None:
        """Put a finished value where it belongs."""
        if not self._frames:
            self.data, self.root = value, place
            return
        frame = self._frames[-1]
        if frame.key is None:
            self._skip_value()
            return
        if isinstance(frame.value, list):
            frame.value.append(value)
            frame.place.values[frame.key] = place
            frame.key = len(frame.value)
            return
        if not frame.skipped:
            frame.value[frame.key] = value
            frame.place.values[frame.key] = place
        frame.key, frame.skipped = None, False


def _start(place: int | _Place) -> int:
    return place.start if isinstance(place, _Place) else place
