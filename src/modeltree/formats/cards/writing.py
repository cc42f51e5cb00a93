"""Model cards of the Hugging Face Hub as they are written."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from modeltree._util.files import write_whole
from modeltree._util.progress import Progress, no_progress, with_progress
from modeltree._util.text import counted
from modeltree.findings import Finding
from modeltree.formats.parsing.yamltree import parse_yaml, yaml_text
from modeltree.formats.repair.model_files import ID_KEY
from modeltree.formats.repair.record_findings import losses
from modeltree.lineage import Lineage
from modeltree.records import Derivation, License, Links, Model, Relation
from modeltree.values.addresses import hub_url
from modeltree.values.hub_words import hub_license, license_of

CARD = "README.md"
"""The file name of a model card."""

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
