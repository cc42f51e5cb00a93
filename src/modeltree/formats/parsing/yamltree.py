"""Hardened reading of YAML, and writing of it: plain data, everything wrong with it, and the position of each part.

A stock YAML loader turns ``no`` into False and ``2023-03`` into whatever it thinks best, keeps the last of two
equal keys in silence, expands aliases without bound, and overflows the stack on deep nesting. Here

- every plain scalar stays the string that is written; only an empty one, ``~`` and ``null`` are None;
- equal keys are problems, all of them, and so are explicit tags, and anchors, aliases and merge keys where they are not
  expanded, within bounds;
- size, depth and the count of problems are bounded: the data is built from the parser's events, so that hostile input
  is refused before it costs anything. (``yaml.compose`` recurses in C, and is slower: its nodes load the collector.)

YAML is written the way a person would: short lists in one line, long texts folded, quotes only where needed. Whatever a
string holds comes back as it was, from this library and from any tool that reads YAML 1.1 or 1.2: what such a tool
would take for a number, a date or a truth value is quoted, what cannot be seen is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn, TypeGuard

import yaml

from modeltree._util.files import bytes_of
from modeltree._util.text import lazy_pattern
from modeltree.findings import At, Finding, Position, SourceError, shown
from modeltree.formats.parsing import Lines, decoded, limits

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BRACKET = lazy_pattern(r"[][{}]")
_OUTER_KEY = lazy_pattern(r"^[^\s#\-\]}][^\r\n]*?:(?=\s|$)", re.MULTILINE)
_NULLS = {"", "~", "null"}
_NOT_YAML = lazy_pattern("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True)
class _Offsets:
    """The offset of a list or mapping in the text, and those of its keys and values."""

    start: int
    keys: dict[str | int, int] = field(default_factory=dict)
    values: dict[str | int, int | _Offsets] = field(default_factory=dict)


@dataclass(frozen=True)
class YamlTree:
    """What a YAML file holds, in dictionaries, lists, strings and None, and everything wrong with it as YAML."""

    # Problems are in the order of the file. Where it was not read to its end (`whole`), `data` is None and the last
    # problem says why. `unread` are the paths into `data` where an alias or a tag stands, not the value that was meant.

    path: Path
    data: Any
    problems: tuple[Finding, ...]
    whole: bool
    unread: frozenset[At]
    _root: int | _Offsets
    _lines: Lines

    def value(self, at: At) -> Any:
        """The part of the data at a path."""
        value = self.data
        for part in at:
            value = value[part]
        return value

    def rename(self, key: str, right: str) -> None:
        """Let a key of the outermost mapping stand for another, which has its place."""
        if isinstance(self._root, _Offsets):
            self.data[right] = self.data.pop(key)
            self._root.keys[right], self._root.values[right] = self._root.keys[key], self._root.values[key]

    def position(self, at: At = (), *, of_key: bool = False) -> Position:
        """The position of a part of the data (or of its key), or of the innermost part around it that there is."""
        offsets, offset = self._root, _start(self._root)
        for index, part in enumerate(at):
            if not isinstance(offsets, _Offsets) or part not in offsets.values:
                break
            last = index == len(at) - 1
            offset = offsets.keys.get(part, offset) if last and of_key else _start(offsets.values[part])
            offsets = offsets.values[part]
        return self._lines.position(offset)


def read_yaml(path: Path) -> YamlTree:
    """Read a YAML file; whatever is wrong with it is in `YamlTree.problems`."""
    return parse_yaml(bytes_of(path, limits.YAML_BYTES), path)


def parse_yaml(content: bytes, path: Path, first_line: int = 1, *, aliases: bool = False) -> YamlTree:
    """Read YAML from bytes that come from a file, from its first line or a later one; see `read_yaml`.

    With ``aliases=True`` aliases and merge keys are expanded, to `limits.EXPANDED` values in all.
    """
    builder = _Builder(path, first_line, aliases)
    try:
        data, root = builder.build(decoded(content, limits.YAML_BYTES, Position(path, first_line, 1)))
    except SourceError as stop:
        problems = (*builder.problems, replace(stop.problems[0], at=tuple(builder.at)))
        return YamlTree(path, None, problems, False, frozenset(), 0, builder.lines)
    return YamlTree(path, data, tuple(builder.problems), True, frozenset(builder.unread), root, builder.lines)


def parse_fields(content: bytes, path: Path, first_line: int = 1) -> YamlTree:
    """Read a mapping in YAML, where a fault costs only the key that it stands under; aliases are expanded."""
    text = content.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    lost: list[Finding] = []
    while True:
        builder = _Builder(path, first_line, aliases=True)
        try:
            data, root = builder.build(text)
        except SourceError as stop:
            end = _blanked_key(text, builder.fault)
            if end is None or end == text or len(lost) >= limits.FAULTS:
                problems = (*lost, *builder.problems, replace(stop.problems[0], at=tuple(builder.at)))
                return YamlTree(path, None, problems, False, frozenset(), 0, builder.lines)
            lost.append(replace(stop.problems[0], done="the key is left out"))
            text = end
            continue
        problems = (*lost, *builder.problems)
        return YamlTree(path, data, problems, True, frozenset(builder.unread), root, builder.lines)


def _blanked_key(text: str, fault: int) -> str | None:
    """A text without the key of its outermost mapping that an offset stands under; None where there is none."""
    begin, end = None, len(text)
    for match in _OUTER_KEY.finditer(text):
        if match.start() > fault:
            end = match.start()
            break
        begin = match.start()
    return None if begin is None else text[:begin] + re.sub(r"[^\r\n]", " ", text[begin:end]) + text[end:]


class _Builder:
    """Builds data from the parser's events; it recurses as deep as `limits.DEPTH` allows."""

    def __init__(self, path: Path, first_line: int, aliases: bool = False) -> None:
        self.problems: list[Finding] = []
        self.unread: set[At] = set()
        self.at: list[str | int] = []  # the path to the value that is being read
        # YAML knows more line ends than editors count, hence not the marks of its parser.
        self.lines = Lines(path, "", first_line)
        self._depth = self._last = 0
        self.fault = 0  # the offset of what ended the reading, or where the value begins that it stands in
        self._aliases = aliases
        self._anchored: dict[str, tuple[object, int | _Offsets, int]] = {}
        self._count = self._expanded = 0
        self._events: Iterator[Any] = iter(())

    def build(self, text: str) -> tuple[object, int | _Offsets]:
        """The data of the one document in a text, and their offsets."""
        self.lines.text = text
        if wrong := _NOT_YAML.search(text):
            if "\udc80" <= wrong[0] <= "\udcff":
                message = f"not UTF-8: byte 0x{ord(wrong[0]) - 0xDC00:02x}"
                self._stop(wrong.start(), "encoding", message, "save the file as UTF-8 text")
            code = f"{ord(wrong[0]):04X}"
            hint = 'a text file has none; in double quotes it can be written as "\\u' + code + '"'
            self._stop(wrong.start(), "encoding", f"character U+{code} is not allowed in YAML", hint)
        self._events = self._parsed(text)
        document = None
        for event in self._events:
            start: int = event.start_mark.index
            if type(event) is yaml.DocumentStartEvent:
                if document:
                    hint = "one file is one document: drop '---'"
                    self._stop(start, "syntax", "a second document begins here", hint)
                document = self._value(next(self._events))
        return document or (None, 0)

    def _parsed(self, text: str) -> Iterator[Any]:
        """The parser's events; `_last` is where the last one ends."""
        try:
            event: Any
            for event in yaml.parse(text, Loader=_LOADER):
                self._last = event.end_mark.index
                yield event
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            if mark:
                self._check_depth(text, mark.index)
            begun = error.context_mark
            offset, kind, message, hint = _syntax_error(error, text)
            self.fault = begun.index if begun and "block" not in str(error.context) else offset
            raise SourceError.of(kind, message, hint, self.lines.position(offset)) from None
        except (yaml.YAMLError, ValueError, OverflowError) as error:  # the last two from escapes, in the Python parser
            self._stop(0, "syntax", f"no YAML: {error}", None)

    def _check_depth(self, text: str, end: int) -> None:
        """Stop where the text is nested too deep between the last event and an offset that the parser refuses."""
        # A parser looks ahead, and may refuse deep nesting before it gives an event of it. The text decides, not the
        # parser's words, which differ by version.
        depth = self._depth
        for bracket in _BRACKET.finditer(text, self._last, end):
            depth += 1 if bracket[0] in "[{" else -1
            if depth > limits.DEPTH:
                self._stop(bracket.start(), "too-deep", f"nested more than {limits.DEPTH} deep", None)

    def _value(self, event: Any, *, is_key: bool = False) -> tuple[object, int | _Offsets]:
        """The data of the value that begins with an event, and their offsets."""
        start, kind = event.start_mark.index, type(event)
        self._count += 1
        if self._count > limits.VALUES:
            message = f"the file is too large: more than {limits.VALUES:,} values"
            self._stop(start, "too-large", message, "split it into several")
        if kind is yaml.AliasEvent and self._aliases and not is_key and event.anchor in self._anchored:
            data, offsets, count = self._anchored[event.anchor]
            self._expanded += count
            if self._expanded <= limits.EXPANDED:
                return data, start if isinstance(data, (str, type(None))) else offsets
            message = f"alias {shown('*' + event.anchor)}: more than {limits.EXPANDED:,} values are written by aliases"
            self._stop(start, "too-large", message, "write the values out")
        if kind is yaml.AliasEvent:
            self._note(start, "alias", f"alias {shown('*' + event.anchor)}: not read here", "write the value out")
            if not is_key:
                self.unread.add(tuple(self.at))
            return None, start
        if event.anchor is not None and self._aliases:
            name, before, event.anchor = event.anchor, self._count + self._expanded, None
            inner = self._value(event, is_key=is_key)
            self._anchored[name] = (*inner, self._count + self._expanded - before)
            return inner
        if event.anchor is not None:
            hint = "write the value out wherever it is needed"
            self._note(start, "alias", f"anchor {shown('&' + event.anchor)}: not read here", hint)
        if event.tag is not None:
            tag = shown(event.tag.replace("tag:yaml.org,2002:", "!!"))
            self._note(start, "tag", f"tag {tag}: not read here", "drop it: values need none")
            if not is_key:
                self.unread.add(tuple(self.at))
        if kind is yaml.ScalarEvent:
            text = event.value
            return None if text in _NULLS and not is_key and _is_plain(event) else text, start
        if self._depth >= limits.DEPTH:
            self._stop(start, "too-deep", f"nested more than {limits.DEPTH} deep", None)
        if is_key:
            self._note(start, "syntax", "a key that is a list or mapping", "a key is a word")
        self._depth += 1
        offsets = _Offsets(start)
        data = self._list(offsets) if kind is yaml.SequenceStartEvent else self._mapping(offsets)
        self._depth -= 1
        return data, offsets

    def _list(self, offsets: _Offsets) -> list[object]:
        data: list[object] = []
        self.at.append(0)
        while type(event := next(self._events)) is not yaml.SequenceEndEvent:
            value, offsets.values[len(data)] = self._value(event)
            data.append(value)
            self.at[-1] = len(data)
        self.at.pop()
        return data

    def _mapping(self, offsets: _Offsets) -> dict[str, object]:
        data: dict[str, object] = {}
        while type(event := next(self._events)) is not yaml.MappingEndEvent:
            start, (key, _) = event.start_mark.index, self._value(event, is_key=True)
            if key == "<<" and self._aliases and _is_plain(event):
                self._merge(data, offsets)
                continue
            name = key if isinstance(key, str) and self._is_new(key, start, event, offsets) else None
            self.at.append(name or "")
            value, where = self._value(next(self._events))
            self.at.pop()
            if name is not None:
                data[name], offsets.values[name], offsets.keys[name] = value, where, start
        return data

    def _merge(self, data: dict[str, object], offsets: _Offsets) -> None:
        """Take the keys of a merge key that the mapping has not; those that come later replace them."""
        self.at.append("<<")
        merged, where = self._value(next(self._events))
        self.at.pop()
        found = where.values.items() if isinstance(where, _Offsets) else ()
        items = merged if isinstance(merged, list) else []
        pairs = [(merged, where)] if isinstance(merged, dict) else [(items[int(at)], of) for at, of in found]
        for mapping, inner in pairs:
            if isinstance(mapping, dict) and isinstance(inner, _Offsets):
                for key in mapping.keys() - data.keys():
                    data[key], offsets.values[key] = mapping[key], inner.values[key]

    def _is_new(self, key: str, start: int, event: Any, offsets: _Offsets) -> bool:
        """Whether the value of a key is kept: where it is no merge key, and not there already."""
        if key == "<<" and _is_plain(event):
            self._note(start, "alias", "merge key '<<': not read here", "write the keys out")
            return False
        if key in offsets.keys:
            hint = f"line {self.lines.position(offsets.keys[key]).line} has it already; keep one of them"
            self._note(start, "duplicate-key", f"duplicate key {shown(key)}", hint, (*self.at, key))
            return False
        return True

    def _note(self, offset: int, kind: str, message: str, hint: str, at: At | None = None) -> None:
        at = tuple(self.at) if at is None else at
        self.problems.append(Finding(kind, message, hint, at=at, position=self.lines.position(offset)))
        if len(self.problems) >= limits.PROBLEMS:
            self._stop(offset, "syntax", f"{limits.PROBLEMS} problems: reading ends here", None)

    def _stop(self, offset: int, kind: str, message: str, hint: str | None) -> NoReturn:
        self.fault = offset
        raise SourceError.of(kind, message, hint, self.lines.position(offset))


