"""The fields of a record as people write them: each is read in one way, whatever the format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from modeltree.findings import InvalidDateError, InvalidSizeError, shown
from modeltree.records import Access, Domain, Kind, ParameterCount, PartialDate
from modeltree.values.addresses import is_web_address, paper_number
from modeltree.values.names import printed_name, without_footnotes
from modeltree.values.plain import known_name, known_value
from modeltree.values.quantities import DateOrder, day_of, parse_date, parse_sizes
from modeltree.values.words import architecture_of, is_missing, openness_of

__all__ = ["FieldNote", "read_date", "read_fields", "read_sizes"]

_LINE_BREAKS = re.compile(r"\s*[\r\n\t]\s*")
_WORDS = {"domain": frozenset(Domain), "kind": frozenset(Kind), "access": frozenset(Access)}


class FieldNote(NamedTuple):
    """What a field says, in the form of a record, and how that was found out; `text` is what the source has."""

    field: str
    text: str
    kind: str
    message: str
    hint: str | None = None
    done: str | None = None


def read_fields(
    fields: Mapping[str, Any], order: DateOrder | None = None, *, printed: bool = False
) -> tuple[dict[str, Any], list[FieldNote]]:
    """The fields of a model or an organization as its record has them; what is missing is left out.

    In what is printed for people, marks of footnotes are no part of a name or a license. A value that is not
    understood stays as it is, for the record to refuse it.

    >>> read_fields({"released": "Mar 2023", "sizes": "7/13B", "license": "N/A", "openness": "✓"})[0]
    {'released': '2023-03', 'sizes': ['7B', '13B'], 'openness': 'open'}
    """
    found: dict[str, Any] = {}
    notes: list[FieldNote] = []
    for name, written in fields.items():
        value = written
        if not isinstance(written, dict):
            value = known_name(written) if name in ("name", "relation") else known_value(written)
        if isinstance(value, list):
            value = [item for item in value if item is not None]
        if value in (None, [], {}):
            continue
        if name == "released":
            value = read_date(value, notes, order)
        elif name == "sizes":
            value = read_sizes(value, notes)
        elif name == "links" and isinstance(value, dict):
            value = _links(value, found, notes)
        elif name in ("openness", "access", "architecture", "domain", "kind"):
            _add_word(found, name, value, notes)
            continue
        elif name == "name" and isinstance(value, str):
            value = _LINE_BREAKS.sub(" ", value)
        if printed and name in ("license", "name", "organizations"):
            value = _without_marks(name, value, notes)
        if value not in ([], {}):
            found[name] = [*found[name], *value] if name == "references" and name in found else value
    return found, notes


def read_date(value: Any, notes: list[FieldNote], order: DateOrder | None = None) -> Any:
    """A date in the form of records; a value that is none stays."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, float) or (type(value) is int and not 1 <= value <= 9999):
        value = str(value)
    if not isinstance(value, str):
        return value
    day = day_of(value)
    try:
        PartialDate.parse(day)
    except InvalidDateError:
        date, note = parse_date(value, order)
        if note and date == value:
            hint = "the policy ambiguous-date decides: ambiguous-date=day-first or ambiguous-date=month-first"
            notes.append(FieldNote("released", value, "ambiguous-date", f"date {note}", hint))
            return value
        if note:
            notes.append(FieldNote("released", value, "read-as", f"date {note}"))
        return date
    return day


def read_sizes(value: Any, notes: list[FieldNote], unit: str | None = None, *, counts: bool = True) -> list[Any]:
    """Sizes in the form of records; what is none stays, and a small number is a count or, without a unit, nothing."""
    sizes: list[Any] = []
    for item in value if isinstance(value, list) else [value]:
        for size in _sizes_in(item, notes, unit, counts):
            if size not in sizes:
                sizes.append(size)
    return sizes


def _sizes_in(item: Any, notes: list[FieldNote], unit: str | None, counts: bool) -> Iterator[Any]:
    text = repr(item) if isinstance(item, float) or (isinstance(item, int) and not counts) else item
    if not isinstance(text, str):
        yield item
        return
    if unit is None and (counts or not text.isdigit()):
        try:
            ParameterCount.parse(text)
        except InvalidSizeError:
            pass
        else:
            yield text
            return
    seen: set[str] = set()
    for size, note in parse_sizes(text, unit):
        if note and not size:
            notes.append(
                FieldNote("sizes", text, "bad-size", f"size {note}", "write 7B, 1.3B or 560M", "it is left out")
            )
            continue
        if note:
            notes.append(FieldNote("sizes", text, "read-as", f"size {note}"))
        if size in seen:
            message = f"size {shown(size)} stands twice"
            notes.append(FieldNote("sizes", text, "faulty-markup", message, None, "it is read once"))
        seen.add(size)
        yield size


def _add_word(found: dict[str, Any], name: str, value: Any, notes: list[FieldNote]) -> None:
    """Add a word of a vocabulary; of openness and access, what is said of the other too."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if name == "openness" and isinstance(value, (bool, int)):
        value = str(value)
    text = value
    if not isinstance(text, str):
        found[name] = value
        return
    known: dict[str, str] = openness_of(text) if name == "openness" else {}
    if name == "architecture" and (word := architecture_of(text)):
        known = {name: word}
    elif name == "access" and (said := openness_of(text).get("access")):
        known = {name: said}
    elif name in _WORDS and text.casefold() in _WORDS[name]:
        text = text.casefold()
    meant = known or {name: text}
    for key, word in meant.items():
        if key == name or key not in found:
            found[key] = word
    if text.casefold() not in meant.values() and text not in meant.values():
        meaning = " and ".join(map(repr, meant.values()))
        notes.append(FieldNote(name, text, "read-as", f"{name} {shown(text)} is read as {meaning}"))


def _links(links: dict[str, Any], found: dict[str, Any], notes: list[FieldNote]) -> dict[str, Any]:
    """Links that are addresses; a paper by its number is a reference, and "yes" in the place of weights is openness."""
    kept: dict[str, Any] = {}
    for kind, address in links.items():
        if isinstance(address, str) and is_missing(address):
            continue
        if not isinstance(address, str) or is_web_address(address):
            kept[kind] = address
        elif reference := paper_number(address):
            found["references"] = [*found.get("references", []), reference]
        elif kind == "weights" and openness_of(address):
            if "openness" not in found:
                _add_word(found, "openness", address, notes)
        else:
            kept[kind] = address
    return kept


def _without_marks(name: str, value: Any, notes: list[FieldNote]) -> Any:
    """A name, or names, without marks of footnotes and line breaks."""
    if isinstance(value, list):
        return [_without_marks(name, item, notes) for item in value]
    if not isinstance(value, str):
        return value
    bare = printed_name(value).name if name == "name" else without_footnotes(value)
    if bare != value and " ".join(value.split()) != bare:
        notes.append(FieldNote(name, value, "read-as", f"{name} {shown(value)} is read as {shown(bare)}"))
    return bare
