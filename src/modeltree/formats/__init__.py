"""Files to a lineage and back: `read`, `load` and `save` choose the format by the path and its content.

`registry` lists the formats, and `detection` chooses. A reader parses a file (`parsing`), understands its values, and
adds what it says to `Claims`; `repair` makes a lineage of these under a `Policy`, and reports everything it finds.
"""

from __future__ import annotations

import errno
import os
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from modeltree._util.arguments import checked
from modeltree._util.files import expanded
from modeltree._util.progress import Progress
from modeltree._util.text import counted
from modeltree.findings import Finding, FindingsWarning, LineageError, Position, Severity, SourceError
from modeltree.formats.detection import PathLike, Source, format_of, passed_over, sources_at
from modeltree.formats.registry import format_named, format_to_write
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.combining import combined, policy_of_each
from modeltree.formats.repair.policy import Policy
from modeltree.formats.repair.record_findings import PLACEHOLDER
from modeltree.lineage import Lineage

__all__ = [
    "Policy", "Reading", "format_named", "format_of", "format_to_write", "load", "read", "read_each", "save",
    "sources_at",
]  # fmt: skip


@checked
def read(
    *paths: PathLike | Iterable[PathLike],
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
    policy: Policy | None = None,
    aliases: Mapping[str, str] | None = None,
    prefix: str | None = None,
    progress: Progress | None = None,
    **options: object,
) -> Reading:
    """Read a lineage from files or folders of any known format, with everything found on the way.

    Several files and folders are one lineage: a model that one of them names as a parent and another describes is the
    same. What they say of one model is put together; where they differ, the policy decides. Model cards and files
    beside weights that are given one by one are read as in the folder that holds them all.

    Parameters
    ----------
    *paths : str or path, or iterables of these
        Files or folders; ``~`` is one's own.
    format : str, optional
        The name of their format, as ``"epoch"``; by default the ending of each path and the content decide.
    columns : mapping of str to str, optional
        Of a table, for names of columns, the fields that they stand for: ``{"base": "parent"}``. A file that may be
        something else, as YAML or JSON, is read as a list of records then.
    policy : Policy, optional
        What is done about what is wrong; the default of each kind is in `Policy`. A catalogue is taken as it
        stands: without a policy its missing parents are refused, and everything else that is wrong always.
    aliases : mapping of str to str, optional
        For names as the source has them, the name or id of the model that is meant.
    prefix : str, optional
        What stands before ids that are made of paths: ``"acme"`` for the folder of an organization.
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
        When a path ends in nothing that is known.
    ValueError
        When there is no path, when there are `columns` of what is no table, or columns that it does not have, or when
        there is a `prefix` to ids that are not made of paths.
    OSError
        When there is no such file (`FileNotFoundError`), or it cannot be read.

    Examples
    --------
    >>> from modeltree import datasets
    >>> lineage, findings = read(datasets.path("survey-table1"))
    >>> lineage["Vicuna"].id
    'vicuna'
    """
    outcomes, whole = read_each(
        paths,
        format=format,
        columns=columns,
        policy=policy,
        aliases=aliases,
        prefix=prefix,
        progress=progress,
        **options,
    )
    refused = [outcome for _, outcome in outcomes if isinstance(outcome, LineageError)]
    if refused and len(outcomes) == 1:
        raise refused[0]
    if refused or whole is None:
        others = [finding for _, outcome in outcomes if isinstance(outcome, Reading) for finding in outcome.findings]
        raise SourceError([*others, *(problem for error in refused for problem in error.problems)])
    return whole


def read_each(
    paths: Iterable[PathLike | Iterable[PathLike]],
    *,
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
    policy: Policy | None = None,
    aliases: Mapping[str, str] | None = None,
    prefix: str | None = None,
    progress: Progress | None = None,
    **options: object,
) -> tuple[list[tuple[Source, Reading | LineageError]], Reading | None]:
    """What is at each of some paths, or why that is refused, and all that is read as one; see `read`."""
    sources = list(sources_at(paths, format, columns=columns))
    options |= {"columns": columns, "policy": policy, "aliases": aliases, "prefix": prefix, "progress": progress}
    is_one = len(sources) == 1 and not sources[0].files
    if not is_one:
        if prefix is not None and not any(source.format.by_path for source in sources):
            raise ValueError("there is a prefix, and no ids that are made of paths")
        options["policy"] = policy_of_each(policy)
    outcomes: list[tuple[Source, Reading | LineageError]] = []
    for source in sources:
        own = options if is_one or source.format.by_path else options | {"prefix": None}
        own = own if is_one or source.format.mended else own | {"aliases": None}
        try:
            outcomes.append((source, _read_one(source, own)))
        except LineageError as error:
            outcomes.append((source, error))
    readings = [(source.path, outcome) for source, outcome in outcomes if isinstance(outcome, Reading)]
    if is_one or not readings:
        return outcomes, readings[0][1] if readings else None
    return outcomes, combined(readings, policy, aliases)


