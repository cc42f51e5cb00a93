"""The files of model cards: front matter, the files beside a card, and the folders that are models."""

from __future__ import annotations

import difflib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from modeltree.findings import At, Finding, Position, shown
from modeltree.formats.parsing.yamltree import YamlTree, parse_fields
from modeltree.formats.repair.claims import NOT_IN_IDS, Claims
from modeltree.formats.repair.folders import files_below, model_folder, model_id, without_checkpoints
from modeltree.formats.repair.record_findings import described, no_mapping
from modeltree.formats.weights import peft
from modeltree.values.words import spelling_key

__all__ = [
    "ADAPTER_CONFIG", "CARD", "ID_KEY", "MAX_HEAD", "MERGE_CONFIG", "CardFolder", "FrontMatter", "card_folders",
    "is_declaring", "read_front_matter",
]  # fmt: skip

CARD = "README.md"
"""The file name of a model card."""

ID_KEY = "modeltree_id"
"""The key in a card for an id that the path to it cannot tell."""

ADAPTER_CONFIG = "adapter_config.json"
MERGE_CONFIG = re.compile(r"mergekit(_moe)?_config\.ya?ml")

MAX_HEAD = 2**20
"""How much of a file is searched for the end of its front matter, in bytes."""

_READ_KEYS = "base_model base_model_relation license license_name license_link datasets tags new_version library_name"
_READ = (*_READ_KEYS.split(), "pipeline_tag", "release_date", "created_at", ID_KEY)
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
_LINE_END = re.compile(rb"\r\n?|\n")

_LATER_PART = re.compile(r".*-(?!0*1-)[0-9]{5}-of-[0-9]{5}\.(safetensors|gguf)")
_CACHED_MODEL = re.compile(r"models--.+")
_CACHED_OTHER = re.compile(r"(datasets|spaces)--.+")


def is_declaring(name: str) -> bool:
    """Whether a file of this name beside a model card may say of which models a model was made.

    >>> [is_declaring(name) for name in ("adapter_config.json", "mergekit_config.yml", "config.json")]
    [True, True, False]
    >>> is_declaring("model-00001-of-00030.safetensors"), is_declaring("model-00002-of-00030.safetensors")
    (True, False)
    """
    is_weights = name.endswith((".gguf", ".safetensors")) and not _LATER_PART.fullmatch(name)
    return is_weights or name == ADAPTER_CONFIG or bool(MERGE_CONFIG.fullmatch(name))


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
            content += file.read(MAX_HEAD - _FIRST_READ)
            begin = _BEGIN.match(content)
            end = _END.search(content, begin.end()) if begin else None
    if not begin:
        return FrontMatter(path, {}, present=False)
    first_line = 1 + len(_LINE_END.findall(content, 0, begin.end()))
    if not end:
        return FrontMatter(path, {}, (_without_end(path, first_line - 1, len(content)),), whole=False)
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
        right = _SPELLINGS.get(spelling_key(key)) if key not in _KEYS else None
        if right is None and key not in _KEYS:
            right = next(iter(difflib.get_close_matches(key.casefold(), _READ, 1, _ALIKE)), None)
        if right is None:
            continue
        position = tree.position((key,), of_key=True)
        done = "the value is not read" if right in tree.data else f"it is read as {right!r}"
        if right not in tree.data:
            tree.rename(key, right)
        yield Finding("unknown-key", f"unknown key {shown(key)}", f"write {right!r}", position=position, done=done)


def _without_end(path: Path, line: int, size: int) -> Finding:
    where = Position(path, line)
    if size >= MAX_HEAD:
        message = f"the front matter is too large: no line '---' ends it within {MAX_HEAD // 2**20} MiB"
        return Finding("too-large", message, "shorten it", position=where)
    return Finding("syntax", "the front matter has no end", "end it with a line '---'", position=where)


@dataclass(frozen=True)
class CardFolder:
    """A folder that is a model: its id, its card, and the files beside it for which `is_declaring` holds."""

    id: str
    front: FrontMatter
    files: list[Path]


