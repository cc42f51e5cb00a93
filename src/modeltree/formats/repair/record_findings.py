"""Findings about records: values that do not fit their fields, and fields that a format cannot hold."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from modeltree._util.files import is_stream
from modeltree._util.text import counted
from modeltree.findings import At, Finding, InvalidDateError, InvalidSizeError, Position, SourceError, nearest, shown
from modeltree.graph.columns import RecordFields
from modeltree.graph.store import EdgeStore, NodeStore
from modeltree.lineage import Lineage
from modeltree.records import About, Derivation, Model, Organization, Record

Ids = tuple[str, ...]

_RIGHT = re.compile(": (write [^']*)$")
_QUOTED = re.compile(r"'([^']*)'")
_RIGHT_LIST = "write a list, or leave the key out"
_RIGHT_MAPPING = "write 'key: value' lines"

# What a value is not, and what would be right, for the fields whose form a pattern checks.
_FORMS = {
    "country": ("country code", "write two capital letters, as US"),
    "icon": ("name of an icon file", "write it without folder and extension"),
    "spdx": ("SPDX identifier", "write one of the SPDX license list, as Apache-2.0"),
    "url": ("web address", "write https://…"),
    "links": ("web address", "write https://…"),
}
_ID_FORM = ("id", "an id has no spaces")


def described(value: object) -> str:
    """What stands in a file, as a message calls it."""
    kinds = {list: "a list", dict: "a mapping", type(None): "nothing"}
    return kinds.get(type(value)) or shown(value)


def unknown_key(key: str, owner: str, known: Sequence[str], ids: Ids = (), at: At = ()) -> Finding:
    """A key that nothing is read from."""
    close = nearest(key, known, 1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
    return Finding("unknown-key", f"unknown key {shown(key)} in {owner}", hint, ids, at)


def no_list(value: object, what: str, at: At = ()) -> Finding:
    """Something else where a list should be."""
    return Finding("wrong-type", f"{what}: {described(value)} is no list", _RIGHT_LIST, at=at)


def no_mapping(value: object, what: str, at: At = ()) -> Finding:
    """Something else where a mapping should be."""
    return Finding("wrong-type", f"{what}: {described(value)} is no mapping", _RIGHT_MAPPING, at=at)


def findings_from_pydantic(
    details: Iterable[ErrorDetails], owner: str, keys: Mapping[str, type[BaseModel]], ids: Ids = (), within: str = ""
) -> Iterator[Finding]:
    """What pydantic found wrong with a record, as findings; `Finding.at` is the path into the record."""
    # `owner` names the record, as "model 'vicuna'", or the one that it is part of under the key `within`; `keys` has
    # the type of the record under each key of the owner, which itself is "".
    for detail in details:
        at = detail["loc"]
        names = [*filter(None, [within]), *(part for part in at if isinstance(part, str))]
        path = ".".join(names[:-1])
        holder = f"{path} of {owner}" if path else owner
        if detail["type"] == "extra_forbidden":
            inside = keys[names[-2] if len(names) > 1 else ""]
            yield unknown_key(names[-1], holder, list(inside.model_fields), ids, at)
        elif detail["type"] == "missing":
            yield Finding("missing-key", f"{holder} has no {names[-1]!r}", f"add '{names[-1]}: …'", ids, at[:-1])
        else:
            kind, message, hint = _wrong_value(detail, names)
            whose = f"{'.'.join(names)} of {owner}" if names else owner
            # Only a check of two fields against each other has no field: openness and access, where access says more.
            yield Finding(kind, f"{whose}: {message}", hint, ids, at or ("access",))


def _wrong_value(detail: ErrorDetails, names: list[str]) -> tuple[str, str, str | None]:
    """The kind of problem, the message and the hint."""
    value, context = detail["input"], detail.get("ctx", {})
    match detail["type"]:
        case "enum" | "literal_error":
            return _unknown_word(value, _QUOTED.findall(context["expected"]), names[-1])
        case "tuple_type":
            right = f"write [{value}]" if isinstance(value, str) and len(value) <= 60 else _RIGHT_LIST
            return "wrong-type", f"{described(value)} is no list", right
        case "model_type":
            return "wrong-type", f"{described(value)} is no mapping", _RIGHT_MAPPING
        case "string_type" | "string_unicode":
            return "wrong-type", f"{described(value)} is no text", "write a text"
        case "string_too_short":
            return "bad-value", "the text is empty", "write a text"
        case "string_too_long":
            return "bad-value", f"{described(value)} is too long", f"write at most {context['max_length']} characters"
        case "string_pattern_mismatch":
            what, right = _FORMS.get(names[-1], _FORMS.get(names[0], _ID_FORM))
            return "bad-value", f"{described(value)} is no {what}", right
    cause = context.get("error")
    kinds = {"bad-date": InvalidDateError, "bad-size": InvalidSizeError}
    kind = next((kind for kind, error in kinds.items() if isinstance(cause, error)), "bad-value")
    message = str(cause or detail["msg"])
    if isinstance(value, str):
        message = message.replace(repr(value), shown(value))
    hint = _RIGHT.search(message)
    return (kind, message[: hint.start()], hint[1]) if hint else (kind, message, None)


def _unknown_word(value: object, words: list[str], name: str) -> tuple[str, str, str]:
    close = nearest(value, words, 1) if isinstance(value, str) else ()
    hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(words)}"
    return "unknown-relation" if name == "relation" else "unknown-word", f"{described(value)} is no {name}", hint


# Fields under the names that they had

FORMER_NAMES: Mapping[str, str] = MappingProxyType({"licence": "license", "licence_spdx": "license_spdx"})
"""For names that fields had, those that they have; files with the former ones are read."""


class FormerNames:
    """Reads the fields of one source by their former names, too; `notes` has a note for each such name."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, Position]] = {}

    def current(
        self, fields: Mapping[str, object], owner: str, position_of: Callable[[At], Position], ids: Ids = ()
    ) -> tuple[dict[str, object], list[Finding]]:
        """Fields by the names that they have now, and a finding for each that has two values, of which one is kept."""
        if "corrections" not in fields and FORMER_NAMES.keys().isdisjoint(fields):
            return dict(fields), []
        found = {name: value for name, value in fields.items() if name not in FORMER_NAMES}
        conflicts = []
        for former, now in FORMER_NAMES.items():
            if former not in fields:
                continue
            value, other, position = fields[former], found.get(now), position_of((former,))
            self._count(f"the key {former!r} is read as {now!r}", position)
            if other is None:
                found[now] = value
            elif value is not None and value != other:
                message = f"{former!r} of {owner} is {shown(value)}, and {now!r} is {shown(other)}"
                hint = f"keep {now!r} and remove {former!r}"
                conflicts.append(Finding("duplicate-key", message, hint, ids, (former,), position=position))
        corrections = found.get("corrections")
        if isinstance(corrections, list):
            pairs = enumerate(corrections)
            found["corrections"] = [self._correction(item, index, position_of) for index, item in pairs]
        return found, conflicts

    def _correction(self, item: object, index: int, position_of: Callable[[At], Position]) -> object:
        if not isinstance(item, dict) or not isinstance(name := item.get("field"), str) or name not in FORMER_NAMES:
            return item
        now = FORMER_NAMES[name]
        self._count(f"a correction of {name!r} is read as one of {now!r}", position_of(("corrections", index, "field")))
        return {**item, "field": now}

    def _count(self, what: str, position: Position) -> None:
        count, first = self._seen.get(what, (0, position))
        self._seen[what] = (count + 1, first)

    def notes(self) -> Iterator[Finding]:
        """A note for each former name, at the place where it stands first."""
        for what, (count, position) in self._seen.items():
            times = f", {count:,} times, first here" if count > 1 else ""
            yield Finding("read-as", what + times, position=position)


