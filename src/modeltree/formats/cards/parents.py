"""The parents of a model, as its card and the files beside the card name them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from modeltree._util.text import enumerated
from modeltree.findings import Position, shown
from modeltree.formats.repair.claims import ClaimedDerivation, Claims
from modeltree.formats.repair.model_files import FrontMatter
from modeltree.formats.weights import add_parents
from modeltree.formats.weights.configurations import ADAPTER_CONFIG, MERGE_CONFIG, mergekit_claims, peft_claims
from modeltree.formats.weights.headers import gguf_claims, safetensors_claims
from modeltree.records import Relation
from modeltree.values.addresses import is_local_path, repository_in_cache
from modeltree.values.hub_words import MERGE_WORDS, inferred_relation, reference_of, tagged_base
from modeltree.values.words import is_missing, relation_of

_COMPOSED = {"any-to-any", "visual-question-answering"}
_COMPOSED |= {f"{media}-text-to-text" for media in ("audio", "image", "video")}
_OF_FILES = frozenset({"license", "sizes"})  # what a card may leave to the files beside it

_READERS = {".gguf": gguf_claims, ".safetensors": safetensors_claims}


@dataclass
class _CardParent:
    """A parent that a card names, with a note on its revision and the relations in its tags."""

    name: str
    where: Position
    note: str | None = None
    words: dict[str, None] = field(default_factory=dict)


@dataclass
class CardDerivations:
    """The derivations of one model, from its card and the files beside it; names in `known` are taken as they are.

    A path that leads from a file to another model is the id of that: `folders` has the ids by their folders.
    """

    claims: Claims
    child: int
    id: str
    front: FrontMatter
    files: list[Path]
    known: Collection[str]
    folders: Mapping[Path, str] = field(default_factory=dict)

    def add(self) -> None:
        """Add all derivations to the claims; those of the card come first."""
        parents = self._card_parents()
        declared, derivations = self._declared()
        word = self._card_relation(parents)
        start = len(self.claims.derivations)
        self._derive(parents, word, {self._key(derivation.parent) for derivation in derivations if derivation.word})
        self._add_new(derivations, self.claims.derivations[start:])
        self._compare(parents, declared)
        for text, where in self._names("new_version"):
            name, _, note = self._model_named(text, where)
            self.claims.derive(name, self.id, Relation.SUCCESSOR, where, note=note)

    def _add_new(self, derivations: list[ClaimedDerivation], of_card: list[ClaimedDerivation]) -> None:
        """Add the derivations from files that neither the card nor another file has."""
        known: dict[tuple[str, Relation | str | None], ClaimedDerivation] = {}

        def index(derivation: ClaimedDerivation) -> None:
            parent = self._key(derivation.parent)
            known.setdefault((parent, _relation(derivation)), derivation)
            known.setdefault((parent, None), derivation)

        for derivation in of_card:
            index(derivation)
        for derivation in derivations:
            twin = known.get((self._key(derivation.parent), _relation(derivation)))
            if twin is None:
                index(derivation)
                self.claims.derivations.append(derivation)
            else:
                twin.fields = derivation.fields | twin.fields

    # The card

    def _card_parents(self) -> list[_CardParent]:
        """The parents in the order of the card; those in tags that base_model does not list come last."""
        listed = [_CardParent(*self._model_named(text, where)) for text, where in self._names("base_model")]
        by_name = {parent.name: parent for parent in listed}
        tagged = []
        for word, name, where in self._tags():
            parent = _CardParent(*self._model_named(name, where))
            if parent.name not in by_name:
                by_name[parent.name] = parent
                tagged.append(parent)
            if word:
                by_name[parent.name].words[word] = None
        if listed and tagged:
            names = enumerated([shown(parent.name) for parent in tagged])
            message = f"base_model of {shown(self.id)} does not list {names}, which its tags name"
            self._report("incomplete-parents", message, listed[0].where, done="all are kept")
        return listed + tagged

    def _tags(self) -> Iterator[tuple[str, str, Position]]:
        """The relation, which may be empty, the parent and the position of each tag that names a parent."""
        tags = self.front.fields.get("tags")
        for index, tag in enumerate(tags if isinstance(tags, list) else [tags]):
            if isinstance(tag, str) and (base := tagged_base(tag)):
                yield *base, self.front.position(("tags", index))

    def _names(self, key: str) -> Iterator[tuple[str, Position]]:
        for written, where in self.front.texts(key, self.claims):
            text = self._at_path(written, self.front.path)
            if is_missing(text) and text not in self.known:
                self._report("ignored", f"{key} of {shown(self.id)} is {shown(text)}: it names no model", where)
            else:
                yield text, where

    def _model_named(self, text: str, where: Position) -> tuple[str, Position, str | None]:
        """The name of the model that a text means, its position, and a note on its revision."""
        reference = None if text in self.known else reference_of(text)
        if not reference:
            return text, where, None
        name, revision, is_address = reference
        if is_address:
            done = f"it is read as {shown(name)}"
            self._report("read-as", f"{shown(text)} is an address of the Hub", where, done=done)
        return name, where, f"revision: {revision}" if revision and revision != "main" else None

    def _card_relation(self, parents: list[_CardParent]) -> str | None:
        """The relation to all parents, as the card has it."""
        words = self.front.texts("base_model_relation", self.claims)
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
        pipeline = self.front.fields.get("pipeline_tag")
        is_composed = isinstance(pipeline, str) and pipeline in _COMPOSED and len(parents) > 1
        is_merge = relation_of(word) == Relation.MERGE
        if is_composed and is_merge and not MERGE_WORDS & self._words() and not self._has(MERGE_CONFIG):
            message = f"{shown(self.id)} is said to be a {word!r} of {len(parents)} models, and is for {pipeline!r}"
            hint = "where it is composed of them, write 'component'"
            self.claims.report("unlikely-relation", message, hint, where=where, ids=(self.id,), done="it is kept")
        return word

    def _derive(self, parents: list[_CardParent], card_word: str | None, declared: Collection[str]) -> None:
        """Add the parents in the card; files may have the relation to those that they name too."""
        word, rule = self._inferred(len(parents))
        inferred = []
        for parent in parents:
            words: dict[str, str] = {}
            for written in ([card_word] if card_word else []) + [*parent.words]:
                words.setdefault(relation_of(written) or written, written)
            if not words and parent.name not in declared:
                inferred.append(parent)
                words[word] = word
            for written in words.values():
                self.claims.derive(self.child, parent.name, written, parent.where, note=parent.note)
        if inferred:
            names = enumerated([shown(parent.name) for parent in inferred])
            message = f"nothing says how {shown(self.id)} was made from {names}"
            done = f"{word!r}, as the Hub would have it: {rule}"
            self._report("inferred-relation", message, inferred[0].where, done=done)

    def _inferred(self, count: int) -> tuple[str, str]:
        """The relation that the Hub works out, and by which rule."""
        return inferred_relation(
            self._words(),
            count,
            adapter_file=ADAPTER_CONFIG if any(file.name == ADAPTER_CONFIG for file in self.files) else "",
            has_gguf=any(file.name.endswith(".gguf") for file in self.files),
            is_quantized="quantized_by" in self.front.fields,
        )

    def _words(self) -> set[str]:
        """The library and the tags, in lower case."""
        tags = self.front.fields.get("tags")
        words = [self.front.fields.get("library_name"), *(tags if isinstance(tags, list) else [tags])]
        return {word.strip().lower() for word in words if isinstance(word, str)}

    def _has(self, name: re.Pattern[str]) -> bool:
        return any(name.fullmatch(file.name) for file in self.files)

    # The files beside it

    def _declared(self) -> tuple[list[tuple[Path, set[str]]], list[ClaimedDerivation]]:
        """The parents that each file names, and all derivations from them."""
        start = len(self.claims.derivations)
        declared = []
        for file in self.files:
            try:
                claims_of = peft_claims if file.name == ADAPTER_CONFIG else _READERS.get(file.suffix, mergekit_claims)
                read = claims_of(file)
                first = len(self.claims.derivations)
                names = [self._at_path(name, file) for name in add_parents(read, self.claims, self.child)]
                for derivation in self.claims.derivations[first:]:
                    derivation.parent = self._at_path(derivation.parent, file)
            except OSError as error:
                message = f"the file cannot be read: {error.strerror}"
                self.claims.report("unreadable", message, where=Position(file), ids=(self.id,))
                continue
            self._fill(read.fields)
            declared.append(
                (file, {self._key(name) for name in names if repository_in_cache(name) or not self._is_local(name)})
            )
        derivations = self.claims.derivations[start:]
        del self.claims.derivations[start:]  # those of the card come first
        return declared, derivations

    def _fill(self, told: Mapping[str, object]) -> None:
        """Take from a file what the card does not say of the model: all where there is no card."""
        fields = self.claims.models[self.child].fields
        for key, value in told.items():
            is_made_of_id = key == "name" and not self.front.present and fields.get(key) == self.id.rpartition("/")[2]
            if (fields.get(key) is None and (key in _OF_FILES or not self.front.present)) or is_made_of_id:
                fields[key] = value

    def _at_path(self, text: str, file: Path) -> str:
        """The id of another model that a path leads to, else the text itself."""
        if text in self.known or not is_local_path(text):
            return text
        path = Path(os.path.normpath((file.parent / text).absolute()))
        id = self.folders.get(path.parent if is_local_path(path.name) else path, self.id)  # that of a file with weights
        return text if id == self.id else id

    def _key(self, name: str) -> str:
        """What two names of one model share."""
        name = name.strip()
        if name in self.known:
            return name
        reference = reference_of(name)
        return reference[0] if reference else repository_in_cache(name) or name

    def _is_local(self, name: str) -> bool:
        return name not in self.known and not reference_of(name) and is_local_path(name)

    def _compare(self, parents: list[_CardParent], declared: list[tuple[Path, set[str]]]) -> None:
        """Report files that do not list the parents that the card lists."""
        listed = {self._key(parent.name): parent for parent in parents}
        for file, names in declared:
            if not listed or not names or names == listed.keys():
                continue
            fewer = len(names) < len(listed)
            where = Position(file) if fewer else next(iter(listed.values())).where
            less, more = (names, listed.keys()) if fewer else (listed.keys(), names)
            first, second = (file.name, "the card") if fewer else ("the card", file.name)
            missing = enumerated([shown(name) for name in sorted(more - less)])
            message = f"{first} of {shown(self.id)} does not list {missing}, which {second} does"
            self._report("incomplete-parents", message, where, done="all are kept")

    def _report(self, kind: str, message: str, where: Position, done: str | None = None) -> None:
        self.claims.report(kind, message, where=where, ids=(self.id,), done=done)


def _relation(derivation: ClaimedDerivation) -> Relation | str | None:
    return (
        derivation.word
        if isinstance(derivation.word, Relation)
        else relation_of(derivation.word or "") or derivation.word or None
    )
