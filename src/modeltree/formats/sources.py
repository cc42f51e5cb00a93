"""What is read: the files and folders at some paths with their formats, and files of models that belong together."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from modeltree._util.files import expanded, refuse_pipe
from modeltree.formats.detection import format_of, format_of_table
from modeltree.formats.registry import FORMATS, Format, format_named

__all__ = ["PathLike", "Source", "format_to_read", "sources_at"]

PathLike: TypeAlias = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class Source:
    """A file or folder and its format; or the folder that holds some files of models, and these."""

    path: Path
    format: Format
    files: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """What it is called in a message: its paths."""
        paths = [*map(str, self.files[:3] or (self.path,))]
        rest = len(self.files) - len(paths)
        return ", ".join(paths) + (f" and {rest} more" if rest > 0 else "")

    def holds(self, path: Path) -> bool:
        """Whether a path is one of it, or one in it."""
        return path in self.files if self.files else path == self.path or self.path in path.parents

    def roots(self) -> Iterator[Path]:
        """The folders that the ids of files may be made from, the most likely first."""
        if not any(file.is_absolute() or ".." in file.parts for file in self.files):
            yield Path()
        yield self.path
        yield self.path.parent


def sources_at(
    paths: Iterable[PathLike | Iterable[PathLike]], name: str | None, *, columns: Mapping[str, str] | None = None
) -> Iterator[Source]:
    """The files and folders at some paths, each once, with the formats that they are read as.

    Files that are made of paths, as model cards, are one source where there are several; a card among them tells that
    all are of cards.

    Raises
    ------
    ValueError
        When there is no path, or one is empty.
    OSError
        When there is nothing at a path.
    """
    written = [path for given in paths for path in ([given] if isinstance(given, (str, os.PathLike)) else given)]
    if not written:
        raise ValueError("there is no path: name a file or folder")
    together: dict[Path, Format] = {}
    for path in dict.fromkeys(map(_existing, written)):
        format = format_to_read(path, name, columns=columns)
        if format.by_path and path.is_file() and (format.name != "model-cards" or path.name.lower() == "readme.md"):
            together[path] = format
        else:
            yield Source(path, format)
    if len(together) < 2:
        yield from (Source(path, format) for path, format in together.items())
        return
    if any(path.is_absolute() for path in together):
        together = {path.absolute(): format for path, format in together.items()}
    cards = format_named("model-cards")
    if cards in together.values():
        from modeltree.formats.cards.card_files import is_declaring

        together = {path: cards if is_declaring(path.name) else format for path, format in together.items()}
    for format in dict.fromkeys(together.values()):
        files = tuple(path for path, each in together.items() if each == format)
        yield Source(_folder_of(files), format, files) if len(files) > 1 else Source(files[0], format)


def _existing(written: PathLike) -> Path:
    if not os.fspath(written):
        raise ValueError("an empty path names no file")
    path = expanded(written)
    if not path.exists():
        if str(written) in {format.name for format in FORMATS}:
            raise ValueError(f"there is nothing at {str(written)!r}; for the name of a format write format=")
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    refuse_pipe(path)
    return path


def _folder_of(files: Iterable[Path]) -> Path:
    """The folder that holds all of some files."""
    return Path(os.path.commonpath([file.parent for file in files]) or ".")


def format_to_read(path: Path, name: str | None = None, *, columns: Mapping[str, str] | None = None) -> Format:
    """The format that a path is read as: the one of a name, or what it looks like; a table, if there are columns."""
    chosen = format_named(name) if name else format_of(path)
    if columns and not chosen.columned:
        table = None if name else format_of_table(path)
        if table is None:
            known = ", ".join(format.name for format in FORMATS if format.columned)
            raise ValueError(f"{path} is {chosen.title}, which has no columns to name: those have {known}")
        return table
    return chosen
