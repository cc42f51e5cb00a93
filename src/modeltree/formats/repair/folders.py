"""Folders of models as people keep them: which files there are, and which model a file belongs to."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from modeltree._util.text import counted
from modeltree.findings import Position, shown
from modeltree.formats.parsing import limits
from modeltree.formats.repair.claims import NOT_IN_IDS, Claims
from modeltree.values.addresses import repository_in_cache

_CACHED = re.compile(r"models--[A-Za-z0-9].*")
_CHECKPOINT = re.compile(
    r"(?:(?:last|best|final|latest)[-_.])?checkpoints?(?:[-_.](?:(?P<number>[0-9]{1,12})|last|best|final|latest))?"
    r"|(?:global_?step[-_]?|(?:epoch|iter|iteration)[-_]?|step[-_](?=[0-9]{3}))(?P<step>[0-9]{1,12})",
    re.IGNORECASE,
)


def checked_prefix(prefix: object) -> str:
    """What stands before ids made of paths, with the slash behind it."""
    if prefix is None:
        return ""
    word = prefix.removesuffix("/") if isinstance(prefix, str) else ""
    if not word or word != word.strip("/") or NOT_IN_IDS.search(word) or len(word) > 100:
        raise ValueError(f"{shown(prefix)} is no prefix of ids: write the name of an organization, as 'acme'")
    return f"{word}/"


def model_folder(folder: Path, root: Path) -> Path:
    """The folder of the model that a folder is of: that of a checkpoint of training is the one around it."""
    while folder not in (root, folder.parent) and _CHECKPOINT.fullmatch(folder.name):
        folder = folder.parent
    return folder


def without_checkpoints(
    files: Iterable[Path], root: Path, claims: Claims, tells: Callable[[Path], bool] = lambda file: True
) -> list[Path]:
    """Files of models, without those of checkpoints; the last checkpoint stays where no other file tells of parents."""
    files = list(files)
    folders: dict[Path, dict[Path, list[Path]]] = {}
    for file in files:
        folders.setdefault(model_folder(file.parent, root), {}).setdefault(file.parent, []).append(file)
    dropped: set[Path] = set()
    for folder, parts in folders.items():
        checkpoints = sorted(parts.keys() - {folder}, key=_checkpoint_order)
        if not checkpoints:
            continue
        last = None if any(map(tells, parts.get(folder, ()))) else checkpoints[-1]
        gone = [part for part in checkpoints if part != last]
        dropped.update(gone)
        if gone:
            which = f", whose last is {shown(last.name)}" if last else ""
            message = f"{counted(len(gone), 'checkpoint')} of the model{which}"
            claims.report("ignored", message, where=Position(folder), done="they are not read")
    return [file for file in files if file.parent not in dropped]


def _checkpoint_order(folder: Path) -> tuple[bool, int, str]:
    """The last checkpoint comes last, by name or by number."""
    match = _CHECKPOINT.fullmatch(folder.name)
    number = (match["number"] or match["step"]) if match else None
    return number is None, int(number or 0), str(folder)


def model_id(file: Path, root: Path, prefix: str = "") -> str:
    """The id of the model that a file below a folder belongs to, or that a file which is read alone belongs to."""
    # For a file in the cache of the Hub it is the id of the repository. Else it is the path of its folder below the
    # root, the last two parts where there are more; for a file in the root itself the name of that folder. White space,
    # and other characters that no id has, become hyphens. Folders of
    # checkpoints do not count, and a prefix does not stand before the id of a repository.
    top = _absolute(root)
    folder = model_folder(_absolute(file).parent, top)
    for part in reversed(folder.parts):
        if _CACHED.fullmatch(part):
            return _without_space(repository_in_cache(part) or part.removeprefix("models--"))
    parts = folder.relative_to(top).parts[-2:] if folder.is_relative_to(top) else ()
    return prefix + _without_space("/".join(parts) or folder.name or folder.resolve().name or "model")


def files_below(root: Path, wanted: Callable[[str], bool], claims: Claims | None = None) -> Iterator[Path]:
    """The files at any depth below a folder that have a wanted name, in the order of paths; a file gives itself."""
    # Folders whose name begins with a dot are left out: in the cache of the Hub they hold what is no file of a model.
    # Links to folders are not followed; what they lead to is found where it is. A link to a file is, where it leads to
    # a file in the same folder or, in the cache of the Hub, of the same repository. `claims` gets a finding for all
    # else that is passed over.
    if not root.is_dir():
        root.stat()  # raises where there is nothing
        yield root
        return
    os.scandir(root).close()
    yield from _Walk(_boundary(root), wanted, claims).files(os.fspath(root), limits.FOLDER_DEPTH)


def _absolute(path: Path) -> Path:
    """A path from the top; links are kept, since a file in the cache of the Hub is a link to one without a name."""
    absolute = path.absolute()
    return Path(os.path.normpath(absolute)) if ".." in absolute.parts else absolute


def _without_space(text: str) -> str:
    return NOT_IN_IDS.sub("-", text)


def _boundary(root: Path) -> Path:
    """The folder that no link may lead out of: the root, or the folder of its repository in the cache of the Hub."""
    resolved = root.resolve()
    folders = (resolved, *resolved.parents)
    return next((folder for folder in folders if _CACHED.fullmatch(folder.name)), resolved)


class _Walk:
    """One way through a folder."""

    def __init__(self, boundary: Path, wanted: Callable[[str], bool], claims: Claims | None) -> None:
        self.boundary, self.wanted, self.claims = boundary, wanted, claims

    def files(self, folder: str, levels: int) -> Iterator[Path]:
        """The wanted files in a folder and so many levels of folders below it."""
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            self._pass_over("unreadable", folder, f"the folder cannot be read: {error.strerror}")
            return
        for entry in entries:
            if self._is_folder(entry):
                if levels:
                    yield from self.files(entry.path, levels - 1)
                else:
                    self._pass_over("ignored", entry.path, f"a folder more than {limits.FOLDER_DEPTH} levels deep")
            elif self.wanted(entry.name) and self._is_ours(entry):
                yield Path(entry.path)

    def _is_folder(self, entry: os.DirEntry[str]) -> bool:
        try:
            if entry.is_symlink() and entry.is_dir():
                self._is_inside(entry.path)
                return False
            return entry.is_dir() and not entry.name.startswith(".")
        except OSError:  # a link that leads to itself
            return False

    def _is_ours(self, entry: os.DirEntry[str]) -> bool:
        """Whether a file is an ordinary one, and no link out of the folder."""
        try:
            if entry.is_symlink():
                entry.stat()
                return self._is_inside(entry.path) and entry.is_file()
            return entry.is_file()
        except OSError as error:
            self._pass_over("unreadable", entry.path, f"the file cannot be read: {error.strerror}")
            return False

    def _is_inside(self, path: str) -> bool:
        target = os.path.realpath(path)
        if Path(target).is_relative_to(self.boundary):
            return True
        self._pass_over("ignored", path, f"a link out of the folder that is read, to {shown(target)}: not followed")
        return False

    def _pass_over(self, kind: str, path: str, message: str) -> None:
        if self.claims:
            self.claims.report(kind, message, where=Position(Path(path)))
