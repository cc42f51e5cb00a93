"""The lineages that ship with the library.

Examples
--------
>>> import modeltree
>>> modeltree.datasets.load("survey").about.title
'Open GPT-like models and their kin'
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from modeltree._util.arguments import checked
from modeltree._util.text import table
from modeltree.findings import UnknownDatasetError
from modeltree.formats.catalog import shipped, shipped_lineage
from modeltree.lineage import Lineage

__all__ = ["load", "names", "path"]


class Names(tuple[str, ...]):
    """The names of the data sets; printed, a table of what is in each."""

    __slots__ = ()

    def __str__(self) -> str:
        return table(_HEADER, list(map(_row, self)))


_HEADER = ("name", "title", "date", "models", "derivations", "license")


def _row(name: str) -> tuple[str, ...]:
    lineage = load(name)
    about = lineage.about
    counts = f"{len(lineage):,}", f"{len(lineage.derivations):,}"
    return name, about.title or "", str(about.date or ""), *counts, about.license or ""


def names() -> Names:
    """The names of the data sets.

    Returns
    -------
    tuple of str
        What `load` and `path` take. Printed, it is a table: the title, date, counts and license of each.

    Examples
    --------
    >>> names()
    ('atlas', 'survey', 'survey-figure2', 'survey-table1')
    >>> str(names()).splitlines()[0].split()
    ['NAME', 'TITLE', 'DATE', 'MODELS', 'DERIVATIONS', 'LICENSE']
    """
    return Names(sorted(_paths()))


@checked
def load(name: str) -> Lineage:
    """A data set as a lineage; it is read once.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    Lineage
        The same object each time.

    Raises
    ------
    UnknownDatasetError
        When there is none of this name; the message lists those there are.

    Examples
    --------
    >>> load("survey-table1").parents("Vicuna")
    ('llama',)
    """
    return _read(path(name))


@checked
def path(name: str) -> Path:
    """The file or folder that a data set is read from.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    Path
        An existing file or folder.

    Raises
    ------
    UnknownDatasetError
        When there is none of this name; the message lists those there are.

    Examples
    --------
    >>> path("survey").name
    'survey'
    """
    paths = _paths()
    if name not in paths:
        raise UnknownDatasetError(name, sorted(paths))
    return paths[name]


@cache
def _read(path: Path) -> Lineage:
    return shipped_lineage(path)


@cache
def _paths() -> dict[str, Path]:
    return shipped()
