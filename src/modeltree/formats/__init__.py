"""Files become a lineage and a lineage becomes a file: one module for each format, chosen by how the path ends."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from modeltree.errors import UnknownFormatError
from modeltree.formats.catalog import SUFFIXES, read_catalog, write_catalog
from modeltree.lineage import Lineage

__all__ = ["load", "save"]


def load(path: str | os.PathLike[str]) -> Lineage:
    """Read a lineage from a file, or from a folder of catalogue files.

    Parameters
    ----------
    path : str or path
        A file that ends in ``.yaml`` or ``.yml``, or a folder with such files directly in it.

    Raises
    ------
    CatalogError
        When the data is wrong; the error has every problem, with file, line and column.
    UnknownFormatError
        When the path ends in nothing that is known.
    OSError
        When there is no such file (`FileNotFoundError`), or it cannot be read.

    Examples
    --------
    >>> from modeltree import datasets
    >>> load(datasets.path("survey-table1"))["Vicuna"].id
    'vicuna'
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    if not path.is_dir():
        _check_suffix(path)
    return read_catalog(path)


def save(lineage: Lineage, path: str | os.PathLike[str]) -> None:
    """Write a lineage to a file, whole or not at all.

    Loading it again gives an equal lineage, and saving that again the same bytes. What was in the file is replaced,
    comments included.

    Parameters
    ----------
    lineage : Lineage
        What to write.
    path : str or path
        A file that ends in ``.yaml`` or ``.yml``; its folder exists.

    Raises
    ------
    UnknownFormatError
        When the path ends in nothing that is known.
    OSError
        When it is a folder (`IsADirectoryError`), or the file cannot be written.
    """
    path = Path(path)
    if not path.is_dir():
        _check_suffix(path)
    write_catalog(lineage, path)


def _check_suffix(path: Path) -> None:
    if path.suffix.lower() not in SUFFIXES:
        raise UnknownFormatError(path, SUFFIXES)
