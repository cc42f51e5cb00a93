"""From what a source says to a lineage: every repair follows the policy, and is reported.

First the models (one record for each, with its own id), then the derivations (parents found, loops cut), then what
is worth knowing of the whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import ValidationError

from modeltree.findings import Finding, Position, SourceError, shown
from modeltree.formats.repair.audit import PLACEHOLDER, Unsaid, gaps, impossible_date, in_order, possibly_same, unsaid
from modeltree.formats.repair.claims import Asset, Intake, Where, place_of
from modeltree.formats.repair.descent import Descent
from modeltree.formats.repair.policy import Policy
from modeltree.formats.repair.vocabulary import day_of
from modeltree.formats.repair.wording import worded
from modeltree.lineage import Lineage
from modeltree.records import About, Correction, License, Links, Model, Organization, Record

__all__ = ["NO_ID", "Cleaning", "Makers", "cleaned", "once", "printed", "slug"]

R = TypeVar("R", bound=Record)

_INSIDE: dict[str, type[Record]] = {"links": Links, "license": License, "corrections": Correction}
_LISTS = ("aliases", "organizations", "sizes")
NO_ID = re.compile(r"[\s\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]+")
_DAY = re.compile(r"\s*[0-9]{4}-[0-9]{1,2}(-[0-9]{1,2})?\s*")


def cleaned(
    intake: Intake, policy: Policy, aliases: Mapping[str, str], *, notes: bool = True
) -> tuple[Lineage, tuple[Finding, ...]]:
    """The lineage that a source stands for under a policy, and all findings, in the order of files and lines.

    Without `notes`, what is not said of models and who may be the same is not looked for.

    Raises
    ------
    SourceError
        When the policy refuses something.
    """
    cleaning = Cleaning(intake, policy, aliases)
    cleaning.work()
    lineage = Lineage(
        cleaning.models.values(), cleaning.steps, cleaning.organizations.table.values(), about=cleaning.about
    )
    if notes:
        cleaning.findings += unsaid(cleaning.unsaid)
        cleaning.findings += gaps(lineage, cleaning.positions)
        cleaning.findings += possibly_same(lineage, cleaning.positions)
    return lineage, in_order(cleaning.findings)


class Cleaning:
    """The work on one source.

    Parameters
    ----------
    intake : Intake
        What the source says.
    policy : Policy
        What is done about what is wrong.
    aliases : mapping of str to str
        For names as written, those that are meant.

    Attributes
    ----------
    models : dict of str to Model
        The models by id, once `work` is done; so are those below.
    steps : list of Derivation
        The derivations.
    organizations : Makers
        Who made the models.
    about : About
        What the lineage as a whole is.
    positions : dict of str to Position
        Where the models stand.
    findings : list of Finding
        What is found, without what is worth knowing of the whole.
    unsaid : list of Unsaid
        The derivations of which no relation is said.
    """

    def __init__(self, intake: Intake, policy: Policy, aliases: Mapping[str, str]) -> None:
        self.intake, self.policy, self.aliases = intake, policy, aliases
        self.findings = list(intake.findings)
        self.refused: list[Finding] = []
        self.positions: dict[str, Position] = {}
        self.unsaid: list[Unsaid] = []

    def report(self, finding: Finding, action: str = "") -> None:
        """Keep a finding; what the policy refuses makes reading fail."""
        if action == "refuse":
            self.refused.append(replace(finding, done="it is refused"))
        else:
            self.findings.append(finding)

    def work(self) -> None:
        """Make records of what the source says.

        Raises
        ------
        SourceError
            When the policy refuses something.
        """
        kept = self._distinct()
        ids = _ids({number: self.intake.assets[number].name for number in kept})
        organizations = self.organizations = Makers(self)
        models = {ids[number]: self._model(ids[number], self.intake.assets[number], organizations) for number in kept}
        number_of = {number: ids[self._final(number)] for number in self._standing}

        def placeholder(name: str) -> str:
            id = _unused(slug(name), models)
            models[id] = self._placeholder(id, name)
            return id

        descent = Descent(self.intake, self.policy, self.aliases, number_of, models, placeholder, self.report)
        self.models, self.steps = models, descent.derivations()
        self.unsaid = descent.unsaid
        self._without_ambiguous("model", models)
        self.about = self._record(About, self.intake.about, Position(_path(self.intake)), "about")
        if self.refused:
            raise SourceError(in_order(self.refused))

    # Models

    def _distinct(self) -> list[int]:
        """The numbers of the assets that stay; which one stands for each, `_standing` says."""
        assets = self.intake.assets
        self._standing: dict[int, int] = {}
        first: dict[str, int] = {}
        same: dict[tuple[str, str], int] = {}
        for number, asset in enumerate(assets):
            content = (asset.name, repr(sorted(asset.fields.items())))
            earlier = first.setdefault(asset.name, number)
            if earlier == number:
                self._standing[number] = same[content] = number
            elif content in same or not self.intake.names:
                self._repeated(number, same.get(content, earlier))
            else:
                kept = self._differ(asset, assets[earlier])
                same[content] = self._standing[number] = number if kept else earlier
        for name, target in self.aliases.items():
            if name in first and target in first and name != target:
                self._join(first[name], first[target])
        return list(dict.fromkeys(self._final(number) for number in self._standing))

    def _final(self, number: int) -> int:
        """The asset that stands for one in the end."""
        seen = {number}
        while self._standing[number] not in seen:
            number = self._standing[number]
            seen.add(number)
        return self._standing[number] if self._standing[number] == number else min(seen)

    def _differ(self, asset: Asset, earlier: Asset) -> bool:
        """Whether a record with the name of an earlier one, but other content, stays beside it."""
        action = self.policy.same_name
        done = {"keep": "both are kept, each with its own id", "first": "the first is kept"}.get(action)
        differing = sorted(
            key
            for key in asset.fields.keys() | earlier.fields.keys()
            if asset.fields.get(key) != earlier.fields.get(key)
        )
        message = f"{shown(asset.name)} stands at {place_of(earlier.where)} already, with other {', '.join(differing)}"
        hint = "give each a name of its own, or remove one"
        self.report(
            Finding("same-name", message, hint, (asset.name,), position=place_of(asset.where), done=done), action
        )
        return action == "keep"

    def _repeated(self, number: int, earlier: int) -> None:
        """Decide between two records with one id, or in all the same."""
        assets, action = self.intake.assets, self.policy.duplicate_id
        asset, first = assets[number], assets[earlier]
        alike = "the same" if asset.fields == first.fields else "with other content"
        message = f"{shown(asset.name)} stands at {place_of(first.where)} already, {alike}"
        done = {"first": "the first is kept", "last": "the last is kept"}.get(action)
        finding = Finding("duplicate-id", message, None, (asset.name,), position=place_of(asset.where), done=done)
        self.report(finding, action)
        if action == "last":
            self._standing[earlier] = self._standing[number] = number
            return
        self._standing[number] = earlier

    def _join(self, number: int, target: int) -> None:
        """Let one record be another, as the alias table says: what the other does not say is taken from it."""
        number, target = self._final(number), self._final(target)
        if number != target:
            assets = self.intake.assets
            fields = assets[number].fields | assets[target].fields
            assets[target] = replace(assets[target], fields=fields)
            self._standing[number] = target

    def _model(self, id: str, asset: Asset, organizations: Makers) -> Model:
        fields = {"id": id, "name": printed(asset.name, id), **asset.fields}
        where = place_of(asset.where)
        self.positions[id] = where
        if not self.intake.names and id != asset.name:
            message = f"{shown(asset.name)} is no id: an id has no spaces and at most 300 characters"
            self.report(Finding("bad-value", message, ids=(id,), position=where, done=f"it is read as {shown(id)}"))
        for name in _LISTS:
            if isinstance(fields.get(name), (list, tuple)):
                fields[name] = once(fields[name])
        if makers := fields.get("organizations"):
            fields["organizations"] = organizations.ids(makers if isinstance(makers, list) else [makers], asset.where)
        if "released" in fields:
            fields["released"] = day_of(fields["released"])
        others = [name for name, target in self.aliases.items() if target in (asset.name, id) and name != asset.name]
        if others:
            fields["aliases"] = once([*(fields.get("aliases") or []), *others])
        model = self._record(Model, fields, asset.where, f"model {shown(id)}", (id,))
        if impossible := impossible_date(model):
            self.report(replace(impossible, position=place_of(asset.where, ("released",)), done="it is kept"))
        return model

    def _placeholder(self, id: str, name: str) -> Model:
        """The model that a source names and does not list."""
        aliases = [written for written, target in self.aliases.items() if target == name and written != name]
        fields = {"id": id, "name": printed(name, id), "aliases": aliases, "note": PLACEHOLDER}
        return self._record(Model, fields, Position(_path(self.intake)), f"model {shown(id)}", (id,))

    def _record(self, kind: type[R], fields: dict[str, Any], where: Where, owner: str, ids: tuple[str, ...] = ()) -> R:
        """The record that some fields stand for, without the parts that are wrong; each is reported."""
        while True:
            try:
                return kind.model_validate(fields)
            except ValidationError as error:
                details = error.errors()
            for finding in worded(details, owner, _INSIDE | {"": kind}, ids):
                at = tuple(finding.at)
                impossible = finding.kind == "bad-date" and _DAY.fullmatch(str(fields.get(str(at[0]), "")))
                right = replace(finding, kind="impossible-date") if impossible else finding
                self.report(
                    replace(right, at=(), position=place_of(where, at), done="it is left out"), self.policy.bad_value
                )
            wrong = {tuple(detail["loc"][:2]) or ("access",) for detail in details}
            fields = _without(fields, wrong)
            if kind is not About:  # a record without a right name goes by its id
                fields.setdefault("name", fields["id"])

    def _without_ambiguous(self, what: str, records: dict[str, Any]) -> None:
        """Take aliases from records that also name others."""
        owners: dict[str, set[str]] = {}
        for id, record in records.items():
            for name in (id, record.name, *record.aliases):
                owners.setdefault(name, set()).add(id)
        action = self.policy.ambiguous_alias
        for id, record in list(records.items()):
            shared = [alias for alias in record.aliases if owners[alias] - {id}]
            for alias in shared:
                other = min(owners[alias] - {id})
                message = f"alias {alias!r} of {what} {id!r} also names {other!r}"
                done = {"drop": "the alias is left out"}.get(action)
                at = self.positions.get(id)
                self.report(Finding("ambiguous-alias", message, None, (id, other), position=at, done=done), action)
                owners[alias].discard(id) if alias not in (id, record.name) else None
            if shared:
                kept = tuple(alias for alias in record.aliases if alias not in shared)
                records[id] = record.model_copy(update={"aliases": kept})


class Makers:
    """The organizations of a source, by what it calls them."""

    def __init__(self, cleaning: Cleaning) -> None:
        self.table: dict[str, Organization] = {}
        self._cleaning = cleaning
        self._by_name: dict[str, str] = {}
        where = Position(_path(cleaning.intake))
        for fields in cleaning.intake.organizations:
            id = str(fields.get("id", ""))
            owner = f"organization {shown(id)}"
            if not id or NO_ID.search(id) or id in self.table:
                message = f"{owner} {'stands twice' if id in self.table else 'has no id'}"
                cleaning.report(Finding("duplicate-id" if id in self.table else "missing-key", message, position=where))
                continue
            self.table[id] = cleaning._record(Organization, {"name": id, **fields}, where, owner)
            self._by_name.setdefault(self.table[id].name, id)
        cleaning._without_ambiguous("organization", self.table)

    def ids(self, names: Iterable[Any], where: Where) -> list[Any]:
        """The ids of organizations that a model names; those that are new become records."""
        return once([self._id(name) if isinstance(name, str) and name.strip() else name for name in names])

    def _id(self, name: str) -> str:
        name = name.strip()
        if name in self.table:
            return name
        if name not in self._by_name:
            id = _unused(slug(name), self.table)
            self.table[id] = Organization(id=id, name=printed(name, id))
            self._by_name[name] = id
        return self._by_name[name]


def _ids(names: Mapping[int, str]) -> dict[int, str]:
    """An id for each of some names; who has a name alone that can be an id keeps it."""
    taken: dict[str, int] = {}
    for number, name in names.items():
        if name == slug(name):
            taken.setdefault(name, number)
    ids = {number: id for id, number in taken.items()}
    for number, name in names.items():
        if number not in ids:
            ids[number] = _unused(slug(name), taken)
            taken[ids[number]] = number
    return ids


def slug(name: str) -> str:
    """A name as an id: without spaces, everything else as it is, for case and punctuation tell models apart."""
    return NO_ID.sub("-", name.strip())[:300] or "unnamed"


def printed(name: str, id: str) -> str:
    """A text as a name: on one line, and no longer than names are."""
    return NO_ID.sub(" ", name).strip()[:500].strip() or id


def _unused(id: str, taken: Mapping[str, Any]) -> str:
    number = 1
    free = id
    while free in taken:
        number += 1
        free = f"{id[:290]}-{number}"
    return free


def once(values: Iterable[Any]) -> list[Any]:
    """Values without those that stand before already."""
    kept: list[Any] = []
    seen: set[Any] = set()
    for value in values:
        key = value if isinstance(value, (str, int)) else repr(value)
        if key not in seen:
            seen.add(key)
            kept.append(value)
    return kept


def _without(fields: dict[str, Any], wrong: set[tuple[str | int, ...]]) -> dict[str, Any]:
    """Fields without those that are wrong, or without the wrong items of lists and mappings."""
    right = dict(fields)
    for name, *rest in sorted(wrong, key=str, reverse=True):
        value = right.get(str(name))
        if rest and isinstance(value, dict) and rest[0] in value:
            right[str(name)] = {key: item for key, item in value.items() if key != rest[0]}
        elif rest and isinstance(value, (list, tuple)) and isinstance(rest[0], int):
            bad = {other[1] for other in wrong if other[0] == name and len(other) > 1}
            right[str(name)] = [item for place, item in enumerate(fields[str(name)]) if place not in bad]
        else:
            right.pop(str(name), None)
    return right


def _path(intake: Intake) -> Any:
    from pathlib import Path

    return place_of(intake.assets[0].where).path if intake.assets else Path()
