"""What a source says, as it says it, on its way to a lineage.

A reader tells an `Intake` of every model and every derivation that it finds, with the place where it stands, and of
whatever it finds wrong. `Intake.reading` makes a lineage of that, under a `Policy`: nothing is left out, repaired or
taken for something else without a finding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, NamedTuple

from modeltree._util.html import block, head, table
from modeltree._util.text import counted
from modeltree.findings import Finding, Position, Severity
from modeltree.formats.repair.policy import Policy
from modeltree.lineage import Lineage
from modeltree.records import Relation

__all__ = ["Asset", "Intake", "Reading", "Step", "Where", "place_of"]

# So many findings are shown in a notebook.
_MOST_FINDINGS = 50

Where = Position | Callable[..., Position]
"""A place in a file, or what says where a part of a record stands: ``tree.position`` with the way to the part."""


def place_of(where: Where, at: tuple[str | int, ...] = ()) -> Position:
    """The place of a record, or of a part of it where that can be told."""
    return where if isinstance(where, Position) else where(at)


class Reading(NamedTuple):
    """What reading gives: a lineage, and everything found on the way.

    Examples
    --------
    >>> import modeltree
    >>> lineage, findings = modeltree.read(modeltree.datasets.path("survey-table1"))
    >>> len(lineage)
    42
    """

    lineage: Lineage
    """The lineage."""
    findings: tuple[Finding, ...]
    """What is wrong with the source or worth knowing of it, in the order of files and lines."""

    def __repr__(self) -> str:
        return f"<Reading: {self.lineage!r}, {self._counts()}>"

    def _repr_html_(self) -> str:
        parts = [head(repr(self.lineage).strip("<>"), self._counts())]
        if self.findings:
            columns = (("severity", ""), ("kind", ""), ("finding", "text"), ("where", "text"))
            rows = [
                tuple(map(escape, map(str, (one.severity, one.kind, one.located(None), one.position or ""))))
                for one in self.findings[:_MOST_FINDINGS]
            ]
            parts.append(table(columns, rows))
        if len(self.findings) > _MOST_FINDINGS:
            parts.append(f'<p class="quiet">and {len(self.findings) - _MOST_FINDINGS:,} more</p>')
        return block(parts)

    def _counts(self) -> str:
        counts = Counter(finding.severity for finding in self.findings)
        return ", ".join(counted(counts[one], one) for one in Severity if counts[one]) or "no findings"


@dataclass(slots=True)
class Asset:
    """A model, application or data set as a source has it."""

    name: str
    fields: dict[str, Any]
    where: Where


@dataclass(slots=True)
class Step:
    """A derivation as a source has it; the child is the number of an asset, or a name."""

    child: int | str
    parent: str
    word: Relation | str | None
    where: Where
    fields: dict[str, Any]


@dataclass
class Intake:
    """The models and derivations of a source.

    Parameters
    ----------
    names : bool
        Whether the source tells models apart by names as people write them, and not by ids. Ids are made of them
        then: "Command R+" becomes ``Command-R+``.
    """

    names: bool = False
    about: dict[str, Any] = field(default_factory=dict)
    """The fields of `modeltree.records.About`, as far as the source has them."""
    organizations: list[dict[str, Any]] = field(default_factory=list)
    """The fields of `modeltree.Organization`, where the source has more than names."""
    assets: list[Asset] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(self, name: str, where: Where, fields: Mapping[str, Any] | None = None) -> int:
        """Add a model.

        Parameters
        ----------
        name : str
            What the source calls it: its id, or its name where there are no ids.
        where : Position or callable
            Where it stands; a callable is asked with the field that is wrong.
        fields : mapping
            Fields of `modeltree.Model`, as the source has them; what is None is not known. In ``organizations`` are
            ids or names.

        Returns
        -------
        int
            Its number, for `derive`.
        """
        known = {key: value for key, value in (fields or {}).items() if value is not None}
        self.assets.append(Asset(name, known, where))
        return len(self.assets) - 1

    def derive(
        self, child: int | str, parent: str, relation: Relation | str | None, where: Where, **fields: Any
    ) -> None:
        """Add a derivation.

        Parameters
        ----------
        child : int or str
            The number that `add` gave, or the name of a model.
        parent : str
            What the source calls the parent.
        relation : Relation or str or None
            How the child was made: the word of the source, or None where it says nothing.
        where : Position or callable
            Where it stands.
        **fields
            ``note`` and ``references`` of `modeltree.Derivation`.
        """
        kept = {key: value for key, value in fields.items() if value}
        self.steps.append(Step(child, parent, relation, where, kept))

    def report(
        self, kind: str, message: str, hint: str | None = None, *, where: Position | None = None, **more: Any
    ) -> None:
        """Add a finding of the reader's own; see `Finding` for what there is more."""
        self.findings.append(Finding(kind, message, hint, position=where, **more))

    def reading(
        self, policy: Policy | None = None, aliases: Mapping[str, str] | None = None, *, notes: bool = True
    ) -> Reading:
        """The lineage that the source stands for, and everything found.

        Parameters
        ----------
        policy : Policy, optional
            What is done about what is wrong.
        aliases : mapping of str to str, optional
            For names as the source has them, the name or id of the model that is meant.
        notes : bool
            Whether to look for what is not said of models, and for models that may be the same.

        Raises
        ------
        SourceError
            When the policy refuses something, with all that it refuses.
        """
        from modeltree.formats.repair.cleaning import cleaned

        return Reading(*cleaned(self, policy or Policy(), aliases or {}, notes=notes))
