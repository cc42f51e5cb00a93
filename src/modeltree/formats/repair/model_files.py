"""The files of models as people keep them: which there are, the model that each belongs to, and front matter of cards.

Front matter is the fields in YAML at the beginning of a model card, in a file or in a cell of a table.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from modeltree._util.text import counted
from modeltree.findings import At, Finding, Position, shown
from modeltree.formats.parsing import limits
from modeltree.formats.repair.claims import NOT_IN_IDS, Claims
from modeltree.formats.repair.record_findings import described, no_mapping
from modeltree.values.addresses import repository_in_cache
from modeltree.values.words import spelling_key

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


if TYPE_CHECKING:
    from modeltree.formats.parsing.yamltree import YamlTree

# Front matter

ID_KEY = "modeltree_id"
"""The key in a card for an id that the path to it cannot tell."""

_READ_KEYS = "base_model base_model_relation license license_name license_link datasets tags new_version library_name"
_READ = (*_READ_KEYS.split(), "pipeline_tag", "release_date", "created_at", ID_KEY)
KEYS = frozenset(_READ) - {"tags", "license", "created_at"}
"""The keys that tell a model card from other texts with front matter."""
_OTHER_KEYS = (
    "language languages metrics widget inference thumbnail model-index model_name model_type license_details date title"
    " co2_eq_emissions extra_gated_prompt extra_gated_fields task_categories quantized_by model_creator"
)
_KEYS = frozenset({*_READ, *_OTHER_KEYS.split()})
_ALIKE = 0.86  # of two spellings of one key, at least
_WRITTEN = {
    "base_model": "basemodel basemodels basemodelid basemodelname modelbase base parentmodel finetunedfrom derivedfrom",
    "base_model_relation": "basemodelrelation basemodelrelations relation modelrelation",
    "license": "licence licenses licences lisence lincense liscense license_id",
    "license_name": "licensename licencename", "license_link": "licenselink licencelink licenseurl licenceurl",
    "datasets": "dataset datasets dataset_s trainingdatasets trainingdata traindatasets",
    "tags": "tag", "new_version": "newversion newversions newerversion", "library_name": "libraryname library",
    "pipeline_tag": "pipelinetag pipelinetags",
}  # fmt: skip
_SPELLINGS = {spelling_key(word): key for key, words in _WRITTEN.items() for word in (key, *words.split())}
_FIRST_READ = 2**16  # most front matter is no longer
_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*---[ \t]*(?:\r\n?|\n)")
_END = re.compile(rb"(?:^|(?<=\r))---[ \t]*(?:\r|\n|\Z)", re.MULTILINE)
_TOML = re.compile(rb"(?:\xef\xbb\xbf)?\s*\+\+\+[ \t]*[\r\n].*?^\+\+\+[ \t]*$", re.MULTILINE | re.DOTALL)
_LINE_END = re.compile(rb"\r\n?|\n")


@dataclass(frozen=True)
class FrontMatter:
    """The front matter of a file: its fields, and whether it is present and could be read as a whole."""

    path: Path
    fields: dict[str, object]
    problems: tuple[Finding, ...] = ()
    present: bool = True
    whole: bool = True
    _tree: YamlTree | None = None

    def position(self, at: At = (), *, of_key: bool = False) -> Position:
        """The position of a part of it in the file; see `YamlTree.position`."""
        return self._tree.position(at, of_key=of_key) if self._tree and at else Position(self.path, int(self.present))

    def texts(self, key: str, claims: Claims) -> list[tuple[str, Position]]:
        """The texts at a key, one or a list of them, with their positions; other values are reported."""
        value = self.fields.get(key)
        items = enumerate(value) if isinstance(value, list) else [(None, value)]
        texts = []
        for index, item in items:
            at = (key,) if index is None else (key, index)
            if isinstance(item, str):
                if text := item.strip():
                    texts.append((text, self.position(at)))
            elif item is not None:
                message = f"{key}: {described(item)} is no text"
                claims.report("wrong-type", message, "write a text, or a list of texts", where=self.position(at))
        return texts


def read_front_matter(path: Path) -> FrontMatter:
    """The YAML between two lines ``---`` at the beginning of a file, after blank lines too, as the Hub allows."""
    with path.open("rb") as file:
        content = file.read(_FIRST_READ)
        begin = _BEGIN.match(content)
        end = _END.search(content, begin.end()) if begin else None
        if len(content) == _FIRST_READ and (end.end() == _FIRST_READ if end else begin or not content.strip()):
            content += file.read(limits.HEAD_BYTES - _FIRST_READ)
    return front_matter_of(content, path)


def front_matter_of(content: bytes, path: Path) -> FrontMatter:
    """The front matter in the beginning of a file, or of a text; see `read_front_matter`."""
    content = content[: limits.HEAD_BYTES]
    begin = _BEGIN.match(content)
    if _TOML.match(content):
        hint = "write it as YAML between lines '---', which the Hub reads"
        found = Finding("syntax", "the front matter is TOML", hint, position=Position(path, 1))
        return FrontMatter(path, {}, (found,), whole=False)
    if not begin:
        return FrontMatter(path, {}, present=False)
    end = _END.search(content, begin.end())
    first_line = 1 + len(_LINE_END.findall(content, 0, begin.end()))
    if not end:
        return FrontMatter(path, {}, (_without_end(path, first_line - 1, len(content)),), whole=False)
    from modeltree.formats.parsing.yamltree import parse_fields  # takes long to import, and few tables have any

    tree = parse_fields(content[begin.end() : end.start()], path, first_line)
    fields, problems = tree.data, tree.problems
    if tree.whole and fields is not None and not isinstance(fields, dict):
        problems = (*problems, no_mapping(fields, "front matter").located(tree.position()))
    if isinstance(fields, dict):
        problems = (*problems, *_misspelt(tree))
    return FrontMatter(path, fields if isinstance(fields, dict) else {}, problems, whole=tree.whole, _tree=tree)


def _misspelt(tree: YamlTree) -> Iterator[Finding]:
    """The keys that are others but for their spelling; each is read as that where the card has not both."""
    for key in list(tree.data):
        right = _right_key(key)
        if right is None:
            continue
        position = tree.position((key,), of_key=True)
        done = "the value is not read" if right in tree.data else f"it is read as {right!r}"
        if right not in tree.data:
            tree.rename(key, right)
        yield Finding("unknown-key", f"unknown key {shown(key)}", f"write {right!r}", position=position, done=done)


@lru_cache(4096)
def _right_key(key: str) -> str | None:
    """The key that a key is but for its spelling, where it is another."""
    if key in _KEYS:
        return None
    close = _SPELLINGS.get(spelling_key(key))
    return close or next(iter(difflib.get_close_matches(key.casefold(), _READ, 1, _ALIKE)), None)


def _without_end(path: Path, line: int, size: int) -> Finding:
    where = Position(path, line)
    if size >= limits.HEAD_BYTES:
        message = f"the front matter is too large: no line '---' ends it within {limits.HEAD_BYTES // 2**20} MiB"
        return Finding("too-large", message, "shorten it", position=where)
    return Finding("syntax", "the front matter has no end", "end it with a line '---'", position=where)