# What a format cannot hold


def refuse_larger(path: str | os.PathLike[str], size: int, most: int, what: str = "bytes") -> None:
    """Refuse to save what could not be read again; what goes to a pipe or device, others read."""
    if size > most and not is_stream(Path(path)):
        message = f"{Path(path).name} would be too large: {size:,} {what}, and {most:,} are read"
        hint = "save parts of the lineage, or tables, which hold more, Parquet most"
        raise SourceError.of("too-large", message, hint)


def refuse_longer(lineage: Lineage, path: str | os.PathLike[str], most: int, per_model: int) -> None:
    """Refuse a text, before it is made, in which ids, names and some bytes for each model are more than is read."""
    lengths = sum(map(len, lineage.ids)) + sum(map(len, lineage._nodes.names()))
    refuse_larger(path, lengths + per_model * len(lineage), most, "bytes at the least")


def readable(path: str | os.PathLike[str], pieces: Iterable[bytes], most: int) -> Iterator[bytes]:
    """The pieces of a file as long as it can be read again."""
    size = 0
    for piece in pieces:
        size += len(piece)
        refuse_larger(path, size, most, "bytes at the least")
        yield piece


def losses(
    lineage: Lineage,
    format: str,
    *,
    models: Collection[str] = (),
    derivations: Collection[str] = (),
    about: Collection[str] = (),
    organizations: bool = False,
) -> tuple[Finding, ...]:
    """Findings of kind ``not-carried`` for what a format cannot hold, given the fields that it holds of each record."""
    nodes, edges, whole = lineage._nodes, lineage._edges, lineage.about
    ids, title = nodes.ids, whole.title or "the lineage"
    findings = [
        *_missing(format, "model", Model, _known(nodes), ids.__getitem__, models),
        *_missing(
            format, "derivation", Derivation, _known(edges),
            lambda row: f"{ids[edges.parent[row]]} -> {ids[edges.child[row]]}", {*derivations, "parent", "child"},
        ),
        *_missing(format, "lineage", About, RecordFields((whole,)).get, lambda _: title, about),
    ]  # fmt: skip
    known = [] if organizations else described_organizations(lineage)
    if known:
        more = any(one != Organization(id=one.id, name=one.id) for one in known)
        thing = "names and more of organizations" if more else "organizations that made no model"
        findings.append(_finding(format, thing, "organization", len(known), known[0].id))
    return tuple(findings)


