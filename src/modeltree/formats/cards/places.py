"""Which folders are models, and what in them is read: in any folder, and in the cache of the Hugging Face Hub."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from modeltree.findings import Position, shown
from modeltree.formats.cards.front_matter import FrontMatter, read_front_matter
from modeltree.formats.cards.parents import is_declaring
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.folders import files_below, model_id

__all__ = ["CARD", "ID_KEY", "CardFolder", "card_folders", "hub_address"]

CARD = "README.md"
"""How a model card is called."""

ID_KEY = "modeltree_id"
"""The key in a card for an id that the path to it cannot tell."""

_REPOSITORY = re.compile(r"models--.+")
_OTHER_REPOSITORY = re.compile(r"(datasets|spaces)--.+")
_HUB_ID = re.compile(r"(?!.*(?:--|\.\.))[A-Za-z0-9][\w.-]{0,95}/\w[\w.-]{0,95}(?<![.-])", re.ASCII)


def hub_address(id: str) -> str | None:
    """The web address of a model with an id as the Hub gives them, with the organization; None for another id.

    Examples
    --------
    >>> hub_address("meta-llama/Llama-2-7b"), hub_address("llama")
    ('https://huggingface.co/meta-llama/Llama-2-7b', None)
    """
    return f"https://huggingface.co/{id}" if _HUB_ID.fullmatch(id) else None


@dataclass(frozen=True)
class CardFolder:
    """A folder that is a model.

    Parameters
    ----------
    id : str
        The id that the folder stands for.
    front : FrontMatter
        The front matter of its card, or nothing.
    files : list of Path
        The files beside the card that may say of which models it was made.
    """

    id: str
    front: FrontMatter
    files: list[Path]


def card_folders(root: Path, claims: Claims) -> list[CardFolder]:
    """The models in a folder, in the order of their paths; what is passed over is reported."""
    found: dict[Path, list[Path]] = {}
    for file in files_below(root, _is_wanted, claims):
        found.setdefault(file.parent, []).append(file)
    kept = _snapshots(_without_other_repositories(found, root, claims), root, claims)
    fronts = {folder: _front(files, claims) for folder, files in kept.items()}
    above = {folder for other in kept for folder in other.parents} & kept.keys()
    models: dict[Path, CardFolder] = {}
    for folder, files in sorted(kept.items()):
        front = fronts[folder]
        declaring = [file for file in files if file.name.lower() != CARD.lower()]
        if front is None and any(parent in models for parent in folder.parents):
            continue  # a part of that model
        if front and not front.present and folder in above and not declaring:
            message = f"{CARD} has no front matter: it is about the folder, and no model card"
            claims.report("ignored", message, where=Position(front.path))
            continue
        front = front or FrontMatter(files[0], {}, present=False)
        models[folder] = CardFolder(model_id(files[0], root), front, declaring)
    return list(models.values())


def _is_wanted(name: str) -> bool:
    return name.lower() == CARD.lower() or is_declaring(name)


def _front(files: Iterable[Path], claims: Claims) -> FrontMatter | None:
    """The front matter of the card among some files."""
    card = next((file for file in files if file.name.lower() == CARD.lower()), None)
    if card is None:
        return None
    try:
        return read_front_matter(card)
    except OSError as error:
        claims.report("unreadable", f"the file cannot be read: {error.strerror}", where=Position(card))
        return FrontMatter(card, {}, whole=False)


def _without_other_repositories(found: dict[Path, list[Path]], root: Path, claims: Claims) -> dict[Path, list[Path]]:
    """The folders that are not in the cached repository of a data set or an application."""
    kept, others = {}, set()
    for folder, files in found.items():
        parts = folder.relative_to(root).parts
        place = next((place for place, part in enumerate(parts) if _OTHER_REPOSITORY.fullmatch(part)), None)
        if place is None:
            kept[folder] = files
        else:
            others.add(root.joinpath(*parts[: place + 1]))
    for repository in sorted(others):
        claims.report("ignored", "a repository of a data set or an application", where=Position(repository))
    return kept


def _snapshots(found: dict[Path, list[Path]], root: Path, claims: Claims) -> dict[Path, list[Path]]:
    """The folders that are not in a cached repository of a model, and the snapshot that counts of each of these."""
    kept: dict[Path, list[Path]] = {}
    snapshots: dict[Path, list[Path]] = {}
    top = Path(os.path.normpath(root.absolute()))
    for folder, files in found.items():
        parts = (top / folder.relative_to(root)).parts
        place = next((place for place, part in enumerate(parts) if _REPOSITORY.fullmatch(part)), None)
        if place is None or len(parts) == place + 1:
            kept[folder] = files
        elif len(parts) == place + 3 and parts[place + 1] == "snapshots":
            snapshots.setdefault(Path(*parts[: place + 1]), []).append(folder)
    for repository, folders in snapshots.items():
        names = {folder.name if folder != root else top.name: folder for folder in folders}
        main = _main(repository, top)
        chosen = main if main in names else max(names)
        kept[names[chosen]] = found[names[chosen]]
        for name, folder in sorted(names.items()):
            if name != chosen:
                which = "refs/main names" if chosen == main else "is the last by name"
                message = f"another snapshot of the repository; {shown(chosen)} is read, which {which}"
                claims.report("ignored", message, where=Position(folder))
    return kept


def _main(repository: Path, top: Path) -> str | None:
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
