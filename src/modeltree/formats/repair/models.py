"""From claims to a lineage: every repair follows the policy, and is reported.

First the models (one record for each, with its own id), then the derivations (`modeltree.formats.repair.edges`), then
what is worth knowing of the whole.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from typing import TypeVar, cast

from pydantic import ValidationError

from modeltree.findings import At, Finding, Position, Severity, SourceError, shown
from modeltree.formats.repair.claims import (
    NOT_IN_IDS,
    ClaimedModel,
    Claims,
    Reading,
    Where,
    display_name,
    position_of,
    slug,
)
from modeltree.formats.repair.edges import EdgeRepair
from modeltree.formats.repair.policy import Policy
from modeltree.formats.repair.record_findings import (
    MOST,
    PLACEHOLDER,
    FormerNames,
    Tally,
    Unsaid,
    findings_from_pydantic,
    impossible_date,
    in_order,
    unsaid,
    worth_knowing,
)
from modeltree.lineage import Lineage
from modeltree.records import About, Correction, License, Links, Model, Organization, Record
from modeltree.values.fields import FieldNote, read_fields
from modeltree.values.names import printed_name
from modeltree.values.words import is_missing, quiet_key

Fields = dict[str, object]
R = TypeVar("R", bound=Record)
Named = TypeVar("Named", bound=Model | Organization)

PARTS: Mapping[str, type[Record]] = {"links": Links, "license": License, "corrections": Correction}
"""Which records are parts of a model, by their fields."""

WITHOUT_REPETITION = frozenset({"aliases", "organizations", "sizes"})
"""The lists of a model in which no item stands twice."""

_DAY = re.compile(r"\s*[0-9]{4}-[0-9]{1,2}(-[0-9]{1,2})?\s*")


def repaired(
    claims: Claims, policy: Policy | None = None, aliases: Mapping[str, str] | None = None, *, notes: bool = True
) -> Reading:
    """The lineage that a source stands for, and all findings in the order of files and lines; else a SourceError."""
    # `aliases` has, for names as the source has them, the name or id of the model that is meant. `notes` says whether
    # to look for missing licenses, dates and relations, and for models that may be the same.
    repair = Repair(claims, policy or Policy(), aliases or {})
    repair.refuse()
    lineage = Lineage(
        repair.models.values(), repair.derivations, repair.organizations.by_id.values(), about=repair.about
    )
    more = worth_knowing(lineage, repair.positions.get, notes=notes, bases=repair.policy.missing_base)
    return Reading(lineage, in_order([*repair.findings, *(unsaid(repair.unsaid) if notes else ()), *more]))


def reader(claims_at: Callable[..., Claims]) -> Callable[..., Reading]:
    """Make a reader, with `policy` and `aliases` as `modeltree.read` takes them, of what says what a path claims."""
    # Some need the alias table to tell names from other words: they take it, too.
    knows_aliases = "aliases" in inspect.signature(claims_at).parameters

    @wraps(claims_at)
    def read(
        path: str | os.PathLike[str],
        *,
        policy: Policy | None = None,
        aliases: Mapping[str, str] | None = None,
        **options: object,
    ) -> Reading:
        claims = claims_at(path, aliases=aliases, **options) if knows_aliases else claims_at(path, **options)
        return repaired(claims, policy, aliases)

    return read


class Repair:
    """The records that the claims of one source become, and findings; `refuse` raises what the policy refuses."""

    def __init__(
        self, claims: Claims, policy: Policy, aliases: Mapping[str, str], others: Mapping[str, Model] | None = None
    ) -> None:
        self.claims, self.policy, self.aliases = claims, policy, aliases
        # Models that are known besides, by id, of which nothing is to be repaired; they have dates, and no more.
        self.others: Mapping[str, Model] = {} if others is None else others
        self.path = claims.path or (position_of(claims.models[0].where).path if claims.models else Path())
        self.findings = list(claims.findings)
        self.refused: list[Finding] = []
        self.positions: dict[str, Position] = {}
        self._last: dict[str, int] = {}
        self._former = FormerNames()
        self._readings: Tally[tuple[str, str], Finding] = Tally()
        self._read_names()
        self._read_versions()
        kept = self._distinct()
        ids = _ids({index: claims.models[index].name for index in kept}, self.others)
        self.organizations = OrganizationTable(self)
        self.models = {ids[index]: self._model(ids[index], claims.models[index]) for index in kept}
        id_of = {index: ids[self._final(index)] for index in self._standing}
        edges = EdgeRepair(claims, policy, aliases, id_of, self.models, self.others, self._placeholder, self.report)
        self.derivations = edges.derivations()
        self.pairs = edges.pairs
        self.unsaid: list[Unsaid] = edges.unsaid
        self.findings += [*self._former.notes(), *self._read_values()]
        self.drop_ambiguous_aliases("model", self.models, self.others)
        self.about = self.record(About, claims.about, Position(self.path), "about")

    def refuse(self) -> None:
        """Raise what the policy refuses as an error."""
        if self.refused:
            raise SourceError(in_order(self.refused))

    def report(self, finding: Finding, action: str = "") -> None:
        """Keep a finding; what the policy refuses makes reading fail."""
        if action == "refuse":
            self.refused.append(replace(finding, done="it is refused").graded(Severity.ERROR))
        else:
            self.findings.append(finding)

    def record(self, kind: type[R], fields: Fields, where: Where, owner: str, ids: tuple[str, ...] = ()) -> R:
        """The record that some fields stand for, without the parts that are wrong; each is reported."""
        while True:
            try:
                return kind.model_validate(fields)
            except ValidationError as error:
                details = error.errors()
            for finding in findings_from_pydantic(details, owner, {**PARTS, "": kind}, ids):
                at = tuple(finding.at)
                impossible = finding.kind == "bad-date" and _DAY.fullmatch(str(fields.get(str(at[0]), "")))
                right = replace(finding, kind="impossible-date") if impossible else finding
                self.report(
                    replace(right, at=(), position=position_of(where, at), done="it is left out"), self.policy.bad_value
                )
            wrong = {tuple(detail["loc"][:2]) or ("access",) for detail in details}
            fields = _without(fields, wrong)
            if kind is not About:  # a record without a right name goes by its id
                fields.setdefault("name", fields["id"])

    def drop_ambiguous_aliases(self, what: str, records: dict[str, Named], others: Container[str] = ()) -> None:
        """Take aliases from records that also name others."""
        owners: dict[str, set[str]] = {}
        for id, record in records.items():
            for name in (id, record.name, *record.aliases):
                owners.setdefault(name, set()).add(id)
            for alias in record.aliases:
                if alias in others:
                    owners[alias].add(alias)
        in_order = {name: sorted(ids, reverse=True) for name, ids in owners.items() if len(ids) > 1}

        def other_owner(name: str, id: str) -> str:
            """The least other id that a name is of; those that it is no longer of are passed by once."""
            ids, own = in_order[name], False
            while ids[-1] == id or ids[-1] not in owners[name]:
                own = ids.pop() == id or own
            other = ids[-1]
            if own:
                ids.append(id)
            return other

        action = self.policy.ambiguous_alias
        for id, record in list(records.items()):
            shared = [alias for alias in record.aliases if len(owners[alias]) > (id in owners[alias])]
            for alias in shared:
                other = other_owner(alias, id)
                message = f"alias {alias!r} of {what} {id!r} also names {other!r}"
                done = {"drop": "the alias is left out"}.get(action)
                position = self.positions.get(id)
                self.report(
                    Finding("ambiguous-alias", message, None, (id, other), position=position, done=done), action
                )
                if alias not in (id, record.name):
                    owners[alias].discard(id)
            if shared:
                kept = tuple(alias for alias in record.aliases if alias not in shared)
                records[id] = cast("Named", record.model_copy(update={"aliases": kept}))

    # Models

    def _distinct(self) -> list[int]:
        """The indices of the claimed models that stay; which one stands for each, `_standing` says."""
        models = self.claims.models
        self._standing: dict[int, int] = {}
        first: dict[str, int] = {}
        same: dict[tuple[str, str], int] = {}
        for index, model in enumerate(models):
            content = (model.name, repr(sorted(model.fields.items())))
            earlier = first.setdefault(model.name, index)
            if earlier == index:
                self._standing[index] = same[content] = index
            elif content in same or not self.claims.names:
                self._keep_one(index, same.get(content, earlier))
            else:
                kept = self._keeps_both(model, models[earlier])
                same[content] = self._standing[index] = index if kept else earlier
        for name, target in self.aliases.items():
            if name in first and target in first and name != target:
                self._join(first[name], first[target])
        return list(dict.fromkeys(self._final(index) for index in self._standing))

    def _final(self, index: int) -> int:
        """The claimed model that stands for one in the end."""
        seen = {index}
        while self._standing[index] not in seen:
            index = self._standing[index]
            seen.add(index)
        return index if self._standing[index] == index else min(seen)

    def _keeps_both(self, model: ClaimedModel, earlier: ClaimedModel) -> bool:
        """Whether a model with the name of an earlier one, but other content, stays beside it."""
        action = self.policy.same_name
        done = {"keep": "both are kept, each with its own id", "first": "the first is kept"}.get(action)
        names = model.fields.keys() | earlier.fields.keys()
        differing = sorted(name for name in names if model.fields.get(name) != earlier.fields.get(name))
        first = position_of(earlier.where)
        message = f"{shown(model.name)} stands at {first} already, with other {', '.join(differing)}"
        hint, position = "give each a name of its own, or remove one", position_of(model.where)
        self.report(Finding("same-name", message, hint, (model.name,), position=position, done=done), action)
        return action == "keep"

    def _keep_one(self, index: int, earlier: int) -> None:
        """Decide between two models with one id, or in all the same."""
        model, first = self.claims.models[index], self.claims.models[earlier]
        action = self.policy.duplicate_id
        alike = "the same" if model.fields == first.fields else "with other content"
        message = f"{shown(model.name)} stands at {position_of(first.where)} already, {alike}"
        done = {"first": "the first is kept", "last": "the last is kept"}.get(action)
        position = position_of(model.where)
        self.report(Finding("duplicate-id", message, None, (model.name,), position=position, done=done), action)
        if action == "last":
            self._standing[earlier] = self._standing[index] = index
        else:
            self._standing[index] = earlier

    def _join(self, index: int, target: int) -> None:
        """Let one model be another, as the alias table says: what the other does not say is taken from it."""
        index, target = self._final(index), self._final(target)
        if index != target:
            models = self.claims.models
            models[target] = replace(models[target], fields=models[index].fields | models[target].fields)
            self._standing[index] = target

    def _model(self, id: str, model: ClaimedModel) -> Model:
        given, conflicts = self._former.current(
            model.fields, f"model {shown(id)}", partial(position_of, model.where), (id,)
        )
        order = self.policy.ambiguous_date
        first = None if order == "drop" or order == "refuse" else order  # noqa: PLR1714  # so that mypy narrows it
        read, notes = read_fields(given, first, printed=self.claims.names and self.claims.in_rows)
        for note in notes:
            self._keep_reading(note, model.where, id, read)
        fields = {"id": id, "name": display_name(model.name, id), **read}
        for conflict in conflicts:
            self.report(replace(conflict, at=(), done="the first is left out"), self.policy.bad_value)
        where = position_of(model.where)
        self.positions[id] = where
        if not self.claims.names and id != model.name:
            message = f"{shown(model.name)} is no id: an id has no spaces and at most 300 characters"
            self.report(Finding("bad-value", message, ids=(id,), position=where, done=f"it is read as {shown(id)}"))
        for name in WITHOUT_REPETITION:
            if isinstance(fields.get(name), (list, tuple)):
                fields[name] = without_repetition(fields[name])
        if names := fields.get("organizations"):
            fields["organizations"] = self.organizations.ids(names if isinstance(names, list) else [names])
        others = [name for name, target in self.aliases.items() if target in (model.name, id) and name != model.name]
        if others:
            fields["aliases"] = without_repetition([*(fields.get("aliases") or []), *others])
        record = self.record(Model, fields, model.where, f"model {shown(id)}", (id,))
        if impossible := impossible_date(record):
            self.report(replace(impossible, position=position_of(model.where, ("released",)), done="it is kept"))
        return record

    def _keep_reading(self, note: FieldNote, where: Where, id: str, fields: Fields) -> None:
        """Keep how a value was read, which is reported once for each text; what can be two dates is left out."""
        position = position_of(where, (note.field,))
        finding = Finding(note.kind, note.message, note.hint, (id,), position=position, done=note.done)
        if note.kind == "ambiguous-date":
            del fields[note.field]
            self.report(replace(finding, done="it is left out"), self.policy.ambiguous_date)
        elif note.kind == "read-as":
            self._readings.add((note.field, note.message), finding)
        else:
            self.report(finding, self.policy.bad_value if note.kind == "bad-size" else "")

    def _read_values(self) -> Iterator[Finding]:
        """How values were read, once for each; one finding for a field where that are many."""
        counted_of: dict[str, list[Finding]] = {}
        for (field, _), count, finding in self._readings:
            ids = finding.ids if count == 1 else ()
            counted_of.setdefault(field, []).append(replace(finding, ids=ids, message=_times(finding.message, count)))
        for findings in counted_of.values():
            if len(findings) > MOST:
                message = f"{len(findings):,} values are written otherwise, the first: {findings[0].message}"
                yield replace(findings[0], message=message, ids=())
            else:
                yield from findings

    def _read_names(self) -> None:
        """Take the names out of arrows and footnote marks; a row below another, by its arrow, derives from that."""
        claims = self.claims
        above: list[str] = []
        has_parents = {edge.child for edge in claims.derivations}
        for index, model in enumerate(claims.models):
            name, depth, marked = printed_name(model.name)
            if marked and claims.in_rows and (claims.names or depth):
                message = f"name {shown(model.name)} is read as {shown(name)}"
                self.findings.append(Finding("read-as", message, None, (name,), position=position_of(model.where)))
                if model.fields.get("name") == model.name:
                    model.fields["name"] = name
                model.name = name
            if claims.in_rows:
                if depth and above and index not in has_parents and above[:depth][-1] != model.name:
                    claims.derive(index, above[:depth][-1], None, model.where)
                above = [*above[:depth], model.name]

    def _read_versions(self) -> None:
        """Let rows of one name that differ in their version be models of their own; a parent may be named by it."""
        versions: dict[str, set[str]] = {}
        owners: dict[str, set[str]] = {}
        for model in self.claims.models:
            if not isinstance(written := model.fields.get("version"), str):
                continue
            version = " ".join(written.split())
            versions.setdefault(model.name, set()).add(version)
            owners.setdefault(version, set()).add(model.name)
        for model in self.claims.models:
            written = model.fields.pop("version", None)
            if not isinstance(written, str) or is_missing(written):
                continue
            version, name = " ".join(written.split()), model.name
            says_name = quiet_key(name) in quiet_key(version)
            others = [version] if says_name and len(owners[version]) == 1 else []
            if len(versions[name]) > 1:
                model.name = version if says_name else f"{name} {version}"
                model.fields.pop("name", None)
                message = f"{shown(name)} of version {shown(version)} is a model of its own, {shown(model.name)}"
                position = position_of(model.where, ("version",))
                self.findings.append(Finding("read-as", message, None, (model.name,), position=position))
                others = [] if says_name else [f"{name}-{version}"]
            aliases = model.fields.get("aliases") or []
            if others := [other for other in others if other != model.name]:
                model.fields["aliases"] = [*(aliases if isinstance(aliases, list) else [aliases]), *others]

    def _placeholder(self, name: str) -> str:
        """Make a model of a name that the source does not list; its id."""
        id = _unused(slug(name), self.models, self._last, self.others)
        aliases = [written for written, target in self.aliases.items() if target == name and written != name]
        fields: Fields = {"id": id, "name": display_name(name, id), "aliases": aliases, "note": PLACEHOLDER}
        self.models[id] = self.record(Model, fields, Position(self.path), f"model {shown(id)}", (id,))
        return id


def _times(message: str, count: int) -> str:
    """A message on how a value is read, with how often it stands."""
    what, _, meaning = message.partition(" is read as ")
    return message if count == 1 else f"{what} ({count:,} cells) is read as {meaning}"


class OrganizationTable:
    """The organizations of a source, by id and by what the source calls them."""

    def __init__(self, repair: Repair) -> None:
        self.by_id: dict[str, Organization] = {}
        self._by_name: dict[str, str] = {}
        self._last: dict[str, int] = {}
        where = Position(repair.path)
        for fields in repair.claims.organizations:
            id = str(fields.get("id", ""))
            owner = f"organization {shown(id)}"
            if not id or NOT_IN_IDS.search(id) or id in self.by_id:
                kind, what = ("duplicate-id", "stands twice") if id in self.by_id else ("missing-key", "has no id")
                repair.report(Finding(kind, f"{owner} {what}", position=where))
                continue
            self.by_id[id] = repair.record(Organization, {"name": id, **fields}, where, owner)
            self._by_name.setdefault(self.by_id[id].name, id)
        repair.drop_ambiguous_aliases("organization", self.by_id)

    def has_name(self, name: str) -> bool:
        """Whether an organization has this name."""
        return name in self._by_name

    def ids(self, names: Iterable[object]) -> list[object]:
        """The ids of organizations that a model names; those that are new become records."""
        return without_repetition(
            [self._id(name) if isinstance(name, str) and name.strip() else name for name in names]
        )

    def _id(self, name: str) -> str:
        name = name.strip()
        if name in self.by_id:
            return name
        if name not in self._by_name:
            id = _unused(slug(name), self.by_id, self._last)
            self.by_id[id] = Organization(id=id, name=display_name(name, id))
            self._by_name[name] = id
        return self._by_name[name]


def without_repetition(values: Iterable[object]) -> list[object]:
    """The first of each of some values."""
    first: dict[object, object] = {}
    for value in values:
        first.setdefault(value if isinstance(value, (str, int)) else repr(value), value)
    return [*first.values()]


def _ids(names: Mapping[int, str], others: Container[str]) -> dict[int, str]:
    """An id for each of some names; the first that can be an id as it stands keeps it."""
    taken: dict[str, int] = {}
    for index, name in names.items():
        if name == slug(name):
            taken.setdefault(name, index)
    ids = {index: id for id, index in taken.items()}
    last: dict[str, int] = {}
    for index, name in names.items():
        if index not in ids:
            ids[index] = _unused(slug(name), taken, last, others)
            taken[ids[index]] = index
    return ids


def _unused(id: str, taken: Container[str], last: dict[str, int], others: Container[str] = ()) -> str:
    """An id that is not taken: the given one, or that with a number, after the last one that was tried for it."""
    stem, free = id[:290], id
    while free in taken or free in others:
        last[stem] = last.get(stem, 1) + 1
        free = f"{stem}-{last[stem]}"
    return free


def _without(fields: Fields, wrong: set[At]) -> Fields:
    """Fields without those that are wrong, or without the wrong items of lists and mappings."""
    right = dict(fields)
    bad: dict[str | int, set[str | int]] = {}
    for name, *rest in wrong:
        bad.setdefault(name, set()).update(rest)
    for name, rest in {name: rest for name, *rest in sorted(wrong, key=lambda at: (len(at), str(at)))}.items():
        value = right.get(str(name))
        if rest and isinstance(value, dict) and rest[0] in value:
            right[str(name)] = {key: item for key, item in value.items() if key not in bad[name]}
        elif rest and isinstance(value, (list, tuple)) and isinstance(rest[0], int):
            right[str(name)] = [item for index, item in enumerate(value) if index not in bad[name]]
        else:
            right.pop(str(name), None)
    return right