def _read_one(source: Source, given: Mapping[str, object]) -> Reading:
    """What is in one file or folder, or in some files of models."""
    path, chosen, options = source.path, source.format, dict(given)
    if not options["columns"]:
        del options["columns"]
    if not chosen.mended and options.pop("aliases"):
        raise ValueError(f"{path} is {chosen.title}, which is taken as it stands: it has no alias table")
    if not chosen.by_path and options.pop("prefix") is not None:
        raise ValueError(f"{path} is {chosen.title}, whose ids are not made of paths: there is no prefix to them")
    if chosen.large:
        options["format"] = chosen.name
    else:
        del options["progress"]
    if source.files:
        return _best_reading(source, options)
    try:
        lineage, findings = chosen.reader(path, **options)
    except IsADirectoryError:
        message = f"a folder, and {chosen.title} is read from a file"
        raise SourceError.of("no-files", message, "name the file", position=Position(path)) from None
    return Reading(lineage, (*passed_over(path, chosen), *findings))


def _best_reading(source: Source, options: Mapping[str, object]) -> Reading:
    """What some files of models say, with the ids by which most of them name each other.

    Ids are made of paths, and where these begin is not said: at the current folder, if all paths are relative, at the
    folder that holds all files, or at the one around it.
    """
    best: Reading | None = None
    most = -1
    for folder in source.roots():
        reading = source.format.reader(folder, files=source.files, **options)
        lineage = reading.lineage
        named = sum(lineage[edge.parent].note != PLACEHOLDER for edge in lineage.derivations)
        if named > most:
            best, most = reading, named
    assert best is not None
    return best


@checked
def load(*paths: PathLike | Iterable[PathLike], format: str | None = None, **options: Any) -> Lineage:
    """Read a lineage from files or folders of any known format.

    What is found on the way is summed up in a warning; `read` gives it in full.

    Parameters
    ----------
    *paths : str or path, or iterables of these
        Files or folders; ``~`` is one's own.
    format : str, optional
        The name of their format; by default the ending of each path and the content decide.
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
    sources = list(sources_at(paths, format, columns=options.get("columns")))
    if all(source.format.large for source in sources):
        options.setdefault("notes", False)  # they are not reported here, and take time
    lineage, findings = read(*paths, format=format, **options)
    bad = [finding for finding in findings if finding.severity != Severity.NOTE]
    if bad:
        message = f"{counted(len(bad), 'finding')}, the first: {bad[0]}"
        message += ". modeltree.read gives all, modeltree check prints them"
        warnings.warn(message, FindingsWarning, stacklevel=3)
    return lineage


@checked
def save(
    lineage: Lineage,
    path: str | os.PathLike[str],
    format: str | None = None,
    progress: Progress | None = None,
    **options: object,
) -> tuple[Finding, ...]:
    """Write a lineage to a file, whole or not at all, in the format that its path ends in.

    Loading a catalogue again gives an equal lineage, and saving that again the same bytes; what other formats cannot
    carry, the page on formats says. What was in the file is replaced, comments included. Millions of models take some
    seconds as Parquet and half a minute as CSV or JSON lines; Ctrl-C leaves the files as they were.

    Parameters
    ----------
    lineage : Lineage
        What to write.
    path : str or path
        Where to; its folder exists.
    format : str, optional
        The name of the format.
    progress : callable, optional
        Called with what is done, how much of it, and of how much; what it raises ends the work, and nothing is written.
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
    SourceError
        When the file would be larger than what is read: `docs/limits.md` has the limits.
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
    path = expanded(path)
    if format is None and path.is_dir():
        right = "a folder; a lineage is saved as one file, as models.yaml in it, or with format='model-cards'"
        raise IsADirectoryError(errno.EISDIR, right, str(path))
    chosen = format_named(format) if format else format_to_write(path)
    return chosen.write(lineage, path, progress=progress, **options)
