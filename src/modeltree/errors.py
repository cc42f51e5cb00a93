"""What can go wrong, and how it is said.

Every error of this library is a `ModelTreeError` and also the builtin it refines, so ``except KeyError`` or
``except ValueError`` catch what their names promise. Errors about data carry their `Finding` records: all of
them, not just the first.
"""

from __future__ import annotations

import difflib
import itertools
import os
from collections.abc import Iterable
from pathlib import Path

from modeltree.findings import Finding

__all__ = [
    "AmbiguousNameError",
    "CatalogError",
    "CycleError",
    "DiagramError",
    "IconError",
    "IndexFileError",
    "InvalidDateError",
    "InvalidSizeError",
    "LayoutError",
    "LineageError",
    "MissingExtraError",
    "ModelTreeError",
    "NoPathError",
    "SourceError",
    "UnknownDatasetError",
    "UnknownFormatError",
    "UnknownModelError",
    "UnknownNameError",
    "UnknownOrganizationError",
    "nearest",
    "shown",
]


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
