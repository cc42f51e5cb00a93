"""One vocabulary for all that can be wrong with data: what it is, how bad, where, and what was done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

__all__ = ["KINDS", "Finding", "FindingsWarning", "Position", "Severity"]


class FindingsWarning(UserWarning):
    """Data were read, and something was found that is likely wrong with them."""


class Severity(StrEnum):
    """How bad a finding is; the worst first."""

    ERROR = "error"
    """The data contradict themselves or cannot be read: something is lost unless a policy says how to keep it."""
    WARNING = "warning"
    """The data can be read, but are likely wrong or not whole."""
    NOTE = "note"
    """Worth knowing: what is not said, or was worked out by a rule."""


_ERRORS = {
    "syntax": "a file that is not written in its format",
    "encoding": "bytes or characters that no text file has",
    "too-large": "a file, or a value in it, that is larger than what is read",
    "too-deep": "nesting that is deeper than what is read",
    "no-files": "a folder in which nothing can be read",
    "unreadable": "a file that the system does not let one read",
    "duplicate-key": "a key that stands twice in one mapping",
    "alias": "an anchor or alias of YAML, which is not expanded",
    "tag": "a tag of YAML, which is not followed",
    "unknown-key": "a key that nothing is read from",
    "missing-key": "a value without which a record is none",
    "wrong-type": "a text where a list should be, and the like",
    "bad-value": "a value that does not have the form of its field",
    "bad-date": "a value that is no date",
    "bad-size": "a value that is no number of parameters",
    "bad-attribute": "an attribute of a node or edge that does not fit its field",
    "unknown-word": "a word that is not in the vocabulary of its field",
    "not-a-digraph": "a graph without directions, or with several edges between two nodes",
    "unknown-organization": "an organization that is not listed",
    "self-loop": "a model that is derived from itself",
    "cycle": "models that descend from themselves",
    "missing-child": "a derivation of a model that is not listed",
    "duplicate-id": "two records with one id",
    "ambiguous-alias": "an alias that also names another record",
    "ambiguous-parent": "a parent that may be any of several models",
    "conflicting-relation": "a pair of models with two relations",
    "duplicate-derivation": "a pair of models with two derivations",
    "no-table": "a text that has no table of models",
    "not-a-tree": "a model with several parents, where the format has room for one",
}
_WARNINGS = {
    "missing-parent": "a parent that is not listed",
    "unknown-relation": "a relation that is none of those known",
    "same-name": "one name, and records that differ",
    "local-path-parent": "a parent that is a folder of somebody's computer",
    "parent-newer": "a parent that is released after its child",
    "impossible-date": "a date that cannot be true, as one in the future",
    "incomplete-parents": "two files about one model that list different parents",
    "unlikely-relation": "a relation that does not fit what else is said",
    "faulty-markup": "a table, list or header that is repaired by a rule",
    "not-carried": "something that the format cannot hold",
    "gone": "a model that the Hub does not show: deleted, private, or never there",
    "not-visited": "models that are known to be there and were not asked for",
}
_NOTES = {
    "possible-same": "models whose names differ only in case, spaces, hyphens or dots",
    "mirror-parent": "a parent that is another's copy of a model, often quantized",
    "cache-path-parent": "a parent named by its folder in a cache, which says its id",
    "inferred-relation": "a relation that is not said and was worked out by the rule of the format",
    "inferred-column": "a column that is taken for a field by its name",
    "repeated-derivation": "a derivation that stands twice and says the same, or less",
    "missing-relation": "a derivation without a word on how",
    "missing-licence": "a model without a licence",
    "missing-date": "a model without a date",
    "unknown-base": "a model that says that it has a base, but not which",
    "ignored": "something that has no place in a lineage",
    "renamed": "a model that goes by another id now",
    "read-as": "a table, column or word that is taken for what it likely means",
}

KINDS: Mapping[str, tuple[Severity, str]] = MappingProxyType(
    {kind: (Severity.ERROR, meaning) for kind, meaning in _ERRORS.items()}
    | {kind: (Severity.WARNING, meaning) for kind, meaning in _WARNINGS.items()}
    | {kind: (Severity.NOTE, meaning) for kind, meaning in _NOTES.items()}
)
"""Every kind of finding: how bad it is, and what it means."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file; line and column count from 1, and 0 is where only the file is known."""

    path: Path
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with some data, or worth knowing of it.

    Parameters
    ----------
    kind : str
        One of `KINDS`, such as ``"cycle"`` or ``"missing-parent"``.
    message : str
        What is found, with the offending value.
    hint : str, optional
        What would be right.
    ids : tuple of str
        The models that it concerns.
    at : tuple of str or int
        Where it is in the records: ``("derivations", 3, "parent")``.
    position : Position, optional
        Where it is in a file.
    done : str, optional
        What reading did about it: ``"the edge is left out"``.
    """

    kind: str
    message: str
    hint: str | None = None
    ids: tuple[str, ...] = ()
    at: tuple[str | int, ...] = field(default=(), compare=False)
    position: Position | None = None
    done: str | None = None

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return KINDS[self.kind][0]

    def located(self, position: Position | None) -> Finding:
        """The same finding at a place in a file."""
        return replace(self, position=position)

    def __str__(self) -> str:
        where = f"{self.position}: " if self.position else ""
        return where + "; ".join(filter(None, (self.message, self.hint, self.done)))
