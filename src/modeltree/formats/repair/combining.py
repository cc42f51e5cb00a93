"""Several sources as one lineage: models that one names and another describes are the same."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from modeltree.findings import Finding, Position, shown
from modeltree.formats.repair.claims import Claims, Reading
from modeltree.formats.repair.edges import joined_notes
from modeltree.formats.repair.models import repaired, without_repetition
from modeltree.formats.repair.policy import Policy
from modeltree.formats.repair.record_findings import BASE, GAPS, PLACEHOLDER, in_order, worth_knowing
from modeltree.records import FITTING_ACCESS, Model

# What a source lacks may be in another; it is looked for once more in all of them.
_REPEATED = frozenset({"missing-parent", "mirror-parent", *(kind for kind, _ in (*GAPS.values(), BASE))})


_JOINED = frozenset({"aliases", "references", "corrections"})
"""The fields that are lists of which each source may know some items."""

_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")


def policy_of_each(policy: Policy | None) -> Policy:
    """The policy by which each of several sources is read: what it does not list may be in another."""
    return replace(policy or Policy(), missing_parent="placeholder")


def combined(
    readings: Sequence[tuple[Path, Reading]], policy: Policy | None, aliases: Mapping[str, str] | None
) -> Reading:
    """One lineage of several, each read by `policy_of_each`.

    What one source says of a model and another does not is put together; where they differ, the policy decides, and the
    parents that none of them lists are reported.
    """
    union = _Union(policy or Policy())
    for path, reading in readings:
        union.add(path, reading)
    for path, reading in readings:
        union.derive(path, reading)
    whole = policy or Policy()
    lineage, findings = repaired(union.claims, replace(whole, missing_base=False), aliases, notes=False)
    told = {(finding.kind, frozenset(finding.ids)) for finding in union.findings}
    new = [*findings, *worth_knowing(lineage, union.positions.get, bases=whole.missing_base)]
    more = [finding for finding in new if (finding.kind, frozenset(finding.ids)) not in told]
    return Reading(lineage, in_order([*union.findings, *more]))


class _Known(NamedTuple):
    """A model or organization of one of the sources: what is said of it, and where that is said first."""

    fields: dict[str, Any]
    path: Path


class _Union:
    """The claims of several sources together."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.claims = Claims()
        self.findings: list[Finding] = []
        self.positions: dict[str, Position] = {}
        self._known: dict[str, _Known] = {}
        self._names: dict[str, set[str]] = {}
        self._organizations: dict[str, _Known] = {}
        self._whole = _Known(self.claims.about, Path())
        self._unlike: set[str] = set()
        self._steps: set[tuple[str, str, str]] = set()

    def add(self, path: Path, reading: Reading) -> None:
        """Add the models and organizations of a source, and what it is as a whole."""
        lineage = reading.lineage
        self.findings += [finding for finding in reading.findings if finding.kind not in _REPEATED]
        about: dict[str, Any] = lineage.about.model_dump(mode="json", exclude_defaults=True)
        for name in self._join(self._whole, {name: value for name, value in about.items() if name not in self._unlike}):
            # None of several titles is that of the whole, nor is a date.
            del self.claims.about[name]
            self._unlike.add(name)
            message = f"the sources have several {name}s, which are those of none of them together"
            self.findings.append(Finding("ignored", message, position=Position(path), done="none is kept"))
        for organization in lineage.organizations.values():
            fields: dict[str, Any] = organization.model_dump(mode="json", exclude_defaults=True)
            known = self._organizations.setdefault(organization.id, _Known(fields, path))
            if known.fields is fields:
                self.claims.organizations.append(fields)
            else:
                self._tell(organization.id, "organization", path, known, self._join(known, fields))
        for finding in reading.findings:
            if finding.position and len(finding.ids) == 1:
                self.positions.setdefault(finding.ids[0], finding.position)
        for model in lineage.models:
            if not _is_placeholder(model):
                self._add(path, model)

    def _add(self, path: Path, model: Model) -> None:
        fields = model.model_dump(mode="json", exclude_defaults=True, exclude={"id"})
        for name in {model.name, *model.aliases}:
            self._names.setdefault(name, set()).add(model.id)
        self.positions.setdefault(model.id, Position(path))
        known = self._known.get(model.id)
        if known is None:
            self.claims.add(model.id, Position(path), fields)
            # `add` keeps fields of its own.
            self._known[model.id] = _Known(self.claims.models[-1].fields, path)
            return
        before = dict(known.fields)
        differing = self._join(known, fields, model.id)
        if differing and self.policy.duplicate_id == "refuse":
            self.claims.add(model.id, Position(path), fields)
        self._tell(model.id, "model", path, known, differing)
        if not differing and known.fields != before:
            message = f"{shown(model.id)} is described in {known.path} too"
            done = "what both say of it is put together"
            self.findings.append(Finding("read-as", message, ids=(model.id,), position=Position(path), done=done))

    def _join(self, known: _Known, fields: dict[str, Any], id: str = "") -> dict[str, tuple[Any, Any]]:
        """Put together what two sources say; what they say otherwise, of which the policy says which stays."""
        differing: dict[str, tuple[Any, Any]] = {}
        own, tail = known.fields, id.rpartition("/")[2]
        stays = fields if self.policy.duplicate_id == "last" else dict(own)
        openness = own.get("openness"), own.get("access")
        for name, value in fields.items():
            mine = own.get(name)
            if mine is None or (name == "name" and mine in (tail, own.get("id"))):
                own[name] = value
            elif mine == value or (name == "name" and value in (tail, own.get("id"))):
                continue  # a name that is made of the id says nothing
            elif name in _JOINED:
                own[name] = without_repetition([*mine, *value])
            elif name == "note":
                own[name] = joined_notes(mine, value)
            elif name == "links":
                parts = _Known(dict(mine), known.path)
                differing |= {f"links: {part}": pair for part, pair in self._join(parts, value).items()}
                own[name] = parts.fields
            elif name == "name":
                own["aliases"] = without_repetition([*own.get("aliases", ()), value])
            elif (more := _what_says_more(mine, value)) is not None:
                own[name] = more
            else:
                differing[name] = mine, value
                own[name] = value if self.policy.duplicate_id == "last" else mine
        if "openness" in own and "access" in own and own["access"] not in FITTING_ACCESS[own["openness"]]:
            # The one says how open it is, the other how it is accessed, and these contradict each other.
            name = "access" if "openness" in stays else "openness"
            differing[name] = openness[name == "access"], fields.get(name)
            del own[name]
        own.setdefault("aliases", [])
        own["aliases"] = [alias for alias in own["aliases"] if alias not in (own.get("name"), id)]
        if not own["aliases"]:
            del own["aliases"]
        return differing

    def _tell(self, id: str, what: str, path: Path, known: _Known, differing: Mapping[str, tuple[Any, Any]]) -> None:
        """Report what two sources say otherwise; what is refused, the repair reports."""
        if not differing or (what == "model" and self.policy.duplicate_id == "refuse"):
            return
        last = self.policy.duplicate_id == "last"
        names = {name: tuple(map(_name_of, pair)) for name, pair in differing.items()}
        told = {name: pair if names[name][0] == names[name][1] else names[name] for name, pair in differing.items()}
        pairs = [f"{name} {shown(pair[last])} and not {shown(pair[not last])}" for name, pair in told.items()]
        message = f"{what} {shown(id)} stands in {known.path} already, with other {', '.join(differing)}"
        done = f"what is said {'last' if last else 'first'} is kept: {'; '.join(pairs)}"
        self.findings.append(Finding("duplicate-id", message, None, (id,), position=Position(path), done=done))

    def derive(self, path: Path, reading: Reading) -> None:
        """Add the derivations of a source, when the models of all are known."""
        lineage = reading.lineage
        missing: dict[str, list[Finding]] = {}
        for finding in reading.findings:
            if finding.kind == "missing-parent" and finding.position:
                for id in finding.ids:
                    missing.setdefault(id, []).append(finding)
        for edge in lineage.derivations:
            parent, child = (self._meant(lineage[id]) for id in (edge.parent, edge.child))
            name = shown(lineage[edge.parent].name)
            where = next((finding.position for finding in missing.get(edge.child, ()) if name in finding.message), None)
            fields = edge.model_dump(mode="json", exclude_defaults=True, include={"note", "references"})
            step = (parent, child, repr((str(edge.relation), fields)))
            if step in self._steps:
                continue  # the same in all
            self._steps.add(step)
            self.claims.derive(child, parent, edge.relation, where or Position(path), **fields)

    def _meant(self, model: Model) -> str:
        """The id of a model, or of the one of its name that another source has."""
        if model.id in self._known or not _is_placeholder(model):
            return model.id
        ids = self._names.get(model.name, set())
        return next(iter(ids)) if len(ids) == 1 else model.name


def _what_says_more(one: Any, other: Any) -> Any:
    """Of two dates, lists or licenses that which says all that the other says; None where neither does."""
    if isinstance(one, str) and isinstance(other, str) and _DATE.fullmatch(one) and _DATE.fullmatch(other):
        longer = max(one, other, key=len)
        return longer if longer.startswith(f"{min(one, other, key=len)}-") else None
    if isinstance(one, list) and isinstance(other, list):
        return next((more for more, less in ((one, other), (other, one)) if all(item in more for item in less)), None)
    if isinstance(one, dict) and isinstance(other, str):
        return one if one.get("name") == other else None
    return _what_says_more(other, one) if isinstance(other, dict) and isinstance(one, str) else None


def _is_placeholder(model: Model) -> bool:
    return model.note == PLACEHOLDER


def _name_of(value: Any) -> Any:
    """What a message says of a value: the name of a license."""
    return value["name"] if isinstance(value, dict) and "name" in value else value