def described_organizations(lineage: Lineage) -> list[Organization]:
    """The organizations of which more is known than the id by which a model names them."""
    named = lineage._nodes.all_organizations()
    organizations = lineage.organizations.values()
    return [one for one in organizations if one.id not in named or one != Organization(id=one.id, name=one.id)]


def _known(store: NodeStore | EdgeStore) -> Callable[[str], Sequence[object] | None]:
    """The columns of the fields that may be known of any record."""
    return lambda name: store.field(name) if store.has(name) else None


def _missing(
    format: str,
    what: str,
    kind: type[Record],
    column: Callable[[str], Sequence[object] | None],
    owner: Callable[[int], str],
    kept: Collection[str],
) -> Iterator[Finding]:
    names, rows = [], set[int]()
    for name, field in kind.model_fields.items():
        values, default = None if name in kept else column(name), field.get_default()
        if values is None:
            continue
        if field.is_required():
            having = list(range(len(values)))
        else:
            having = [row for row, value in enumerate(values) if value is not default and value != default]
        if having:
            names.append(repr(name))
            rows.update(having)
    if rows:
        yield _finding(format, f"{', '.join(names)} of {what}s", what, len(rows), owner(min(rows)))


def _finding(format: str, thing: str, what: str, count: int, first: str) -> Finding:
    return Finding(
        "not-carried",
        f"{format} has no place for {thing}",
        done=f"left out for {counted(count, what)}, the first is {first!r}",
    )
