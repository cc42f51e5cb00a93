"""One vocabulary for all that can be wrong with data: what it is, how bad, where, and what was done about it.

Every error of this library is a `ModelTreeError` and also the builtin it refines, so ``except KeyError`` or
``except ValueError`` catch what their names promise. Errors about data carry their `Finding` records: all of
them, not just the first.
"""

from __future__ import annotations

import difflib
import itertools
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

__all__ = [
    "KINDS",
    "AmbiguousNameError",
    "CatalogError",
    "CycleError",
    "DiagramError",
    "Finding",
    "FindingsWarning",
    "IconError",
    "IndexFileError",
    "InvalidDateError",
    "InvalidSizeError",
    "LayoutError",
    "LineageError",
    "MissingExtraError",
    "ModelTreeError",
    "NoPathError",
    "Position",
    "Severity",
    "SourceError",
    "UnknownDatasetError",
    "UnknownFormatError",
    "UnknownModelError",
    "UnknownNameError",
    "UnknownOrganizationError",
    "nearest",
    "shown",
]


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
    "missing-license": "a model without a license",
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


_MANY = 4_000
_CLOSING = "'\")]}"


class ModelTreeError(Exception):
    """Whatever this library raises on purpose."""


class InvalidDateError(ModelTreeError, ValueError):
    """A text or number that is no year, month or day."""


class InvalidSizeError(ModelTreeError, ValueError):
    """A text or number that is no count of parameters."""


class UnknownNameError(ModelTreeError, KeyError):
    """A name that nothing goes by; the message has the nearest names that something does go by.

    Parameters
    ----------
    kind : str
        What was looked for: ``"model"``, ``"organization"``, …
    name : str
        The name that was not found.
    known : iterable of str
        The names that would have been found.
    """

    kind = "name"

    def __init__(self, name: str, known: Iterable[str] = ()) -> None:
        self.name = name
        self.nearest = nearest(name, known)
        super().__init__(name)

    def __str__(self) -> str:
        hint = f"; did you mean {_listed(self.nearest)}?" if self.nearest else ""
        return f"no {self.kind} goes by {self.name!r}{hint}"


class UnknownModelError(UnknownNameError):
    """No model has this id, name or alias."""

    kind = "model"


class UnknownOrganizationError(UnknownNameError):
    """No organization has this id, name or alias."""

    kind = "organization"


class UnknownDatasetError(UnknownNameError):
    """No data set of this name ships with the library."""

    kind = "data set"

    def __init__(self, name: str, known: Iterable[str] = ()) -> None:
        self.known = tuple(known)
        super().__init__(name, self.known)

    def __str__(self) -> str:
        known = f"; there are {_listed(self.known, last='and')}" if self.known else ""
        return f"no data set is called {self.name!r}{known}"


class AmbiguousNameError(ModelTreeError, KeyError):
    """A name that several models go by, so that only an id can tell which is meant."""

    def __init__(self, name: str, ids: Iterable[str]) -> None:
        self.name = name
        self.ids = tuple(ids)
        super().__init__(name, self.ids)

    def __str__(self) -> str:
        return f"{self.name!r} may mean {_listed(self.ids)}: use the id"


class NoPathError(ModelTreeError, ValueError):
    """Two models, neither descent nor kinship between them."""


class LayoutError(ModelTreeError, ValueError):
    """A figure that cannot be laid out as asked."""


class DiagramError(ModelTreeError, RuntimeError):
    """A diagram that Graphviz cannot draw; the message is its own."""


class IconError(ModelTreeError, ValueError):
    """A folder of icons, or a file in it, that is none."""


class IndexFileError(ModelTreeError, ValueError):
    """A file that is no index of ancestry, or a damaged one.

    Parameters
    ----------
    path : path-like
        The file.
    why : str
        What is wrong with it.
    """

    def __init__(self, path: str | os.PathLike[str], why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"{os.fspath(path)} is no index that can be used: {why}")


class MissingExtraError(ModelTreeError, ImportError):
    """A package that only some uses need and that is not installed; the message names the extra that brings it."""


class UnknownFormatError(ModelTreeError, ValueError):
    """A path that ends in nothing that tells its format, or in what is only read or only written: `but` says so."""

    def __init__(self, path: Path, known: Iterable[str], but: str = "") -> None:
        self.path = path
        self.known = tuple(known)
        self.but = but
        super().__init__(path, self.known, but)

    def __str__(self) -> str:
        listed = _listed(self.known, last="and")
        if not self.path.suffix:
            return f"{str(self.path)!r} has no ending that tells its format; known are {listed}"
        told = self.but or "which is no known format"
        return f"{str(self.path)!r} ends in {self.path.suffix!r}, {told}; known are {listed}"


class LineageError(ModelTreeError, ValueError):
    """Records that make no lineage; `problems` lists everything that is wrong with them."""

    def __init__(self, problems: Iterable[Finding]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        lines = [str(problem) for problem in self.problems]
        return lines[0] if count == 1 else "\n".join([f"{count} problems:", *lines])


class CycleError(LineageError):
    """Records of which the only thing wrong is that some models descend from themselves."""


class SourceError(LineageError):
    """A file or folder from which no lineage can be read, or only one that a policy refuses."""


class CatalogError(SourceError):
    """A file or folder that is no catalogue."""


def nearest(name: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """The known names that are most like a name, the most alike first; case does not count.

    Examples
    --------
    >>> nearest("vicunna", ["LLaMA", "Vicuna", "Alpaca"])
    ('Vicuna',)
    """
    by_folded: dict[str, str] = {}
    for candidate in known:
        by_folded.setdefault(candidate.casefold(), candidate)
    folded = name.casefold()
    if len(by_folded) > _MANY:  # to compare with all would take minutes
        ends = (folded[:3], folded[-3:])
        by_folded = {
            candidate: written
            for candidate, written in by_folded.items()
            if abs(len(candidate) - len(folded)) < 5 and (candidate[:3] == ends[0] or candidate[-3:] == ends[1])
        }
        by_folded = dict(itertools.islice(by_folded.items(), _MANY))
    close = difflib.get_close_matches(folded[:200], by_folded, n=count, cutoff=0.6)
    if not close and len(folded) >= 3:
        close = [candidate for candidate in by_folded if candidate.startswith(folded)][:count]
    return tuple(by_folded[candidate] for candidate in close)


def shown(value: object) -> str:
    """A value as a message shows it: no longer than 60 characters.

    Examples
    --------
    >>> shown("2023-13")
    "'2023-13'"
    >>> shown("x" * 1000)
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'"
    """
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write integers of more than 4300 digits
        return f"this {type(value).__name__}"
    if len(text) <= 60:
        return text
    return f"{text[:56]}...{text[-1]}" if text[-1] in _CLOSING else f"{text[:57]}..."


def _listed(names: Iterable[str], last: str = "or") -> str:
    quoted = [repr(name) for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"
