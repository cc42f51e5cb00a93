"""Several sources as one lineage: models that one names and another describes are the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from modeltree.findings import Finding, Position, shown
from modeltree.formats.repair.audit import GAPS, PLACEHOLDER, gaps, in_order, possibly_same
from modeltree.formats.repair.claims import Claims, Reading
from modeltree.formats.repair.models import repaired
from modeltree.formats.repair.policy import Policy
from modeltree.records import About, Model

__all__ = ["combined", "policy_of_each"]

# What a source lacks may be in another; it is looked for once more in all of them.
_REPEATED = frozenset({"missing-parent", "mirror-parent", *(kind for kind, _ in GAPS.values())})


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
    union = _Union()
    for path, reading in readings:
        union.add(path, reading)
    for path, reading in readings:
        union.derive(path, reading)
    abouts = [about for _, (lineage, _) in readings if (about := lineage.about) != About()]
    if len(abouts) == 1:
        union.claims.about = abouts[0].model_dump(mode="json", exclude_defaults=True)
    lineage, findings = repaired(union.claims, policy, aliases, notes=False)
    told = {(finding.kind, frozenset(finding.ids)) for finding in union.findings}
    new = [*findings, *gaps(lineage, union.positions.get), *possibly_same(lineage, union.positions.get)]
    more = [finding for finding in new if (finding.kind, frozenset(finding.ids)) not in told]
    return Reading(lineage, in_order([*union.findings, *more]))


class _Known(NamedTuple):
    """A model of one of the sources, and the index of its claim."""

    claim_index: int
    path: Path


class _Union:
    """The claims of several sources together."""

    def __init__(self) -> None:
        self.claims = Claims()
        self.findings: list[Finding] = []
        self.positions: dict[str, Position] = {}
        self._known: dict[str, _Known] = {}
        self._names: dict[str, set[str]] = {}
        self._organizations: set[str] = set()

    def add(self, path: Path, reading: Reading) -> None:
        """Add the models and organizations of a source."""
        lineage = reading.lineage
        self.findings += [finding for finding in reading.findings if finding.kind not in _REPEATED]
        for organization in lineage.organizations.values():
            if organization.id not in self._organizations:
                self._organizations.add(organization.id)
                self.claims.organizations.append(organization.model_dump(mode="json", exclude_defaults=True))
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
        if known := self._known.get(model.id):
            claim = self.claims.models[known.claim_index]
            if fields.get("name") == model.id.rpartition("/")[2]:
                fields["name"] = claim.fields["name"]  # the one that is made of the id says nothing
            elif claim.fields["name"] == model.id.rpartition("/")[2]:
                claim.fields["name"] = fields["name"]
            if all(fields[name] == claim.fields[name] for name in fields.keys() & claim.fields.keys()):
                if fields.keys() - claim.fields.keys():
                    message = f"{shown(model.id)} is described in {known.path} too"
                    done = "what both say of it is put together"
                    self.findings.append(
                        Finding("read-as", message, ids=(model.id,), position=Position(path), done=done)
                    )
                claim.fields = fields | claim.fields
                return
        index = self.claims.add(model.id, Position(path), fields)
        self.positions.setdefault(model.id, Position(path))
        self._known.setdefault(model.id, _Known(index, path))

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
            self.claims.derive(child, parent, edge.relation, where or Position(path), **fields)

    def _meant(self, model: Model) -> str:
        """The id of a model, or of the one of its name that another source has."""
        if model.id in self._known or not _is_placeholder(model):
            return model.id
        ids = self._names.get(model.name, set())
        return next(iter(ids)) if len(ids) == 1 else model.name


def _is_placeholder(model: Model) -> bool:
    return model.note == PLACEHOLDER
