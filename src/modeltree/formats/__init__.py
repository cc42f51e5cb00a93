"""Files to a lineage and back: `read`, `load` and `save` choose the format by the path and its content.

`registry` lists the formats, and `detection` chooses. A reader parses a file (`parsing`), understands its values, and
adds what it says to `Claims`; `repair` makes a lineage of these under a `Policy`, and reports everything it finds.
"""

from __future__ import annotations

import errno
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modeltree._util.files import expanded, refuse_pipe
from modeltree._util.progress import Progress
from modeltree._util.text import counted
from modeltree.findings import Finding, FindingsWarning, Position, Severity, SourceError
from modeltree.formats.detection import format_of, format_of_table, passed_over
from modeltree.formats.registry import FORMATS, Format, format_named, format_to_write
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.policy import Policy
from modeltree.lineage import Lineage

__all__ = [
    "Policy",
    "Reading",
    "format_named",
    "format_of",
    "format_to_read",
    "format_to_write",
    "load",
    "read",
    "save",
]


def read(
    path: str | os.PathLike[str],
    format: str | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    policy: Policy | None = None,
    aliases: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Reading:
    """Read a lineage from a file or folder of any known format, with everything found on the way.

    Parameters
    ----------
    path : str or path
        A file or folder; ``~`` is one's own.
    format : str, optional
        The name of its format, as ``"epoch"``; by default the ending of the path and the content decide.
    columns : mapping of str to str, optional
        Of a table, for names of columns, the fields that they stand for: ``{"base": "parent"}``. A file that may be
        something else, as YAML or JSON, is read as a list of records then.
    policy : Policy, optional
        What is done about what is wrong; the default of each kind is in `Policy`. A catalogue is taken as it
        stands: without a policy its missing parents are refused, and everything else that is wrong always.
    aliases : mapping of str to str, optional
        For names as the source has them, the name or id of the model that is meant.
    progress : callable, optional
        Called with what is done in long work, how much of it, and of how much; see `read_table`.
    **options
        What else the reader of the format takes.

    Returns
    -------
    Reading
        The lineage and the findings, as a pair.

    Raises
    ------
    SourceError
        When nothing can be read, or the policy refuses something; the error has every finding, with file and line.
    UnknownFormatError
        When the path ends in nothing that is known.
    ValueError
        When there are `columns` of what is no table, or columns that it does not have.
    OSError
        When there is no such file (`FileNotFoundError`), or it cannot be read.

    Examples
    --------
    >>> from modeltree import datasets
    >>> lineage, findings = read(datasets.path("survey-table1"))
    >>> lineage["Vicuna"].id
    'vicuna'
    """
    if not os.fspath(path):
        raise ValueError("an empty path names no file")
    if policy is not None and not isinstance(policy, Policy):
        raise TypeError(f"policy is {policy!r}; it is a Policy, as Policy(cycle='refuse') or Policy.strict()")
    path = expanded(path)
    if not path.exists():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    chosen = format_to_read(path, format, columns=columns)
    options["policy"] = policy
    if columns:
        options["columns"] = columns
    if chosen.mended:
        options["aliases"] = aliases
    elif aliases:
        raise ValueError(f"{path} is {chosen.title}, which is taken as it stands: it has no alias table")
    if chosen.large:
        options |= {"progress": progress, "format": chosen.name}
    try:
        lineage, findings = chosen.reader(path, **options)
    except IsADirectoryError:
        message = f"a folder, and {chosen.title} is read from a file"
        raise SourceError([Finding("no-files", message, "name the file", position=Position(path))]) from None
    return Reading(lineage, (*passed_over(path, chosen), *findings))


def format_to_read(path: Path, name: str | None = None, *, columns: Mapping[str, str] | None = None) -> Format:
    """The format that a path is read as: the one of a name, or what it looks like; a table, if there are columns."""
    refuse_pipe(path)
    chosen = format_named(name) if name else format_of(path)
    if columns and not chosen.columned:
        table = None if name else format_of_table(path)
        if table is None:
            known = ", ".join(format.name for format in FORMATS if format.columned)
            raise ValueError(f"{path} is {chosen.title}, which has no columns to name: those have {known}")
        return table
    return chosen


def load(path: str | os.PathLike[str], format: str | None = None, **options: Any) -> Lineage:
    """Read a lineage from a file or folder of any known format.

    What is found on the way is summed up in a warning; `read` gives it in full.

    Parameters
    ----------
    path : str or path
        A file or folder; ``~`` is one's own.
    format : str, optional
        The name of its format; by default the ending of the path and the content decide.
    **options
        As for `read`.

    Returns
    -------
    Lineage
        The lineage.

    Raises
    ------
    SourceError, UnknownFormatError, OSError
        As `read` does.

    Warns
    -----
    FindingsWarning
        When there are errors or warnings among the findings.

    Examples
    --------
    >>> from modeltree import datasets
    >>> load(datasets.path("survey-table1"))["Vicuna"].id
    'vicuna'
    """
    path = expanded(path)
    if path.exists() and format_to_read(path, format, columns=options.get("columns")).large:
        options.setdefault("notes", False)  # they are not reported here, and take time
    lineage, findings = read(path, format, **options)
    bad = [finding for finding in findings if finding.severity != Severity.NOTE]
    if bad:
        message = f"{counted(len(bad), 'finding')}, the first: {bad[0]}"
        message += ". modeltree.read gives all, modeltree check prints them"
        warnings.warn(message, FindingsWarning, stacklevel=2)
    return lineage


def save(
    lineage: Lineage, path: str | os.PathLike[str], format: str | None = None, **options: Any
) -> tuple[Finding, ...]:
    """Write a lineage to a file, whole or not at all, in the format that its path ends in.

    Loading a catalogue again gives an equal lineage, and saving that again the same bytes; what other formats cannot
    carry, their modules say. What was in the file is replaced, comments included.

    Parameters
    ----------
    lineage : Lineage
        What to write.
    path : str or path
        Where to; its folder exists.
    format : str, optional
        The name of the format.
    **options
        What else the writer of the format takes.

    Returns
    -------
    tuple of Finding
        What of this lineage the format cannot carry; empty where all is written.

    Raises
    ------
    UnknownFormatError
        When the path ends in nothing that is written.
    OSError
        When it is a folder (`IsADirectoryError`), or the file cannot be written.
    TypeError
        When `lineage` is none.

    Examples
    --------
    >>> from modeltree import datasets
    >>> save(datasets.load("survey"), "models.yaml")  # doctest: +SKIP
    ()
    """
    if not isinstance(lineage, Lineage):
        raise TypeError(f"a Lineage is saved, not {lineage!r}")
    path = expanded(path)
    if format is None and path.is_dir():
        right = "a folder; a lineage is saved as one file, as models.yaml in it, or with format='model-cards'"
        raise IsADirectoryError(errno.EISDIR, right, str(path))
    chosen = format_named(format) if format else format_to_write(path)
    findings: tuple[Finding, ...] = chosen.writer(lineage, path, **options)
    return findings
