"""Model cards of the Hugging Face Hub: the front matter of ``README.md`` files, read and written."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from modeltree._util.files import write_whole
from modeltree._util.progress import Progress, no_progress, with_progress
from modeltree._util.text import counted
from modeltree.findings import Finding, Position, SourceError, shown
from modeltree.formats.cards.parents import CardDerivations
from modeltree.formats.parsing.yamltree import parse_yaml, yaml_text
from modeltree.formats.repair.claims import NOT_IN_IDS, Claims
from modeltree.formats.repair.model_files import (
    ID_KEY,
    KEYS,
    FrontMatter,
    checked_prefix,
    files_below,
    model_folder,
    model_id,
    read_front_matter,
    without_checkpoints,
)
from modeltree.formats.repair.models import reader
from modeltree.formats.repair.record_findings import losses
from modeltree.formats.weights.configurations import ADAPTER_CONFIG, MERGE_CONFIG, peft_claims
from modeltree.lineage import Lineage
from modeltree.records import Derivation, License, Links, Model, Relation
from modeltree.values.addresses import hub_url, repository_in_cache
from modeltree.values.hub_words import DATASETS, DATES, hub_license, joined_license, license_of

__all__ = ["card_fields", "model_card_text", "read_model_cards", "write_model_cards"]

CARD = "README.md"
"""The file name of a model card."""

_KEYS = {"license": ("license_name", "license"), "references": ("license_link",), "id": (ID_KEY,)}


@reader
def read_model_cards(
    path: str | os.PathLike[str],
    *,
    aliases: Mapping[str, str] | None = None,
    datasets: bool = True,
    prefix: str | None = None,
    files: Sequence[Path] | None = None,
) -> Claims:
    """Read model cards: a ``README.md``, a folder of models, or a cache of the Hugging Face Hub."""
    root = Path(path)
    claims = Claims()
    start = checked_prefix(prefix)
    cards = card_folders(root, claims, start, files) if root.is_dir() else [_single(root, claims, start)]
    if not cards:
        raise SourceError(
            [*claims.findings, Finding("no-files", f"the folder {root} has no model card ({CARD}) in it")]
        )
    ids = [_id(card) for card in cards]
    known = {*ids, *(aliases or {})}
    folders = {
        Path(os.path.normpath(card.front.path.parent.absolute())): id
        for id, card in zip(ids, cards, strict=True)
        if card.front.path.suffix.lower() != ".md" or is_card_of_folder(card.front.path)
    }
    for id, card in zip(ids, cards, strict=True):
        front = card.front
        claims.findings += front.problems
        released = next((front.fields[key] for key in DATES if front.fields.get(key)), None)
        # Only what was fetched from the Hub is known to be there.
        links = {"weights": link} if repository_in_cache(str(front.path)) and (link := hub_url(id)) else None
        fields = card_fields(id, front, claims) | {"released": released, "links": links}
        child = claims.add(id, partial(_position, front), fields)
        CardDerivations(claims, child, id, front, card.files, known, folders).add()
        if datasets:
            _add_datasets(child, front, claims)
    return claims


def _single(path: Path, claims: Claims, prefix: str) -> CardFolder:
    """The model of a file; what lies beside it was not asked for."""
    front = read_front_matter(path)
    if not front.whole:
        raise SourceError(front.problems)
    is_card = is_card_of_folder(path)
    if not front.present:
        message = "the file has no front matter"
        if not is_card:
            raise SourceError([Finding("syntax", message, "begin it with a line '---'", position=Position(path, 1))])
        claims.report("ignored", f"{message}: nothing is read from it", where=Position(path, 1))
    return CardFolder(model_id(path if is_card else path.with_suffix("") / path.name, path, prefix), front, [])


def _id(card: CardFolder) -> str:
    written = card.front.fields.get(ID_KEY)
    return written.strip() if isinstance(written, str) and written.strip() else card.id


def card_fields(id: str, front: FrontMatter, claims: Claims) -> dict[str, object]:
    """The fields of a model that its id and its card tell, without dates and links; several licenses are one."""
    organization, slash, name = id.rpartition("/")
    terms = next((text for text, _ in front.texts("license_link", claims)[:1] if text.startswith("http")), None)
    words = [word for word, _ in front.texts("license", claims)]
    names = ", ".join(name for name, _ in front.texts("license_name", claims))
    return {
        "name": name or None,
        "organizations": [organization] if slash and organization and "/" not in organization else None,
        "license": joined_license(words, names),
        "references": [terms] if terms else None,
    }


def _position(front: FrontMatter, at: tuple[str | int, ...] = ()) -> Position:
    """The position of a field of a model in its card."""
    field = str(at[0]) if at else ""
    keys = DATES if field == "released" else _KEYS.get(field, ())
    key = next((key for key in keys if front.fields.get(key)), None)
    return front.position((key,) if key else ())


def _add_datasets(child: int, front: FrontMatter, claims: Claims) -> None:
    for name, where in front.texts("datasets", claims):
        organization, slash, last = name.rpartition("/")
        fields = {"kind": "dataset", "name": last, "organizations": [organization] if slash else None}
        claims.add_once(f"{DATASETS}{name}", where, fields)
        claims.derive(child, f"{DATASETS}{name}", Relation.DATA, where)


# Files

_CARDS = re.compile(r"readme|model[-_ ]?card", re.IGNORECASE)
_LATER_PART = re.compile(r".*-(?!0*1-)[0-9]{5}-of-[0-9]{5}\.(safetensors|gguf)")
_CACHED_MODEL = re.compile(r"models--.+")
_CACHED_OTHER = re.compile(r"(datasets|spaces)--.+")


def is_declaring(name: str) -> bool:
    """Whether a file of this name beside a model card may say of which models a model was made."""
    is_weights = name.endswith((".gguf", ".safetensors")) and not _LATER_PART.fullmatch(name)
    return is_weights or name == ADAPTER_CONFIG or bool(MERGE_CONFIG.fullmatch(name))


def is_card_of_folder(path: Path) -> bool:
    """Whether a file is, by its name, the card of the model whose folder it is in."""
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
        parents = [peft_claims(file).parents for file in adapter.files if file.name == ADAPTER_CONFIG]
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


# Writing

_PLAIN_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}(?<!\.)")
# What Windows takes for a device, what the cache of the Hub is made of, and the name of a card itself.
_SPECIAL = re.compile(
    r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?|(models|datasets|spaces)--.*|snapshots|readme\.md", re.IGNORECASE
)


_BOM = b"\xef\xbb\xbf"
_FRONT = re.compile(rb"\s*---[ \t]*\r?\n(.*?)(?=^---[ \t]*\r?$)", re.DOTALL | re.MULTILINE)
# A key of front matter with all that stands below it.
_BLOCK = re.compile(rb"^([A-Za-z_][^\s:]*)[ \t]*:.*\n(?:(?:[ \t#-].*|\r?)\n)*+", re.MULTILINE)
_DESCENT = {b"base_model", b"base_model_relation", b"new_version", b"modeltree_id"}


def model_card_text(lineage: Lineage, model: Model | str) -> str:
    """The model card of a model, given by record, id, name or alias: front matter, and its name as a heading."""
    id = model if isinstance(model, str) else model.id
    return _Cards(lineage).text(lineage[id])


def write_model_cards(
    lineage: Lineage, folder: str | os.PathLike[str], *, progress: Progress = no_progress
) -> tuple[Finding, ...]:
    """Write a model card for each model: ``folder/org/name/README.md`` or ``folder/name/README.md``."""
    top = Path(folder)
    top.mkdir(exist_ok=True)
    cards = _Cards(lineage)
    files = {id: top.joinpath(*parts, CARD) for id, parts in cards.folders.items()}
    inside = top.resolve()
    for file in files.values():
        if not Path(os.path.realpath(file)).is_relative_to(inside):
            raise PermissionError(errno.EPERM, f"a link out of {inside}, which is not followed", os.fspath(file))
    for id, file in with_progress(files.items(), progress, "write", len(files)):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, _merged(file, cards.text(lineage[id])))
    return cards.losses()


def _merged(file: Path, text: str) -> bytes:
    """A card, with the text and the other fields of the one that is in the file already."""
    new = text.encode()
    if not file.is_file():
        return new
    end = new.index(b"---\n", 4)
    old = file.read_bytes().removeprefix(_BOM)
    front = _FRONT.match(old)
    if front is None:
        return new[: end + 4] + b"\n" + old if old.strip() else new
    old_blocks = {block[1]: block[0] for block in _BLOCK.finditer(front[1])}
    blocks = {block[1]: block[0] for block in _BLOCK.finditer(new[:end])}
    old_tags = _tags(old_blocks.get(b"tags", b""))
    others = [tag for tag in old_tags if not tag.startswith("base_model:")]
    if b"tags" in blocks or len(others) < len(old_tags):
        tags = [*_tags(blocks.get(b"tags", b"")), *others]
        blocks[b"tags"] = yaml_text({"tags": tags}).encode() if tags else b""
    kept = [block for key, block in old_blocks.items() if key not in blocks.keys() | _DESCENT]
    return b"---\n" + b"".join(blocks.values()) + b"".join(kept) + old[front.end(1) :]


def _tags(block: bytes) -> list[str]:
    """The tags in a part of front matter."""
    data = parse_yaml(block, Path()).data if block else None
    tags = data.get("tags") if isinstance(data, dict) else None
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


class _Cards:
    """The cards of a lineage, and the parts of the path to the folder of each."""

    def __init__(self, lineage: Lineage) -> None:
        self.lineage = lineage
        self.models = sorted(lineage.models, key=lambda model: model.id)
        self.folders = _folders(model.id for model in self.models)
        successors: dict[str, list[str]] = {}
        for edge in lineage.derivations:
            if edge.relation == Relation.SUCCESSOR:
                successors.setdefault(edge.parent, []).append(edge.child)
        self._newer = {parent: children[0] for parent, children in successors.items() if len(children) == 1}
        self._parents: dict[str, list[Derivation]] = {}
        for edge in lineage.derivations:
            if edge.relation != Relation.SUCCESSOR or edge.parent not in self._newer:
                self._parents.setdefault(edge.child, []).append(edge)

    def text(self, model: Model) -> str:
        """The card of a model."""
        edges = sorted(self._parents.get(model.id, ()), key=lambda edge: edge.parent)
        parents = [edge.parent for edge in edges]
        relations = {edge.relation for edge in edges}
        fields: dict[str, object] = {}
        if "/".join(self.folders[model.id]) != model.id:
            fields[ID_KEY] = model.id
        if parents:
            fields["base_model"] = parents if len(parents) > 1 else parents[0]
        if len(relations) == 1:
            fields["base_model_relation"] = str(*relations)
        if newer := self._newer.get(model.id):
            fields["new_version"] = newer
        fields |= _license_fields(model)
        if len(relations) > 1:
            fields["tags"] = [f"base_model:{edge.relation}:{edge.parent}" for edge in edges]
        front = "".join(yaml_text({key: value}) for key, value in fields.items())
        return f"---\n{front}---\n\n# {_escaped(model.name)}\n"

    def losses(self) -> tuple[Finding, ...]:
        """The fields that the cards do not hold."""
        held = ("id", "name", "organizations", "license", "links")
        lost = [*losses(self.lineage, "a model card", models=held, derivations=["relation"])]
        for name in held[1:]:
            if ids := [model.id for model in self.models if not _is_held(name, model)]:
                message = f"a model card has no place for {name!r} other than the id and the Hub say"
                done = f"left out for {counted(len(ids), 'model')}, the first is {ids[0]!r}"
                lost.append(Finding("not-carried", message, ids=tuple(ids), done=done))
        return tuple(lost)


def _is_held(name: str, model: Model) -> bool:
    """Whether reading the card of a model gives the value of a field."""
    organization, slash, last = model.id.rpartition("/")
    match name:
        case "name":
            return model.name == last
        case "organizations":
            return model.organizations == ((organization,) if slash and "/" not in organization else ())
        case "license":
            fields = _license_fields(model)
            read = license_of(fields["license"], fields.get("license_name")) if fields else None
            return (read and License.model_validate(read)) == model.license
    return not model.links or model.links == Links(weights=hub_url(model.id))


def _license_fields(model: Model) -> dict[str, str]:
    if not model.license:
        return {}
    word, name = hub_license(model.license), model.license.name
    usual = license_of(word)
    printed = usual["name"] if isinstance(usual, dict) else usual
    return {"license": word} | ({"license_name": name} if name != printed else {})


def _escaped(name: str) -> str:
    """A name as Markdown that shows it."""
    return re.sub(r"([\\`*_\[\]<&#])", r"\\\1", name)


def _folders(ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The parts of the folder of each id; no two differ only in case, for some systems ignore it."""
    spelled: dict[str, str] = {}
    folders: dict[str, tuple[str, ...]] = {}
    unsafe = []
    for id in sorted(ids):
        parts = tuple(id.split("/"))
        plain = len(parts) <= 2 and all(_PLAIN_PART.fullmatch(part) and not _SPECIAL.fullmatch(part) for part in parts)
        paths = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
        if plain and all(spelled.get(path.lower(), path) == path for path in paths):
            spelled |= {path.lower(): path for path in paths}
            folders[id] = parts
        else:
            unsafe.append(id)
    for id in unsafe:
        shape = re.sub("[^A-Za-z0-9]+", "-", id).strip("-")[:60] or "model"
        digest = hashlib.sha256(id.encode()).hexdigest()
        lengths = range(8, len(digest) + 1, 8)
        free = next(name for length in lengths if (name := f"{shape}-{digest[:length]}").lower() not in spelled)
        spelled[free.lower()] = free
        folders[id] = (free,)
    return folders