def card_folders(root: Path, claims: Claims, prefix: str = "", files: Iterable[Path] | None = None) -> list[CardFolder]:
    """The models in a folder, or of some files in it, in the order of their paths; what is passed over is reported."""
    if files is None:
        files = files_below(root, lambda name: _is_card(name) or is_declaring(name), claims)
    files_of: dict[Path, list[Path]] = {}
    for file in without_checkpoints(files, root, claims, _tells_of_parents):
        files_of.setdefault(model_folder(file.parent, root), []).append(file)
    kept = _chosen_snapshots(_without_other_repositories(files_of, root, claims), root, claims)
    fronts = {folder: _front(files, claims) for folder, files in kept.items()}
    above = {parent for folder in kept for parent in folder.parents} & kept.keys()
    models: dict[Path, CardFolder] = {}
    adapters: dict[Path, list[Path]] = {}
    for folder, files in sorted(kept.items()):
        front = fronts[folder]
        declaring = [file for file in files if not _is_card(file.name)]
        around = next((parent for parent in folder.parents if parent in models), None)
        has_adapter = any(file.name == ADAPTER_CONFIG for file in declaring)
        if front is None and around and not has_adapter:
            continue  # a part of that model
        if front and not front.present and folder in above and not declaring:
            message = f"{CARD} has no front matter: it is about the folder, and no model card"
            claims.report("ignored", message, where=Position(front.path))
            continue
        id = model_id(files[0], root, prefix)
        if around and has_adapter:
            id = "/".join((models[around].id, *folder.relative_to(around).parts))
            adapters.setdefault(around, []).append(folder)
        front = front or FrontMatter(files[0], {}, present=False)
        models[folder] = CardFolder(NOT_IN_IDS.sub("-", id), front, declaring)
    for around, folders in adapters.items():
        if len(folders) == 1 and _is_adapter_of_card(models[around], models[folders[0]]):
            models[around].files.extend(models.pop(folders[0]).files)
    return list(models.values())


def _is_adapter_of_card(model: CardFolder, adapter: CardFolder) -> bool:
    """Whether the one adapter below a model is the model itself: its card names the same base, and has no other."""
    if adapter.front.present or any(file.name == ADAPTER_CONFIG for file in model.files):
        return False
    bases = model.front.fields.get("base_model")
    names = {str(base).strip().rpartition("/")[2] for base in (bases if isinstance(bases, list) else [bases]) if base}
    try:
        parents = [peft.file_claims(file).parents for file in adapter.files if file.name == ADAPTER_CONFIG]
    except OSError:
        return False
    return any(parent.name.strip().rpartition("/")[2] in names for found in parents for parent in found)


def _is_card(name: str) -> bool:
    return name.lower() == CARD.lower()


def _front(files: Iterable[Path], claims: Claims) -> FrontMatter | None:
    """The front matter of the card among some files."""
    fronts = []
    for card in filter(lambda file: _is_card(file.name), files):
        try:
            fronts.append(read_front_matter(card))
        except OSError as error:
            claims.report("unreadable", f"the file cannot be read: {error.strerror}", where=Position(card))
            fronts.append(FrontMatter(card, {}, whole=False))
    return next((front for front in fronts if front.present), fronts[0] if fronts else None)


def _tells_of_parents(file: Path) -> bool:
    """Whether a file beside weights tells what they were made from, as a card need not."""
    try:
        return not _is_card(file.name) or bool(read_front_matter(file).fields.get("base_model"))
    except OSError:
        return False


def _without_other_repositories(files_of: dict[Path, list[Path]], root: Path, claims: Claims) -> dict[Path, list[Path]]:
    """The folders outside the cached repositories of data sets and applications."""
    kept, others = {}, set()
    for folder, files in files_of.items():
        parts = folder.relative_to(root).parts
        index = next((index for index, part in enumerate(parts) if _CACHED_OTHER.fullmatch(part)), None)
        if index is None:
            kept[folder] = files
        else:
            others.add(root.joinpath(*parts[: index + 1]))
    for repository in sorted(others):
        claims.report("ignored", "a repository of a data set or an application", where=Position(repository))
    return kept


def _chosen_snapshots(files_of: dict[Path, list[Path]], root: Path, claims: Claims) -> dict[Path, list[Path]]:
    """The folders outside cached repositories of models, and one snapshot of each of these."""
    kept: dict[Path, list[Path]] = {}
    snapshots: dict[Path, dict[str, list[Path]]] = {}  # the folders of each, by repository
    top = Path(os.path.normpath(root.absolute()))
    for folder, files in files_of.items():
        parts = (top / folder.relative_to(root)).parts
        index = next((index for index, part in enumerate(parts) if _CACHED_MODEL.fullmatch(part)), None)
        if index is None or len(parts) == index + 1:
            kept[folder] = files
        elif len(parts) >= index + 3 and parts[index + 1] == "snapshots":
            of_repository = snapshots.setdefault(Path(*parts[: index + 1]), {})
            of_repository.setdefault(parts[index + 2], []).append(folder)
    for repository, names in snapshots.items():
        main = _main_snapshot(repository, top)
        chosen = main if main in names else max(names)
        kept |= {folder: files_of[folder] for folder in names[chosen]}
        for name, folders in sorted(names.items()):
            if name != chosen:
                which = "refs/main names" if chosen == main else "is the last by name"
                message = f"another snapshot of the repository; {shown(chosen)} is read, which {which}"
                claims.report("ignored", message, where=Position(min(folders)))
    return kept


def _main_snapshot(repository: Path, top: Path) -> str | None:
    """The snapshot that refs/main of a cached repository names."""
    file = repository / "refs" / "main"
    try:
        if not repository.is_relative_to(top) or not stat.S_ISREG(file.lstat().st_mode):
            return None
        if not file.resolve().is_relative_to(repository.resolve()):
            return None
        with file.open("rb") as content:
            return content.read(200).decode("utf-8", "replace").strip()
    except OSError:
        return None