def _is_plain(event: Any) -> bool:
    """Whether a scalar has neither quotes nor a tag."""
    return bool(event.implicit[0]) and not event.style


def _syntax_error(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str, str, str | None]:
    """Offset, kind, message and hint of an error of the parser."""
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


def _start(offsets: int | _Offsets) -> int:
    return offsets.start if isinstance(offsets, _Offsets) else offsets


# Writing

WIDTH = 110
"""The columns that a line has, where it can be broken at all."""

_INDICATORS = tuple("-?:,[]{}#&*!|>'\"%@`")
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "=", "<<"}
_NUMBERS = re.compile(
    r"[-+.]?[0-9][0-9_.:e+-]*"  # integers, floats, minutes to base 60, and dates
    r"|[-+]?0[xob][0-9a-f_]+"
    r"|[-+]?\.(inf|nan)"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9].*",
    re.IGNORECASE,
)
# Control characters, odd line ends, and what is invisible or turns the writing direction; but not the joiners that
# words and emoji are written with.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff0-\uffff\U000e0000-\U000e007f]"
)
_ESCAPES = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}
_BETWEEN_WORDS = re.compile("(?<! ) (?! )")


class Verbatim(str):
    """A string to be written as it is, though other tools may read it as a number or a date."""

    __slots__ = ()


