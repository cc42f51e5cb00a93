"""What a source claims, as it says it: models, derivations, and where each stands.

A reader adds every model and every derivation that it finds to `Claims`, with its position, and reports whatever it
finds wrong. `modeltree.formats.repair.models.repaired` makes a lineage of them under a `Policy`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import NamedTuple

from modeltree._util.html import block, head, table
from modeltree._util.text import counted
from modeltree.findings import At, Finding, Position, Severity
from modeltree.formats.parsing import add_finding
from modeltree.lineage import Lineage
from modeltree.records import Relation

# So many findings are shown in a notebook.
_MOST_FINDINGS = 50

Where = Position | Callable[..., Position]
"""A position, or a function that gives the position of a part of a record: ``tree.position`` with the path to it."""

# The last range stands for bytes in a file's name that are no UTF-8.
NOT_IN_IDS = re.compile(r"[\s\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]+")
"""Characters that no id has."""


def position_of(where: Where, at: At = ()) -> Position:
    """The position of a record, or of a part of it where that is known."""
    return where if isinstance(where, Position) else where(at)


_LAST_IN_BRACKETS = re.compile(r"(?<=\s)\(([^()\s]+)\)$")


def slug(name: str) -> str:
    """A name as an id: without spaces, and without brackets around a last word, as a size.

    Everything else is as it is, since case and punctuation tell models apart.
    """
    plain = name.strip()
    if plain.endswith(")"):  # which few of millions do
        plain = _LAST_IN_BRACKETS.sub(r"\1", plain)
    return NOT_IN_IDS.sub("-", plain)[:300] or "unnamed"


def display_name(text: str, id: str) -> str:
    """A text as a name: on one line, and no longer than names are."""
    return NOT_IN_IDS.sub(" ", text).strip()[:500].strip() or id


class Reading(NamedTuple):
    """What reading gives: a lineage, and everything found on the way.

    Examples
    --------
    >>> import modeltree
    >>> reading = modeltree.read(modeltree.datasets.path("survey-table1"))
    >>> reading
    <Reading: <Lineage 'Table 1 of the survey, as published': 42 models, 21 derivations, 0 organizations,
    2019 to 2023>, 3 notes>
    >>> lineage, findings = reading
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
class ClaimedModel:
    """A model, application or data set as a source has it."""

    name: str
    fields: dict[str, object]
    where: Where


@dataclass(slots=True)
class ClaimedDerivation:
    """A derivation as a source has it; the child is the index of a claimed model, or a name."""

    child: int | str
    parent: str
    word: Relation | str | None
    where: Where
    fields: dict[str, object]


@dataclass
class Claims:
    """The models and derivations of a source."""

    names: bool = False
    """Whether models have names as people write them, and no ids: of "Command R+" the id ``Command-R+`` is made."""
    exact: bool = False
    """Whether each derivation names one parent, as it stands: the format says where one ends."""
    in_rows: bool = False
    """Whether models stand in the rows of a table, where an arrow before a name says what the one above is to it."""
    about: dict[str, object] = field(default_factory=dict)
    """The fields of `modeltree.records.About`, as far as the source has them."""
    organizations: list[dict[str, object]] = field(default_factory=list)
    """The fields of `modeltree.Organization`, where the source has more than names."""
    models: list[ClaimedModel] = field(default_factory=list)
    derivations: list[ClaimedDerivation] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    path: Path | None = None
    """The file, where it is not that of the first model."""
    _added_once: dict[str, int] = field(default_factory=dict, repr=False)

    def add(self, name: str, where: Where, fields: Mapping[str, object] | None = None) -> int:
        """Add a model by its id, or its name where there are no ids, and return its index, for `derive`."""
        # The fields are those of `modeltree.Model`, as the source has them; what is None is not known. In
        # `organizations` are ids or names.
        known = {key: value for key, value in (fields or {}).items() if value is not None}
        self.models.append(ClaimedModel(name, known, where))
        return len(self.models) - 1

    def add_once(self, name: str, where: Where, fields: Mapping[str, object] | None = None) -> int:
        """Add a model that several others name and describe; what is said first counts."""
        if name not in self._added_once:
            self._added_once[name] = self.add(name, where, fields)
        return self._added_once[name]

    def derive(
        self, child: int | str, parent: str, relation: Relation | str | None, where: Where, **fields: object
    ) -> None:
        """Add a derivation, with ``note`` and ``references`` as further fields."""
        # The child is the index that `add` gave, or the name of a model; the relation is the word of the source, or
        # None where it says nothing.
        kept = {key: value for key, value in fields.items() if value}
        self.derivations.append(ClaimedDerivation(child, parent, relation, where, kept))

    def report(
        self,
        kind: str,
        message: str,
        hint: str | None = None,
        *,
        where: Position | None = None,
        ids: tuple[str, ...] = (),
        done: str | None = None,
    ) -> None:
        """Add a finding of the reader's own."""
        add_finding(self.findings, Finding(kind, message, hint, ids, position=where, done=done))
