"""Writing YAML the way a person would: short lists in one line, long texts folded, quotes only where needed.

Whatever a string holds comes back as it was, from this library and from any tool that reads YAML 1.1 or 1.2:
what such a tool would take for a number, a date or a truth value is quoted, what cannot be seen is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

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
    if len(head) + 1 + len(text) <= WIDTH and (isinstance(text, Verbatim) or _is_plain(text, False)):
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
    if isinstance(text, Verbatim) or _is_plain(text, flow):
        return str(text)
    escaped = "".join(_ESCAPES.get(character, character) for character in text)
    return f'"{_UNSEEN.sub(_escape, escaped)}"'


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


def _is_plain(text: str, flow: bool) -> bool:
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