class Inline(dict[str, str]):
    """A mapping to be written in one line."""


def yaml_text(document: Mapping[str, object]) -> str:
    """A document of mappings, lists and strings as YAML, with blank lines between its parts."""
    parts = []
    for key, value in document.items():
        if _is_table(value):
            items = ["\n".join(_item(item, 2)) for item in value]
            parts.append(f"{key}:\n" + "\n\n".join(items))
        else:
            parts.append("\n".join(_entry(key, value, 0)))
    return "\n\n".join(parts) + "\n"


def _is_table(value: object) -> TypeGuard[list[Mapping[str, object]]]:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _entry(key: str, value: object, indent: int) -> Iterator[str]:
    """The lines of a key with its value."""
    head = f"{' ' * indent}{key}:"
    if isinstance(value, str):
        yield from _text(head, value, indent)
    elif isinstance(value, Inline):
        yield f"{head} {{{', '.join(f'{name}: {_scalar(text, flow=True)}' for name, text in value.items())}}}"
    elif isinstance(value, Mapping):
        yield head
        for name, part in value.items():
            yield from _entry(name, part, indent + 2)
    elif _is_table(value):
        yield head
        for item in value:
            yield from _item(item, indent + 2)
    elif isinstance(value, list):
        yield from _short_list(head, value, indent)


