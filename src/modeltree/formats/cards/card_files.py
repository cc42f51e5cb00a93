"""The files of model cards: front matter, the files beside a card, and the folders that are models."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from modeltree.findings import Position, shown
from modeltree.formats.repair.claims import NOT_IN_IDS, Claims
from modeltree.formats.repair.folders import files_below, model_folder, model_id, without_checkpoints
from modeltree.formats.repair.front_matter import KEYS, FrontMatter, read_front_matter
from modeltree.formats.weights import peft

CARD = "README.md"
"""The file name of a model card."""

ADAPTER_CONFIG = "adapter_config.json"
MERGE_CONFIG = re.compile(r"mergekit(_moe)?_config\.ya?ml")

_CARDS = re.compile(r"readme|model[-_ ]?card", re.IGNORECASE)
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


def is_card_of_folder(path: Path) -> bool:
    """Whether a file is, by its name, the card of the model whose folder it is in.

    >>> [is_card_of_folder(Path(name)) for name in ("acme/chat/README.md", "acme/chat/modelcard.md", "acme/chat.md")]
    [True, True, False]
    """
    return _is_text(path) and bool(_CARDS.fullmatch(path.stem))


@dataclass(frozen=True)
class CardFolder:
    """A folder that is a model: its id, its card, and the files beside it for which `is_declaring` holds."""

    id: str
    front: FrontMatter
    files: list[Path]


def card_folders(root: Path, claims: Claims, prefix: str = "", files: Iterable[Path] | None = None) -> list[CardFolder]:
    """The models in a folder, or of some files in it, in the order of their paths; what is passed over is reported."""
    if files is None:
        files = files_below(root, lambda name: name.lower().endswith(".md") or is_declaring(name), claims)
    files = list(files)
    alone = _cards_alone(files)
    files = [file for file in files if file in alone or not _is_text(file) or is_card_of_folder(file)]
    files_of: dict[Path, list[Path]] = {}
    for file in without_checkpoints(files, root, claims, _tells_of_parents):
        folder = model_folder(file.parent, root)
        files_of.setdefault(folder / file.stem if file in alone else folder, []).append(file)
    kept = _chosen_snapshots(_without_other_repositories(files_of, root, claims), root, claims)
    fronts = {folder: _front(files, claims) for folder, files in kept.items()}
    above = {parent for folder in kept for parent in folder.parents} & kept.keys()
    models: dict[Path, CardFolder] = {}
    adapters: dict[Path, list[Path]] = {}
    for folder, files in sorted(kept.items()):
        front = fronts[folder]
        declaring = [file for file in files if not _is_text(file)]
        around = next((parent for parent in folder.parents if parent in models), None)
        has_adapter = any(file.name == ADAPTER_CONFIG for file in declaring)
        if front is None and around and not has_adapter:
            continue  # a part of that model
        if front and not front.present and folder in above and not declaring:
            message = f"{CARD} has no front matter: it is about the folder, and no model card"
            claims.report("ignored", message, where=Position(front.path))
            continue
        id = model_id(folder / CARD, root, prefix)
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


def _is_text(path: Path) -> bool:
    return path.suffix.lower() == ".md"


def _cards_alone(files: Iterable[Path]) -> set[Path]:
    """The cards that are named for their models, as ``chat.md``, where no card is that of their folder."""
    folders: dict[Path, tuple[list[Path], list[Path]]] = {}
    for file in filter(_is_text, files):
        folders.setdefault(file.parent, ([], []))[is_card_of_folder(file)].append(file)
    alone: set[Path] = set()
    for texts, of_folder in folders.values():
        keys = {} if not texts or any(map(_fields, of_folder)) else {file: _fields(file) for file in texts}
        if any(KEYS & words for words in keys.values()):
            alone |= {file for file, words in keys.items() if words & (KEYS | {"license", "tags"})}
    return alone


def _fields(file: Path) -> set[str]:
    """The keys in the front matter of a file that can be read."""
    try:
        return set(read_front_matter(file).fields)
    except OSError:
        return set()


def _front(files: Iterable[Path], claims: Claims) -> FrontMatter | None:
    """The front matter of the card among some files."""
    fronts = []
    for card in sorted(filter(_is_text, files), key=lambda file: file.name.lower() != CARD.lower()):
        try:
            fronts.append(read_front_matter(card))
        except OSError as error:
            claims.report("unreadable", f"the file cannot be read: {error.strerror}", where=Position(card))
            fronts.append(FrontMatter(card, {}, whole=False))
    return next((front for front in fronts if front.present), fronts[0] if fronts else None)


def _tells_of_parents(file: Path) -> bool:
    """Whether a file beside weights tells what they were made from, as a card need not."""
    return not _is_text(file) or "base_model" in _fields(file)


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
