"""Findings and errors: one vocabulary for everything that can be wrong with data.

Every error is a `ModelTreeError` and also the builtin that it refines, so ``except KeyError`` and
``except ValueError`` work as expected. Errors about data carry all their `Finding` records, not only the first.
"""

from __future__ import annotations

import difflib
import importlib
import itertools
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

__all__ = [
    "KINDS", "AmbiguousNameError", "At", "CatalogError", "CycleError", "DiagramError", "Finding", "FindingsWarning",
    "IconError", "IndexFileError", "InvalidDateError", "InvalidSizeError", "LayoutError", "LineageError",
    "MissingExtraError", "ModelTreeError", "NoPathError", "Position", "Severity", "SourceError", "UnknownDatasetError",
    "UnknownFormatError", "UnknownModelError", "UnknownNameError", "UnknownOrganizationError", "nearest", "optional",
    "shown",
]  # fmt: skip


At = tuple[str | int, ...]
"""The path to a part of data: the keys of mappings and the indices of lists that lead to it."""


class FindingsWarning(UserWarning):
    """Data were read, and some of them are likely wrong; or a drawing was made, and not all of it as it should be."""


class Severity(StrEnum):
    """How severe a finding is, the most severe first.

    Examples
    --------
    >>> import modeltree
    >>> modeltree.Finding("cycle", "a -> b -> a").severity
    <Severity.ERROR: 'error'>
    """

    ERROR = "error"
    """The data contradict themselves or cannot be read; a policy decides what is kept."""
    WARNING = "warning"
    """The data can be read, but are likely wrong or incomplete."""
    NOTE = "note"
    """Worth knowing: a missing value, or a value that follows from a rule."""


_ERRORS = {
    "syntax": "a file that is not written in its format",
    "encoding": "bytes or characters that no text file has",
    "too-large": "a file, or a value in it, that is larger than the limit",
    "too-deep": "nesting that is deeper than the limit",
    "no-files": "a folder without a file that can be read",
    "unreadable": "a file that the system refuses to open",
    "duplicate-key": "a key that occurs twice in one mapping",
    "alias": "a YAML anchor or alias; aliases are not expanded",
    "tag": "a YAML tag; tags are not applied",
    "unknown-key": "a key that is not known, so its value is not read",
    "missing-key": "a required value that is missing",
    "wrong-type": "a value of the wrong type, such as a text where a list is needed",
    "bad-value": "a value that does not match the form of its field",
    "bad-date": "a value that is not a date",
    "ambiguous-date": "a date that may be one of two, as 3/4/2024; a policy says whether the day stands first",
    "bad-size": "a value that is not a number of parameters",
    "bad-attribute": "an attribute of a node or edge that does not fit its field",
    "unknown-word": "a word that is not in the vocabulary of its field",
    "not-a-digraph": "an undirected graph, or a graph with several edges between two nodes",
    "unknown-organization": "an organization that is not listed",
    "self-loop": "a model that is derived from itself",
    "cycle": "models that descend from themselves",
    "missing-child": "a derivation whose child is not listed",
    "duplicate-id": "two records with the same id",
    "ambiguous-alias": "an alias that also names another record",
    "ambiguous-parent": "a parent that may be any of several models",
    "conflicting-relation": "two derivations of one pair of models with different relations",
    "duplicate-derivation": "two derivations of one pair of models",
    "mixed-save": "files beside each other that were not saved together",
    "no-table": "a text without a table of models",
    "not-a-tree": "a model with several parents, in a format that allows one",
}
_WARNINGS = {
    "missing-parent": "a parent that is not listed",
    "unknown-relation": "a relation that is not known",
    "same-name": "records with the same name and different values",
    "local-path-parent": "a parent that is a folder on somebody's computer",
    "parent-newer": "a parent that is released after its child",
    "impossible-date": "a date that cannot be true, such as a date in the future",
    "incomplete-parents": "two files about one model that list different parents",
    "unlikely-relation": "a relation that contradicts other values",
    "unread-column": "columns that nothing is read from, where no model has a date, a license or a parent",
    "faulty-markup": "a broken table, list or header that a rule repairs",
    "not-carried": "something that the format cannot hold",
    "gone": "a model that the Hub does not show: it is deleted, private, or never existed",
    "not-visited": "models that exist and were not requested",
    "missing-letters": "letters in a drawing that no typeface here has",
    "license-conflict": "a license that does not carry what an ancestor's license asks by its weights",
    "license-unknown": "a license of which it is not known what it asks",
    "license-undecidable": "a license that may not be right, since an ancestor's is not known",
    "name-required": "a name that does not begin as a license of an ancestor asks",
    "output-terms": "a model that learned from outputs against terms about these; through data sets, a note",
}
_NOTES = {
    "possible-same": "models whose names differ only in case, spaces, hyphens or dots",
    "mirror-parent": "a parent that is somebody else's copy of a model, often quantized",
    "cache-path-parent": "a parent that is given as a cache folder, from which its id is read",
    "inferred-relation": "a relation that is not given and follows from a rule of the format",
    "inferred-column": "a column that is matched to a field by its name",
    "repeated-derivation": "a derivation that occurs twice without saying more",
    "missing-relation": "a derivation without a relation",
    "missing-date": "a model without a date",
    "missing-base": "a model that names no base and is the base of none",
    "unknown-base": "a model that has a base model and does not name it",
    "missing-icon": "organizations without an icon in the folders that a drawing takes them from",
    "like-not-followed": "a drawing in which labels are not where they are in that which it should be like",
    "ignored": "something that is not part of a lineage",
    "renamed": "a model whose id has changed",
    "read-as": "a table, column or word that is read as what it most likely means",
    "license-missing": "a model without a license; where it inherits terms, a warning",
    "license-changed": "a license that asks less than that of an earlier model of the same maker",
}

