"""The fields of a record as people write them: each is read in one way, whatever the format.

Values of Python, NumPy, pandas and Arrow are plain ones: texts, numbers, lists and dictionaries.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from modeltree._util.text import lazy_pattern
from modeltree.findings import InvalidDateError, InvalidSizeError, shown
from modeltree.records import Access, Domain, Kind, ParameterCount, PartialDate
from modeltree.values.addresses import is_web_address, paper_number
from modeltree.values.hub_words import license_named
from modeltree.values.names import organizations_of, printed_name, without_footnotes
from modeltree.values.quantities import DateOrder, day_of, parse_date, parse_sizes, unit_of, with_unit
from modeltree.values.words import (
    LINK_FIELDS,
    architecture_of,
    field_of_header,
    folded_header,
    is_missing,
    openness_of,
    relation_of,
)

_LINE_BREAKS = lazy_pattern(r"\s*[\r\n\t]\s*")
# What programs draw nodes by, and what says too little in a graph to be a field.
_DRAWN = frozenset(
    {"group", "scale", "structure", "version", "versions", "variant", "variants", "how", "method", "time"}
)
_DRAWN |= {"title", "id", "label", "link", "links", "site", "web", "base", "os", "terms"}
_NUMBERS_DRAW = frozenset({"size", "weights", "public", "open", "month"})
_STYLES = frozenset({"color", "colour", "fill", "shape", "style", "font", "icon", "image", "layer", "symbol", "type"})
_STYLES |= {"title", "tooltip", "viz", "group", "class", "category", "cluster", "community", "end", "endopen"}
_STYLES |= {"shared name", "shared interaction"}
_COLOR = lazy_pattern(r"#[0-9a-f]{3,8}|(?:rgb|hsl)a?\(.*", re.IGNORECASE)
_NUMERIC = lazy_pattern(r"[-+]?[0-9.]+(?:e[-+]?[0-9]+)?|nan|[-+]?inf(?:inity)?|true|false", re.IGNORECASE)
_YEAR = lazy_pattern(r"(?:19|20)[0-9]{2}(?:\.0+)?")
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
            value = license_named(value) if name == "license" and isinstance(value, str) else value
        if value not in ([], {}):
            found[name] = [*found[name], *value] if name == "references" and name in found else value
    return found, notes


def fields_of_attributes(attributes: Mapping[str, Any], own: Collection[str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The attributes of a node under the fields that their names stand for, and by which names that is known.

    The names in `own` are fields as they stand. A number that programs draw by, as in ``size``, is none.
    """
    found: dict[str, Any] = {}
    known: dict[str, str] = {}
    for name, value in attributes.items():
        field = None if name in own else _field_of_attribute(name, value)
        if field is None or field in attributes or field in found:
            found[name] = value
            continue
        known[name] = field
        if field == "organizations" and isinstance(value, str):
            found[field] = organizations_of(value)
        elif field == "sizes" and (unit := unit_of(name)):
            found[field] = with_unit(str(value), unit) if isinstance(value, (str, int, float)) else value
        else:
            found[field] = value
    return found, known


def _field_of_attribute(name: str, value: Any) -> str | None:
    """The field that an attribute of a node stands for by its name, as headers of columns do, or None."""
    header = folded_header(name)
    field = field_of_header(name)
    if field in ("id", "version", "relation", "kind") or header in _DRAWN:
        return None
    if header in _NUMBERS_DRAW and (not isinstance(value, str) or _NUMERIC.fullmatch(value.strip())):
        return None
    if field in LINK_FIELDS:
        return f"link_{field}" if isinstance(value, str) else None
    return field


def relation_in(attributes: Mapping[str, Any], own: Collection[str]) -> dict[str, Any]:
    """The attributes of an edge, one of which is its relation: that whose name says so, or a ``type`` that is one."""
    if "relation" in attributes:
        return dict(attributes)
    for name, value in attributes.items():
        if name in own or not isinstance(value, str) or relation_of(value) is None:
            continue
        if field_of_header(name) == "relation" or folded_header(name) in ("type", "edge type", "category", "class"):
            return {"relation" if other == name else other: each for other, each in attributes.items()}
    return dict(attributes)


def may_tell(name: str, value: Any) -> bool:
    """Whether an attribute without a field may say what a model is: a text or a year, and nothing to draw."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return False
    text = str(value).strip()
    if folded_header(name) in _STYLES or _COLOR.fullmatch(text):
        return False
    return bool(_YEAR.fullmatch(text)) or not _NUMERIC.fullmatch(text)


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
        if kind == "weights" and isinstance(address, bool):
            address = str(address)  # noqa: PLW2901  # whether they are public
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


# Plain values

_DEEPEST = 3


def plain_value(value: Any, depth: int = 0) -> Any:
    """A value as Python and JSON have it: texts are stripped, times are days, and what stands for nothing is None.

    Lists in lists, and what is no value of a record, stay as they are.
    """
    if value is None or type(value) in (int, bool):
        return value
    if isinstance(value, str):
        return str(value).strip() or None
    if type(value) is list and set(map(type, value)) <= {str, int}:
        return value
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, float):
        return None if value != value else int(value) if value.is_integer() else float(value)  # noqa: PLR0124
    if type(value).__module__ == "numpy":
        return _plain_of_numpy(value, depth)
    if isinstance(value, (list, tuple, set, frozenset)) and depth < _DEEPEST:
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [plain_value(item, depth + 1) for item in items]
    if isinstance(value, dict) and depth < _DEEPEST:
        inner = {str(key): plain_value(item, depth + 1) for key, item in value.items()}
        return {key: item for key, item in inner.items() if item is not None}
    if isinstance(value, int):
        return int(value)
    if type(value).__name__ == "Decimal":
        return plain_value(float(value), depth) if value == value else None  # noqa: PLR0124
    if type(value).__name__ == "Period" and hasattr(value, "start_time"):  # of pandas: a month or a year
        return str(value)
    return value.as_py() if type(value).__module__.startswith("pyarrow") and hasattr(value, "as_py") else value


def _plain_of_numpy(value: Any, depth: int) -> Any:
    if type(value).__name__ == "datetime64":
        return None if str(value) == "NaT" else str(value)[:10]
    if type(value).__name__ == "ndarray":
        return plain_value(value.tolist(), depth)
    return plain_value(value.item(), depth) if hasattr(value, "item") else value


def known_value(value: Any) -> Any:
    """A plain value, or None where it is a word for a missing one, as are items of lists."""
    plain = plain_value(value)
    if isinstance(plain, str):
        return None if is_missing(plain) else plain
    if isinstance(plain, list):
        return [known_value(item) for item in plain]
    return plain


def known_name(value: Any) -> Any:
    """A plain value, or None where it is a word for a missing one; marks alone, as "-", may be a name."""
    plain = plain_value(value)
    is_word = isinstance(plain, str) and any(map(str.isalnum, plain)) and plain.casefold() != "unspecified"
    return None if is_word and is_missing(plain) else plain
