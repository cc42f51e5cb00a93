"""Configurations beside weights: of adapters, as PEFT writes them, and of merges, the recipes of mergekit.

``adapter_config.json`` names the model that an adapter was trained on; a recipe lists the models that were merged.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from modeltree.findings import At, Finding, Position, shown
from modeltree.formats.parsing import limits
from modeltree.formats.parsing.jsontree import JsonTree, parse_json
from modeltree.formats.parsing.yamltree import YamlTree, parse_yaml
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.model_files import model_id
from modeltree.formats.repair.models import reader
from modeltree.formats.repair.record_findings import described
from modeltree.formats.weights import FileClaims, ParentClaim, brief, read_files
from modeltree.records import Relation

# Adapters

ADAPTER_CONFIG = "adapter_config.json"
"""The file name of the configuration of an adapter."""

_ADAPTER_FILE = re.compile(r"(?:(.+)\.)?adapter_config\.json")
_BASE = "base_model_name_or_path"
_OLD_BASE = "model_name"


@reader
def read_peft(
    path: str | os.PathLike[str], *, prefix: str | None = None, files: Iterable[Path] | None = None
) -> Claims:
    """Read configurations of adapters: an ``adapter_config.json``, or all of them in a folder and below it."""
    return read_files(path, peft_claims, _ADAPTER_FILE, prefix=prefix, files=files, id_of=_id_of_adapter)


def peft_claims(path: Path) -> FileClaims:
    """What a configuration claims of its adapter."""
    claims = FileClaims(path)
    content = claims.content(limits.PRINTED_BYTES)
    if content is None:
        return claims
    tree = parse_json(content, path)
    claims.findings += tree.problems
    if not tree.whole:
        claims.readable = False
        return claims
    if not isinstance(tree.data, dict):
        message = f"no configuration of an adapter: {described(tree.data)} is no mapping"
        return claims.refuse("wrong-type", message, position=tree.position())
    is_old = _BASE not in tree.data and _OLD_BASE in tree.data
    if not is_old and _BASE not in tree.data and "peft_type" not in tree.data:
        message = f"no configuration of an adapter: neither {_BASE!r} nor 'peft_type' is in it"
        return claims.refuse("missing-key", message, position=tree.position())
    _add_base(tree, _OLD_BASE if is_old else _BASE, claims)
    return claims


def _id_of_adapter(file: Path, root: Path, prefix: str) -> str:
    match = _ADAPTER_FILE.fullmatch(file.name)
    return prefix + match[1] if match and match[1] else model_id(file, root, prefix)


def _add_base(tree: JsonTree, key: str, claims: FileClaims) -> None:
    def text(name: str) -> str | None:
        return claims.text(tree.data.get(name), name, tree.position((name,)))

    kind, name, revision = text("peft_type"), text(key), text("revision")
    if kind:
        claims.fields["note"] = f"PEFT type: {brief(kind)}"
    if name:
        note = f"revision: {brief(revision)}" if revision else None
        claims.parents.append(ParentClaim(name, Relation.ADAPTER, tree.position((key,)), note))
    elif key not in tree.data:
        claims.report("unknown-base", f"an adapter without {key!r}", position=tree.position())
    elif not isinstance(tree.data[key], (bool, int, float, list, dict)):
        claims.report("unknown-base", f"{key} is empty", position=tree.position((key,)))


# Merges

MERGE_CONFIG = re.compile(r"mergekit(?:_moe)?_config\.ya?ml")
"""The file names that mergekit gives to recipes."""

_YAML = re.compile(r".*\.ya?ml", re.IGNORECASE | re.DOTALL)
_INPUTS = ("models", "slices", "modules", "experts")
_MARK = re.compile(rb"^(?:---(?=[ \t\r\n]|\Z)|\.\.\.[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z))", re.MULTILINE)
# Nothing but white space, comments, directives and the marks themselves.
_NOTHING = re.compile(rb"(?:(?:---|\.\.\.)?[ \t]*(?:#[^\n]*)?\r?\n|%[^\n]*\n)*+(?:---|\.\.\.)?[ \t]*(?:#[^\n]*)?")
_NO_MODEL = {"union", "base"}


@reader
def read_mergekit(
    path: str | os.PathLike[str], *, prefix: str | None = None, files: Iterable[Path] | None = None
) -> Claims:
    """Read recipes of mergekit: a YAML file, or all ``.yml`` and ``.yaml`` files in a folder and below it."""
    return read_files(path, mergekit_claims, _YAML, prefix=prefix, files=files, id_of=_id_of_merge)


def _id_of_merge(file: Path, root: Path, prefix: str) -> str:
    return model_id(file, root, prefix) if MERGE_CONFIG.fullmatch(file.name) else prefix + file.stem


def mergekit_claims(path: Path) -> FileClaims:
    """What a recipe claims of its merge, and of the merges within it."""
    claims = FileClaims(path)
    content = claims.content(limits.RECIPE_BYTES)
    if content is None:
        return _no_recipe(claims)
    merges: list[_Merge] = []
    for index, (part, first_line) in enumerate(_documents(content.removeprefix(b"\xef\xbb\xbf"))):
        if index == limits.DOCUMENTS:
            claims.report("too-large", f"more than {limits.DOCUMENTS} documents: the rest is not read")
            break
        tree = parse_yaml(part, path, first_line, aliases=True)
        if refusal := _refusal(tree):
            claims.findings += [*tree.problems, *([refusal] if tree.whole else [])]
        else:
            merges.append(_Merge(tree, claims))
    if not merges:
        if not claims.findings:
            claims.report("missing-key", "the file is empty")
        return _no_recipe(claims)
    for merge in merges:
        claims.findings += merge.tree.problems
        merge.read()
    _add_merges(merges, claims)
    return claims


def _no_recipe(claims: FileClaims) -> FileClaims:
    """A file that is no recipe; one that does not have the name of one says nothing of a model."""
    claims.readable = False
    if not MERGE_CONFIG.fullmatch(claims.path.name):
        claims.of_model = False
    return claims


def _documents(content: bytes) -> Iterator[tuple[bytes, int]]:
    """The documents of a YAML file, each with the number of its first line; the empty ones are left out."""
    # A line that begins with `---` ends a document wherever it stands, in a block of text too.
    start, done, line = 0, 0, 1
    ends = [match.end() if match[0].startswith(b".") else match.start() for match in _MARK.finditer(content)]
    for end in [*ends, len(content)]:
        is_empty, done = _NOTHING.fullmatch(content, done, end), end
        if not is_empty:  # comments and directives belong to what comes next
            part = content[start:end]
            yield part, line
            line += part.count(b"\n")
            start = end


def _refusal(tree: YamlTree) -> Finding | None:
    """The finding that a document is no recipe."""
    data = tree.data
    if not isinstance(data, dict):
        message = f"no recipe of a merge: {described(data)} is no mapping"
        return Finding("wrong-type", message, position=tree.position())
    if "genome" in data:
        message = "no merge, but a search for one (mergekit-evolve)"
        hint = "the recipe that it found says which models were merged"
        return Finding("missing-key", message, hint, position=tree.position())
    models = data.get("models")
    listed = isinstance(models, list) and any(isinstance(item, dict) and "model" in item for item in models)
    if listed or any(key in data for key in ("merge_method", "slices", "modules", "experts")):
        return None
    message = f"no recipe of a merge: none of {', '.join(map(repr, _INPUTS))} is in it"
    return Finding("missing-key", message, position=tree.position())


def _add_merges(merges: list[_Merge], claims: FileClaims) -> None:
    """Decide which merge of a file is the model of the file, and which are models within it."""
    unnamed = [merge for merge in merges if merge.name is None or len(merges) == 1]
    for merge in merges:
        if merge in unnamed:
            continue
        if merge.name in claims.models:
            message = f"{shown(merge.name)} is the name of an earlier merge already"
            claims.report("duplicate-id", message, position=merge.where, done="the first is kept")
            continue
        claims.models[str(merge.name)] = merge.claims_of_merge()
    for merge in unnamed[:1]:
        own = merge.claims_of_merge()
        claims.fields, claims.parents = own.fields, own.parents
        if merge.name and merge.name != claims.path.stem:  # by which other recipes may name it
            claims.fields = {**claims.fields, "aliases": [merge.name]}
    for merge in unnamed[1:]:
        message = "another merge without a name: the models that it lists are taken for parents too"
        claims.report("missing-key", message, "name all merges but the last", position=merge.where)
        claims.parents += merge.claims_of_merge().parents
    if not unnamed:
        claims.of_model = False
        message = "all merges have names: which of them is the model of the file is not said"
        claims.report("unknown-base", message, position=merges[0].where)


@dataclass
class _Use:
    """The parts that a model has in a merge, and its revisions."""

    where: Position
    parts: dict[str, None] = field(default_factory=dict)
    revisions: dict[str, None] = field(default_factory=dict)


class _Merge:
    """One merge, as a document has it."""

    def __init__(self, tree: YamlTree, claims: FileClaims) -> None:
        self.tree, self.claims = tree, claims
        self.data: dict[str, object] = tree.data
        self.where = tree.position()
        self.uses: dict[str, _Use] = {}
        self.name = self._text("name") or self._text("out_path")

    def read(self) -> None:
        """Find the models in it."""
        self._inputs(self.data, ())
        for key in self._mapping("modules"):
            self._inputs(self.tree.value(("modules", key)), ("modules", key))
        for key, part in (("experts", "expert"), ("shared_experts", "shared expert")):
            for at in self._items((key,), self.data.get(key)):
                self._member(at, "source_model", part)
        if self.data.get("base_model") is not None:
            self._model(self.data["base_model"], ("base_model",), "base model")
        self._tokenizer()
        if not self.uses:
            self._report("unknown-base", "a merge in which no model is named", ())
        elif len(self.uses) == 1:
            only = f"a merge of one model alone, {shown(next(iter(self.uses)))}"
            self._report("unlikely-relation", only, (), done="it is kept as 'merge'")

    def claims_of_merge(self) -> FileClaims:
        """What it claims of the model that was made."""
        method = self._text("merge_method")
        if "experts" in self.data:
            gate = self._text("gate_mode")
            kind = "mixture of experts" + (f", gate mode: {brief(gate)}" if gate else "")
        else:
            kind = f"merge method: {brief(method)}" if method else ""
        claims = FileClaims(self.claims.path, {"note": kind} if kind else {})
        for name, use in self.uses.items():
            revisions = [f"revision: {brief(revision)}" for revision in use.revisions]
            note = "; ".join(filter(None, [kind, *use.parts, *revisions]))
            claims.parents.append(ParentClaim(name, Relation.MERGE, use.where, note or None))
        return claims

    # The forms that a recipe can have

    def _inputs(self, data: object, at: At) -> None:
        """What is merged: models as a whole, or layer by layer."""
        if not isinstance(data, dict):
            self._wrong(data, at, "mapping")
            return
        for item in self._items((*at, "models"), data.get("models")):
            self._member(item, "model", "")
        for item in self._items((*at, "slices"), data.get("slices")):
            piece = self.tree.value(item)
            if not isinstance(piece, dict):
                self._wrong(piece, item, "mapping")
                continue
            for source in self._items((*item, "sources"), piece.get("sources")):
                self._member(source, "model", "")
            if piece.get("base_model") is not None:
                self._model(piece["base_model"], (*item, "base_model"), "base model")

    def _member(self, at: At, key: str, part: str) -> None:
        """One of the models that are merged."""
        item = self.tree.value(at)
        if isinstance(item, str):
            hint = f"write '{key}: {brief(item)}'"
            self._report("wrong-type", f"{shown(item)} is no mapping", at, hint, done="it is taken for the model")
            self._model(item, at, part)
        elif not isinstance(item, dict):
            self._wrong(item, at, "mapping")
        elif key not in item:
            self._report("missing-key", f"one of {at[-2]!r} has no {key!r}", at, f"add '{key}: …'")
        else:
            self._model(item[key], (*at, key), part)

    def _model(self, value: object, at: At, part: str) -> None:
        """A reference to a model, as text or as mapping, perhaps with an adapter."""
        if isinstance(value, dict) and "model" in value:
            self._path(value["model"], (*at, "model"), part)
            if value.get("lora") is not None:
                self._path(value["lora"], (*at, "lora"), _applied(value["model"]))
            return
        base, *adapters = value.split("+") if isinstance(value, str) else [value]
        if len(adapters) > 1:
            hint = "write model, or model+adapter"
            self._report("bad-value", f"{shown(value)} is no reference to a model", at, hint, done="it is left out")
            return
        self._path(base, at, part)
        for adapter in adapters:
            self._path(adapter, at, _applied(base))

    def _path(self, value: object, at: At, part: str) -> None:
        """A model or an adapter, as text or as mapping, perhaps with a revision."""
        revision = None
        if isinstance(value, dict):
            revision, value = value.get("revision"), value.get("path")
        if not isinstance(value, str):
            self._wrong(value, at, "model")
            return
        if revision is None and value.count("@") == 1:
            value, _, revision = value.partition("@")
        if not value.strip() or "@" in value:
            hint = "write a name, or name@revision"
            self._report("bad-value", f"{shown(value)} is no model", at, hint, done="it is left out")
            return
        use = self.uses.setdefault(value.strip(), _Use(self.tree.position(at)))
        if part:
            use.parts[part] = None
        if isinstance(revision, str) and revision.strip():
            use.revisions[revision.strip()] = None

    def _tokenizer(self) -> None:
        """Report models that give only a tokenizer, or the embeddings of some tokens."""
        sources: dict[At, object] = {("tokenizer_source",): self.data.get("tokenizer_source")}
        if isinstance(tokenizer := self.data.get("tokenizer"), dict):
            sources["tokenizer", "source"] = tokenizer.get("source")
            tokens = tokenizer.get("tokens")
            for token, how in tokens.items() if isinstance(tokens, dict) else ():
                sources["tokenizer", "tokens", token, "source"] = how.get("source") if isinstance(how, dict) else None
        seen = set(self.uses)
        for at, source in sources.items():
            name = _named(source)
            if name and name not in seen | _NO_MODEL:
                seen.add(name)
                message = f"{shown(name)} gives tokens alone, and no other weights"
                self._report("ignored", message, at, done="it is no parent")

    # The parts of a document

    def _text(self, key: str) -> str | None:
        if (key,) in self.tree.unread:
            return None
        return self.claims.text(self.data.get(key), key, self.tree.position((key,)))

    def _mapping(self, key: str) -> dict[str, object]:
        value = self.data.get(key)
        if value is not None and not isinstance(value, dict):
            self._wrong(value, (key,), "mapping")
        return value if isinstance(value, dict) else {}

    def _items(self, at: At, value: object) -> Iterator[At]:
        """The paths to the items of a list; something else is reported."""
        if isinstance(value, list):
            yield from ((*at, index) for index in range(len(value)))
        elif value is not None:
            self._wrong(value, at, "list")

    def _wrong(self, value: object, at: At, right: str) -> None:
        if at not in self.tree.unread:  # what an alias stands for is reported already
            self._report("wrong-type", f"{at[-1]}: {described(value)} is no {right}", at, done="it is left out")

    def _report(self, kind: str, message: str, at: At, hint: str | None = None, done: str = "") -> None:
        self.claims.report(kind, message, hint, position=self.tree.position(at), done=done)


def _named(source: object) -> str:
    """The model that a source of tokens names, or an empty text."""
    while isinstance(source, dict):
        source = source.get("model", source.get("path"))
    return re.split("[+@]", source.strip().removeprefix("model:"))[0] if isinstance(source, str) else ""


def _applied(base: object) -> str:
    name = base.get("path") if isinstance(base, dict) else base
    return f"adapter applied to {brief(name)}" if isinstance(name, str) else "adapter"