KINDS: Mapping[str, tuple[Severity, str]] = MappingProxyType(
    {kind: (Severity.ERROR, meaning) for kind, meaning in _ERRORS.items()}
    | {kind: (Severity.WARNING, meaning) for kind, meaning in _WARNINGS.items()}
    | {kind: (Severity.NOTE, meaning) for kind, meaning in _NOTES.items()}
)
"""Every kind of finding, with its severity and its meaning."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A position in a file. Lines and columns count from 1; 0 means that only the file is known."""

    path: Path
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.path, self.line, self.column) if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with data, or worth knowing about them.

    Parameters
    ----------
    kind : str
        One of `KINDS`, such as ``"cycle"`` or ``"missing-parent"``.
    message : str
        What was found, with the offending value.
    hint : str, optional
        What would be correct.
    ids : tuple of str
        The ids of the models concerned.
    at : tuple of str or int
        The path in the records: ``("derivations", 3, "parent")``. It does not count in comparisons.
    position : Position, optional
        The position in a file.
    done : str, optional
        What reading did about it: ``"the edge is left out"``.
    grade : Severity, optional
        How severe it is where that is not the severity of its kind: what is refused is an error.

    Examples
    --------
    >>> import modeltree
    >>> finding = modeltree.read_table([{"id": "vicuna", "parents": "llama"}]).findings[0]
    >>> finding.kind, finding.severity.value, finding.ids
    ('missing-parent', 'warning', ('vicuna',))
    """

    kind: str
    message: str
    hint: str | None = None
    ids: tuple[str, ...] = ()
    at: At = field(default=(), compare=False)
    position: Position | None = None
    done: str | None = None
    grade: Severity | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of finding")
        if not isinstance(self.message, str):
            raise TypeError(f"{self.message!r} is no message: it is a text")

    @property
    def severity(self) -> Severity:
        """How severe it is; its own grade, or that of its kind in `KINDS`.

        Examples
        --------
        >>> str(Finding("cycle", "a model descends from itself").severity)
        'error'
        """
        return self.grade or KINDS[self.kind][0]

    def located(self, position: Position | None) -> Finding:
        """The same finding with a position in a file.

        Parameters
        ----------
        position : Position or None
            The position; None for none.

        Returns
        -------
        Finding
            A copy with the position.

        Examples
        --------
        >>> print(Finding("bad-date", "'soon' is no date").located(Position(Path("models.yaml"), 3, 13)))
        models.yaml:3:13: 'soon' is no date
        """
        return replace(self, position=position)

    def graded(self, severity: Severity) -> Finding:
        """The same finding with another severity."""
        return self if severity == self.severity else replace(self, grade=severity)

    def __str__(self) -> str:
        where = f"{self.position}: " if self.position else ""
        return where + "; ".join(filter(None, (self.message, self.hint, self.done)))


_MANY = 4_000
_CLOSING = "'\")]}"


class ModelTreeError(Exception):
    """The base of all errors that this library raises.

    Examples
    --------
    >>> import modeltree
    >>> try:
    ...     modeltree.datasets.load("survey").parents("Vicunna")
    ... except modeltree.ModelTreeError as error:
    ...     print(type(error).__name__)
    UnknownModelError
    """


class InvalidDateError(ModelTreeError, ValueError):
    """A value that is not a year, month or day."""


class InvalidSizeError(ModelTreeError, ValueError):
    """A value that is not a number of parameters."""


class UnknownNameError(ModelTreeError, KeyError):
    """A name that is not known; the message lists the nearest known names.

    Parameters
    ----------
    kind : str
        What was looked up: ``"model"``, ``"organization"``, …
    name : str
        The name that was not found.
    known : iterable of str
        The names that are known.
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
    """No model has this id, name or alias.

    Examples
    --------
    >>> import modeltree
    >>> try:
    ...     modeltree.datasets.load("survey")["Vicunna"]
    ... except KeyError as error:
    ...     print(error)
    no model goes by 'Vicunna'; did you mean 'vicuna', 'VL-Vicuna' or 'Vicuna-7B'?
    """

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
    """A name that several models share; only an id is unambiguous.

    Examples
    --------
    >>> import modeltree
    >>> lineage = modeltree.Lineage([modeltree.Model(id="a", name="Bert"), modeltree.Model(id="b", name="BERT")])
    >>> lineage["bert"]
    Traceback (most recent call last):
        ...
    modeltree.findings.AmbiguousNameError: 'bert' may mean 'a' or 'b': use the id
    """

    def __init__(self, name: str, ids: Iterable[str]) -> None:
        self.name = name
        self.ids = tuple(ids)
        super().__init__(name, self.ids)

    def __str__(self) -> str:
        return f"{self.name!r} may mean {_listed(self.ids)}: use the id"


