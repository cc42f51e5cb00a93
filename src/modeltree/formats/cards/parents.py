"""What a model card, and the files beside it, say of where a model comes from."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from modeltree.findings import Position, shown
from modeltree.formats.cards.front_matter import FrontMatter
from modeltree.formats.repair.claims import ClaimedDerivation, Claims
from modeltree.formats.repair.record_findings import described
from modeltree.formats.repair.vocabulary import is_local_path, relation_of, repository_in_cache
from modeltree.records import Relation

__all__ = ["Descending", "is_declaring", "texts_of"]

_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/"
    r"(?!(?:api|blog|collections|datasets|docs|models|papers|spaces)(?:/|$))"
    r"(?P<name>[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)?)"
    r"(?:/(?:tree|blob|resolve|commit)/(?P<revision>[^/?#\s]+)[^?#\s]*)?/?(?:[?#]\S*)?",
    re.ASCII,
)
_AT_REVISION = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)@(?P<revision>[\w./-]+)", re.ASCII)
_NOTHING = {"none", "null", "n/a"}
_TAG = "base_model:"

_ADAPTER_CONFIG = "adapter_config.json"
_ADAPTER_WORDS = {"peft", "adapter-transformers", "lora", "adapter"}
_QUANTIZED_WORDS = {
    "gguf",
    "ggml",
    "gptq",
    "awq",
    "exl2",
    "exl3",
    "onnx",
    "bitsandbytes",
    "quantized",
    "4-bit",
    "8-bit",
}
_MERGE_WORDS = {"merge", "mergekit"}
_COMPOSED = {
    "any-to-any",
    "audio-text-to-text",
    "image-text-to-text",
    "video-text-to-text",
    "visual-question-answering",
}

_WEIGHTS = {".gguf": "gguf", ".safetensors": "safetensors"}
_MERGE_CONFIG = re.compile(r"mergekit(_moe)?_config\.ya?ml")
_LATER_PART = re.compile(r".*-(?!0*1-)[0-9]{5}-of-[0-9]{5}\.(safetensors|gguf)")


def is_declaring(name: str) -> bool:
    """Whether a file of this name beside a model card may say of which models a model was made.

    Examples
    --------
    >>> [is_declaring(name) for name in ("adapter_config.json", "mergekit_config.yml", "config.json")]
    [True, True, False]
    >>> is_declaring("model-00001-of-00030.safetensors"), is_declaring("model-00002-of-00030.safetensors")
    (True, False)
    """
    weights = name.endswith(tuple(_WEIGHTS)) and not _LATER_PART.fullmatch(name)
    return weights or name == _ADAPTER_CONFIG or bool(_MERGE_CONFIG.fullmatch(name))


def texts_of(front: FrontMatter, key: str, claims: Claims) -> list[tuple[str, Position]]:
    """The texts that stand at a key of a card, one or a list of them, each with its place; empty ones left out."""
    value = front.fields.get(key)
    if value is None:
        return []
    items = [((key, place), item) for place, item in enumerate(value)] if isinstance(value, list) else [((key,), value)]
    texts = []
    for at, item in items:
        if isinstance(item, str):
            if text := item.strip():
                texts.append((text, front.position(at)))
        elif item is not None:
            message = f"{key}: {described(item)} is no text"
            claims.report("wrong-type", message, "write a text, or a list of texts", where=front.position(at))
    return texts


@dataclass
class _Parent:
    """A parent that a card names, and what the card says of how."""

    name: str
    where: Position
    note: str | None = None
    words: dict[str, None] = field(default_factory=dict)
    """The relations in its tags."""


@dataclass
class Descending:
    """Where one model comes from, on its way to the claims.

    Parameters
    ----------
    claims : Claims
        What is told of it.
    child : int
        The number of the model.
    id : str
        Its id.
    front : FrontMatter
        Its card.
    files : list of Path
        The files beside the card for which `is_declaring` holds.
    known : collection of str
        The names that are taken as they stand, as those of the models that are read.
    """

    claims: Claims
    child: int
    id: str
    front: FrontMatter
    files: list[Path]
    known: Collection[str]

    def tell(self) -> None:
        """Add to the claims all derivations."""
        parents = self._parents()
        declared, steps = self._declared()
        said = self._said(parents)
        start = len(self.claims.derivations)
        self._derive(parents, said, {self._key(step.parent) for step in steps if step.word})
        self._add(steps, self.claims.derivations[start:])
        self._compare(parents, declared)
        self._successor()

    def _add(self, steps: list[ClaimedDerivation], told: list[ClaimedDerivation]) -> None:
        """Add the derivations that files say, and that neither the card nor another file says."""
        known: dict[tuple[str, Relation | str | None], ClaimedDerivation] = {}
        for step in told:
            self._index(step, known)
        for step in steps:
            twin = known.get((self._key(step.parent), _relation(step)))
            if twin is None:
                self._index(step, known)
                self.claims.derivations.append(step)
            else:
                twin.fields = step.fields | twin.fields

    def _index(
        self, step: ClaimedDerivation, known: dict[tuple[str, Relation | str | None], ClaimedDerivation]
    ) -> None:
        """Let a derivation be found by its parent, with its relation or without one."""
        parent = self._key(step.parent)
        known.setdefault((parent, _relation(step)), step)
        known.setdefault((parent, None), step)

    # The card

    def _parents(self) -> list[_Parent]:
        """The parents in the order of the card, those of tags that base_model does not list last."""
        listed = [_Parent(*self._meant(text, where)) for text, where in self._names("base_model")]
        by_name = {parent.name: parent for parent in listed}
        tagged = []
        for word, name, where in self._tags():
            parent = _Parent(*self._meant(name, where))
            if parent.name not in by_name:
                by_name[parent.name] = parent
                tagged.append(parent)
            if word:
                by_name[parent.name].words[word] = None
        if listed and tagged:
            names = _few(parent.name for parent in tagged)
            message = f"base_model of {shown(self.id)} does not list {names}, which its tags name"
            self._report("incomplete-parents", message, listed[0].where, done="all are kept")
        return listed + tagged

    def _tags(self) -> Iterator[tuple[str, str, Position]]:
        """The relation, which may be empty, the parent and the place of each tag that names a parent."""
        tags = self.front.fields.get("tags")
        for place, tag in enumerate(tags if isinstance(tags, list) else [tags]):
            if not isinstance(tag, str) or not tag.startswith(_TAG):
                continue
            word, colon, name = tag.removeprefix(_TAG).partition(":")
            if not colon or (word in ("http", "https") and name.startswith("//")):
                word, name = "", tag.removeprefix(_TAG)
            if name.strip():
                yield word.strip(), name.strip(), self.front.position(("tags", place))

    def _names(self, key: str) -> Iterator[tuple[str, Position]]:
        for text, where in texts_of(self.front, key, self.claims):
            if text.casefold() in _NOTHING and text not in self.known:
                self._report("ignored", f"{key} of {shown(self.id)} is {shown(text)}: it names no model", where)
            else:
                yield text, where

    def _meant(self, text: str, where: Position) -> tuple[str, Position, str | None]:
        """The name of the model that a text means, its place, and a note on its revision."""
        if text in self.known:
            return text, where, None
        match = _on_hub(text)
        if not match:
            return text, where, None
        if match.re is _ADDRESS:
            done = f"it is read as {shown(match['name'])}"
            self._report("read-as", f"{shown(text)} is an address of the Hub", where, done=done)
        revision = match["revision"]
        return match["name"], where, f"revision: {revision}" if revision and revision != "main" else None

    def _said(self, parents: list[_Parent]) -> str | None:
        """The relation to all parents, as the card says it."""
        words = texts_of(self.front, "base_model_relation", self.claims)
        if not words:
            return None
        word, where = words[0]
        if len(words) > 1:
            message = f"base_model_relation of {shown(self.id)} has {len(words)} words"
            hint = "write one; where parents differ, write tags base_model:RELATION:ID"
            self.claims.report("wrong-type", message, hint, where=where, ids=(self.id,), done="all are left out")
            return None
        if not parents:
            message = f"{shown(self.id)} is said to be made by {shown(word)}, and not from what"
            self._report("unknown-base", message, where)
        said = self.front.fields.get("pipeline_tag")
        pipeline = said if isinstance(said, str) else None
        merged = relation_of(word) == Relation.MERGE and not _MERGE_WORDS & self._words()
        if merged and len(parents) > 1 and pipeline in _COMPOSED and not self._has(_MERGE_CONFIG):
            message = f"{shown(self.id)} is said to be a {word!r} of {len(parents)} models, and is for {pipeline!r}"
            hint = "where it is composed of them, write 'component'"
            self.claims.report("unlikely-relation", message, hint, where=where, ids=(self.id,), done="it is kept")
        return word

    def _derive(self, parents: list[_Parent], said: str | None, declared: Collection[str]) -> None:
        """Tell of the parents in the card; how, files may say for those that they name too."""
        word, rule = self._inferred(len(parents))
        inferred = []
        for parent in parents:
            words: dict[str, str] = {}
            for way in ([said] if said else []) + [*parent.words]:
                words.setdefault(relation_of(way) or way, way)
            if not words and parent.name not in declared:
                inferred.append(parent)
                words[word] = word
            for way in words.values():
                self.claims.derive(self.child, parent.name, way, parent.where, note=parent.note)
        if inferred:
            message = f"nothing says how {shown(self.id)} was made from {_few(parent.name for parent in inferred)}"
            done = f"{word!r}, as the Hub would have it: {rule}"
            self._report("inferred-relation", message, inferred[0].where, done=done)

    def _inferred(self, count: int) -> tuple[str, str]:
        """The relation that the Hub works out, and by which rule."""
        words = self._words()
        if self._has(re.compile(_ADAPTER_CONFIG)):
            return "adapter", f"it has a file {_ADAPTER_CONFIG}"
        if found := _ADAPTER_WORDS & words:
            return "adapter", f"its library or a tag is {min(found)!r}"
        if count > 1:
            return "merge", f"it lists {count} base models"
        if self._has(re.compile(r".*\.gguf")):
            return "quantized", "it has a GGUF file"
        if found := _QUANTIZED_WORDS & words:
            return "quantized", f"its library or a tag is {min(found)!r}"
        if "quantized_by" in self.front.fields:
            return "quantized", "its card has 'quantized_by'"
        if found := _MERGE_WORDS & words:
            return "merge", f"a tag is {min(found)!r}"
        return "finetune", "it lists one base model, and is no adapter, no merge and not quantized"

    def _words(self) -> set[str]:
        """The library and the tags, in lower case."""
        tags = self.front.fields.get("tags")
        words = [self.front.fields.get("library_name"), *(tags if isinstance(tags, list) else [tags])]
        return {word.strip().lower() for word in words if isinstance(word, str)}

    def _has(self, name: re.Pattern[str]) -> bool:
        return any(name.fullmatch(file.name) for file in self.files)

    def _successor(self) -> None:
        for text, where in self._names("new_version"):
            name, _, note = self._meant(text, where)
            self.claims.derive(name, self.id, Relation.SUCCESSOR, where, note=note)

    # The files beside it

    def _declared(self) -> tuple[list[tuple[Path, set[str]]], list[ClaimedDerivation]]:
        """The parents that each file names, and all derivations from them."""
        start = len(self.claims.derivations)
        declared = []
        for file in self.files:
            try:
                names = _declare(file, self.claims, self.child)
            except OSError as error:
                message = f"the file cannot be read: {error.strerror}"
                self.claims.report("unreadable", message, where=Position(file), ids=(self.id,))
                continue
            declared.append(
                (file, {self._key(name) for name in names if repository_in_cache(name) or not self._local(name)})
            )
        steps = self.claims.derivations[start:]
        del self.claims.derivations[start:]  # what the card says comes first
        return declared, steps

    def _key(self, name: str) -> str:
        """What two ways to name one model share."""
        name = name.strip()
        if name in self.known:
            return name
        match = _on_hub(name)
        return match["name"] if match else repository_in_cache(name) or name

    def _local(self, name: str) -> bool:
        return name not in self.known and not _on_hub(name) and is_local_path(name)

    def _compare(self, parents: list[_Parent], declared: list[tuple[Path, set[str]]]) -> None:
        """Report files that do not list the parents that the card lists."""
        listed = {self._key(parent.name): parent for parent in parents}
        for file, names in declared:
            if not listed or not names or names == listed.keys():
                continue
            fewer = len(names) < len(listed)
            where = Position(file) if fewer else next(iter(listed.values())).where
            less, more = (names, listed.keys()) if fewer else (listed.keys(), names)
            first, second = (file.name, "the card") if fewer else ("the card", file.name)
            message = f"{first} of {shown(self.id)} does not list {_few(sorted(more - less))}, which {second} does"
            self._report("incomplete-parents", message, where, done="all are kept")

    def _report(self, kind: str, message: str, where: Position, done: str | None = None) -> None:
        self.claims.report(kind, message, where=where, ids=(self.id,), done=done)


def _on_hub(text: str) -> re.Match[str] | None:
    """The name and revision in an address on the Hub, or in ``org/name@revision``."""
    if len(text) > 500:  # no address is so long, and to look for one would take long
        return None
    return _ADDRESS.fullmatch(text) or _AT_REVISION.fullmatch(text)


def _few(names: Iterable[str]) -> str:
    """The first three names, as a message has them."""
    listed = [shown(name) for name in names]
    return ", ".join(listed[:3]) + (f" and {len(listed) - 3} more" if len(listed) > 3 else "")


def _relation(step: ClaimedDerivation) -> Relation | str | None:
    word = step.word
    return word if isinstance(word, Relation) else relation_of(word or "") or word or None


def _declare(file: Path, claims: Claims, child: int) -> tuple[str, ...]:
    """What the reader of a file's format finds in it."""
    format = "peft" if file.name == _ADAPTER_CONFIG else _WEIGHTS.get(file.suffix, "mergekit")
    declare: Callable[[Path, Claims, int], tuple[str, ...]]
    declare = importlib.import_module(f"modeltree.formats.weights.{format}").declare
    return declare(file, claims, child)