def _item(item: Mapping[str, object], indent: int) -> Iterator[str]:
    """The lines of a mapping in a list."""
    mark = f"{' ' * indent}- "
    for key, value in item.items():
        for line in _entry(key, value, indent + 2):
            yield mark + line[len(mark) :] if mark.strip() and line else line
            mark = " " * len(mark)


def _short_list(head: str, values: Sequence[str], indent: int) -> Iterator[str]:
    line = f"{head} [{', '.join(_scalar(value, flow=True) for value in values)}]"
    if len(line) <= WIDTH:
        yield line
        return
    yield head
    for value in values:
        yield f"{' ' * (indent + 2)}- {_scalar(value)}"


def _text(head: str, text: str, indent: int) -> Iterator[str]:
    """The lines of a string: in one line, by its own lines, or folded."""
    if len(head) + 1 + len(text) <= WIDTH and (isinstance(text, Verbatim) or _goes_plain(text, False)):
        yield f"{head} {text}"
        return
    lines = text.split("\n")
    pad = " " * (indent + 2)
    seen = not any(_UNSEEN.search(line) or line.startswith("\t") for line in lines) and text == text.strip(" ")
    if len(lines) > 1 and seen and lines[0] and lines[-1] and not any(line.endswith(" ") for line in lines):
        yield f"{head} |-"
        yield from (pad + line if line else "" for line in lines)
        return
    line = f"{head} {_scalar(text)}"
    words = _BETWEEN_WORDS.split(text)
    if len(line) <= WIDTH or len(lines) > 1 or not seen or len(words) == 1:
        yield line
        return
    yield f"{head} >-"
    folded = pad + words[0]
    for word in words[1:]:
        if len(folded) + 1 + len(word) <= WIDTH:
            folded += f" {word}"
        else:
            yield folded
            folded = pad + word
    yield folded


def _scalar(text: str, *, flow: bool = False) -> str:
    """A string in one line, in quotes if it needs them."""
    if isinstance(text, Verbatim) or _goes_plain(text, flow):
        return str(text)
    escaped = "".join(_ESCAPES.get(character, character) for character in text)
    return f'"{_UNSEEN.sub(_escape, escaped)}"'


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _goes_plain(text: str, flow: bool) -> bool:
    return not (
        not text
        or text != text.strip(" ")
        or text.casefold() in _WORDS
        or _NUMBERS.fullmatch(text)
        or text.startswith((*_INDICATORS, "..."))
        or text.endswith(":")
        or ": " in text
        or " #" in text
        or _UNSEEN.search(text)
        or (flow and re.search(r"[,?\[\]{}]", text))
    )