class NoPathError(ModelTreeError, ValueError):
    """Two models that are not related as asked.

    Examples
    --------
    >>> import modeltree
    >>> modeltree.datasets.load("survey").shortest_path("vicuna", "bloom")
    Traceback (most recent call last):
        ...
    modeltree.findings.NoPathError: 'bloom' does not descend from 'vicuna'
    """


class LayoutError(ModelTreeError, ValueError):
    """A figure that cannot be laid out with the options given.

    Examples
    --------
    >>> import modeltree
    >>> modeltree.evolution(modeltree.datasets.load("survey"), page=(3.4, 4), font_size=12).layout  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    modeltree.findings.LayoutError: in type of 12 pt the figure is ... pt high, ...
    """


class DiagramError(ModelTreeError, RuntimeError):
    """A diagram that Graphviz cannot draw; the message is Graphviz's."""


class IconError(ModelTreeError, ValueError):
    """A folder of icons, or a file in it, that cannot be used."""


class IndexFileError(ModelTreeError, ValueError):
    """A file that is not an ancestry index, or is damaged.

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
    """An optional package that is not installed; the message names the extra that installs it."""


def optional(module: str, purpose: str, extra: str) -> Any:
    """A module that an extra of this package installs; a `MissingExtraError` where it is not there."""
    try:
        importlib.import_module(module.partition(".")[0])
        return importlib.import_module(module)
    except ImportError:
        raise MissingExtraError(f'{purpose}: pip install "modeltree-lineage[{extra}]"') from None


class UnknownFormatError(ModelTreeError, ValueError):
    """A path whose suffix does not name a format that can be read or written."""

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
    """Records that do not form a lineage; `problems` lists everything that is wrong.

    Examples
    --------
    >>> import modeltree
    >>> vicuna = modeltree.Model(id="vicuna", name="Vicuna")
    >>> edge = modeltree.Derivation(parent="llama", child="vicuna", relation="finetune")
    >>> try:
    ...     modeltree.Lineage([vicuna], [edge])
    ... except modeltree.LineageError as error:
    ...     print([problem.kind for problem in error.problems])
    ['missing-parent']
    """

    def __init__(self, problems: Iterable[Finding]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        lines = [str(problem) for problem in self.problems]
        return lines[0] if count == 1 else "\n".join([f"{count} problems:", *lines])


class CycleError(LineageError):
    """Records whose only problem is cycles: models that descend from themselves.

    Examples
    --------
    >>> import modeltree
    >>> models = [modeltree.Model(id="a", name="A"), modeltree.Model(id="b", name="B")]
    >>> edges = [
    ...     modeltree.Derivation(parent="a", child="b", relation="finetune"),
    ...     modeltree.Derivation(parent="b", child="a", relation="finetune"),
    ... ]
    >>> modeltree.Lineage(models, edges)
    Traceback (most recent call last):
        ...
    modeltree.findings.CycleError: cycle: a -> b -> a; one of these derivations is wrong
    """


class SourceError(LineageError):
    """A file or folder that cannot be read as a lineage, or that a policy refuses.

    Examples
    --------
    >>> import modeltree
    >>> rows = [{"id": "vicuna", "parents": "llama"}]
    >>> modeltree.read_table(rows, policy=modeltree.Policy(missing_parent="refuse"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    modeltree.findings.SourceError: ...missing parent 'llama' of 'vicuna'...
    """

    @classmethod
    def of(cls, kind: str, message: str, hint: str | None = None, position: Position | None = None) -> Self:
        """The error of one finding."""
        return cls([Finding(kind, message, hint, position=position)])


class CatalogError(SourceError):
    """A file or folder that is not a catalogue."""


def nearest(name: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """The known names that resemble a name most, best first, regardless of case."""
    by_folded: dict[str, str] = {}
    for candidate in known:
        by_folded.setdefault(candidate.casefold(), candidate)
    folded = name.casefold()
    if len(by_folded) > _MANY:  # comparing with all of them would take minutes
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
    """A value as messages show it, in at most 60 characters."""
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
