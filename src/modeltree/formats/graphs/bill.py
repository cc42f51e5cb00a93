"""What a bill of materials says of models, on its way to a lineage; see `modeltree.formats.graphs.cyclonedx`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import unquote

from modeltree.findings import Finding, SourceError, shown
from modeltree.formats.graphs.common import MAX_RECORDS, Tally, within
from modeltree.formats.parsing.jsontree import JsonTree
from modeltree.formats.repair.claims import Intake
from modeltree.formats.repair.vocabulary import day_of
from modeltree.formats.repair.wording import no_list, no_mapping
from modeltree.graph.network import from_attributes, from_json
from modeltree.records import Kind, Links, Relation

__all__ = ["KINDS", "OWN", "Bill"]

KINDS = {"machine-learning-model": Kind.MODEL, "application": Kind.APPLICATION, "data": Kind.DATASET}
"""The types of components that are models, applications and data sets."""

OWN = "modeltree:"
"""How the properties begin that are the fields of a record."""

_PURL = re.compile(r"pkg:huggingface/([^@?#]+)", re.IGNORECASE)
_HUB = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/(?:datasets/)?([\w.-]+/[\w.-]+)/?", re.IGNORECASE)
_TAG = re.compile(r"base_model:(?:([a-z_-]+):)?([^\s:,]+)")
_BASES = frozenset({"basemodel", "parentmodel", "basemodels", "finetunedfrom"})
_DATES = frozenset({"released", "releasedate", "createdat"})
_MAKERS = ("manufacturer", "supplier", "publisher", "author")
_USED = _BASES | _DATES | {"tags", "basemodelsource", "usage"}
_TESTS = frozenset({"evaluation", "benchmarking", "benchmark", "testing", "test", "validation"})
_COMMENTS = list(Links.model_fields)
_LINKS = {"vcs": "code", "model-card": "weights", "website": "website"}
_READ = frozenset(
    {"type", "name", "bom-ref", "purl", "licenses", "pedigree", "externalReferences", "properties", "components"}
    | {"description", "modelCard", "tags", *_MAKERS}
)
_READ_OF_ALL = frozenset(
    {"$schema", "bomFormat", "specVersion", "serialNumber", "version", "metadata", "components", "dependencies"}
)

At = tuple[str | int, ...]
Fields = dict[str, Any]


class _Component(NamedTuple):
    """A component that is a model, and where it stands."""

    number: int
    key: str
    at: At
    data: Fields


class _Parent(NamedTuple):
    """What is said of a derivation, and where."""

    word: Relation | str | None
    at: At
    fields: Fields


class Bill:
    """A bill of materials on its way to an intake."""

    def __init__(self, tree: JsonTree) -> None:
        self.tree = tree
        self.intake = Intake(names=True)
        self.intake.findings += tree.problems
        self.components: list[_Component] = []
        self.by_key: dict[str, _Component] = {}
        self.keys: dict[str, str] = {}
        """What components go by: first bom-refs, then what they are called, then names."""
        self.others: set[str] = set()
        """The bom-refs of what is no model."""
        self.parents: dict[tuple[int, str], _Parent] = {}
        self._ignored = Tally()

    def take(self, data: Fields) -> None:
        """Take all that the bill says."""
        metadata = self._mapping(data, "metadata", ())
        for place, item in self._items(data, "components", ()):
            self._list(item, ("components", place))
        self._take_subject(metadata)
        for component in self.components:
            self.keys.setdefault(component.key, component.key)
        for component in self.components:
            self.keys.setdefault(_text(component.data.get("name")) or component.key, component.key)
        place = 0
        while place < len(self.components):  # a pedigree may add some
            self._take_descent(self.components[place])
            place += 1
        self._take_dependencies(data)
        for (child, parent), said in self.parents.items():
            self.intake.derive(child, parent, said.word, within(self.tree, *said.at), **said.fields)
        self._describe(metadata)
        for key in sorted(data.keys() - _READ_OF_ALL):
            self._ignored.add(f"{key[:60]!r} of the file", within(self.tree, key))
        self._ignored.report(self.intake)

    # What there is

    def _list(self, data: Fields, at: At) -> _Component | None:
        """Take a component and those in it; what is no model is counted."""
        kind = KINDS.get(str(data.get("type")))
        component = None
        if kind is None:
            self._ignored.add(f"a component of type {shown(data.get('type'))}", within(self.tree, *at))
            self.others.add(str(data.get("bom-ref")))
        else:
            component = self._add(data, at, kind)
        within_it: dict[Relation, list[_Component]] = {}
        for place, item in self._items(data, "components", at):
            inner = self._list(item, (*at, "components", place))
            if component and inner and (relation := self._needed(component, inner, Relation.COMPONENT)):
                within_it.setdefault(relation, []).append(inner)
                self._derive(component, inner.key, relation, inner.at)
        for relation, parts in within_it.items():
            names = ", ".join(shown(part.key) for part in parts[:3]) + (", …" if len(parts) > 3 else "")
            message = f"{shown(component.key if component else None)} contains {names}"
            self._report("inferred-relation", message, None, parts[0].at, done=f"it is read as {str(relation)!r}")
        return component

    def _add(self, data: Fields, at: At, kind: Kind) -> _Component | None:
        key = self._called(data)
        if key is None:
            message = "a component has no name"
            self._report("missing-key", message, "write 'name'", at, done="it is left out")
            return None
        if len(self.components) >= MAX_RECORDS:
            message = f"the file is too large: more than {MAX_RECORDS:,} components"
            raise SourceError([Finding("too-large", message, position=self.tree.position(at))])
        fields = {"kind": None if kind == Kind.MODEL else str(kind), **self._fields(data, at)}
        component = _Component(self.intake.add(key, within(self.tree, *at), fields), key, at, data)
        self._keep(component)
        if ref := _text(data.get("bom-ref")):
            self.keys.setdefault(ref, key)
        return component

    def _keep(self, component: _Component) -> None:
        self.components.append(component)
        self.by_key.setdefault(component.key, component)

    def _take_subject(self, metadata: Fields) -> None:
        """Take the component that the bill is of, which is often one of those in it too."""
        subject = self._mapping(metadata, "component", ("metadata",))
        names = {_text(component.data.get("name")): component.key for component in self.components}
        key = self._called(subject)
        same = key if key in self.by_key else names.get(_text(subject.get("name")))
        if same and (ref := _text(subject.get("bom-ref"))):
            self.keys.setdefault(ref, same)
        elif subject and not same:
            self._list(subject, ("metadata", "component"))

    def _called(self, data: Fields) -> str | None:
        """What tells a component from others."""
        if own := _own(self._properties(data)).get("id"):
            return own
        purl = _PURL.match(str(data.get("purl", "")))
        if purl and (name := unquote(purl[1]).strip(" /")):
            return name
        cards = (item for _, item in self._items(data, "externalReferences", None) if item.get("type") == "model-card")
        for item in cards:
            if match := _HUB.fullmatch(str(item.get("url"))):
                return match[1]
        return _text(data.get("name"))

    def _fields(self, data: Fields, at: At) -> Fields:
        """The fields of a model that a component has; own properties say them best."""
        properties, where = self._properties(data), within(self.tree, *at)
        fields: Fields = {"name": data.get("name"), "note": data.get("description") or None}
        maker = next((self._named(data.get(key)) for key in _MAKERS if self._named(data.get(key))), None)
        fields |= {"organizations": [maker] if maker else None, "license": self._license(data, at)}
        released = (value for name, value in properties if _quiet(name) in _DATES)
        fields["released"] = next((day_of(value) for value in released), None)
        links: dict[str, str] = {}
        for _, item in self._items(data, "externalReferences", at):
            comment = item.get("comment")
            kind = comment if comment in _COMMENTS else _LINKS.get(str(item.get("type")))
            if kind and isinstance(item.get("url"), str):
                links.setdefault(kind, item["url"])
            else:
                self._ignored.add(f"an external reference of type {shown(item.get('type'))}", where)
        fields["links"] = links or None
        fields |= from_attributes({name: value for name, value in _own(properties).items() if name != "id"})
        for key in sorted(data.keys() - _READ):
            self._ignored.add(f"{key[:60]!r} of components", where)
        for name, _ in properties:
            if not name.startswith(OWN) and _quiet(name) not in _USED:
                self._ignored.add(f"property {shown(name)}", where)
        return fields

    def _license(self, data: Fields, at: At) -> Fields | str | None:
        """One license for all that are listed."""
        names: list[Fields] = []
        for _, item in self._items(data, "licenses", at):
            license = item.get("license")
            id, name = (license.get("id"), license.get("name")) if isinstance(license, dict) else (None, None)
            said = id or name or item.get("expression")
            if isinstance(said, str) and said.strip():
                names.append({"name": said, "spdx": id if isinstance(id, str) else None})
        joined = " and ".join(one["name"] for one in names)
        return names[0] if len(names) == 1 else joined or None

    # Who comes from whom

    def _take_descent(self, component: _Component) -> None:
        """Take what a component says of its parents, and its pedigree of its children."""
        data, at = component.data, component.at
        pedigree, way = self._mapping(data, "pedigree", at), (*at, "pedigree")
        notes = pedigree.get("notes")
        for role in ("ancestors", "descendants", "variants"):
            for place, item in self._items(pedigree, role, way):
                other = self._other(item, (*way, role, place))
                if other is None or role == "variants":
                    continue
                own = _own(self._properties(item))
                said = from_attributes({name: own[name] for name in ("note", "references") if name in own})
                fields = {"note": notes if isinstance(notes, str) else None, **said}
                child, parent = (component, other.key) if role == "ancestors" else (other, component.key)
                self._derive(child, parent, own.get("relation"), (*way, role, place), **fields)
        tags = (
            [("tags", tag) for tag in data.get("tags") or [] if isinstance(tag, str)]
            if isinstance(data.get("tags"), list)
            else []
        )
        self._take_properties(component, [*self._properties(data), *tags], at)
        card, way = self._mapping(data, "modelCard", at), (*at, "modelCard")
        self._take_properties(component, self._properties(card), way)
        parameters = self._mapping(card, "modelParameters", way)
        unread = [*(card.keys() - {"bom-ref", "modelParameters", "properties"}), *(parameters.keys() - {"datasets"})]
        for key in sorted(unread):
            self._ignored.add(f"{key[:60]!r} of model cards", within(self.tree, *way))
        for place, item in self._items(parameters, "datasets", (*way, "modelParameters")):
            self._take_dataset(component, item, (*way, "modelParameters", "datasets", place))

    def _other(self, data: Fields, at: At) -> _Component | None:
        """The component that a pedigree names: one that is listed, or a new one with a pedigree of its own."""
        called = [_text(data.get("bom-ref")), self._called(data), _text(data.get("name"))]
        key = next((self.keys[name] for name in called if name in self.keys), None)
        if key is not None:
            return self.by_key[key]
        component = self._list(data, at)
        if component:
            self.keys.setdefault(component.key, component.key)
        return component

    def _take_properties(self, component: _Component, properties: Iterable[tuple[str, str]], at: At) -> None:
        listed = list(properties)
        source = next((value for name, value in listed if _quiet(name) == "basemodelsource"), "")
        for name, value in listed:
            if _quiet(name) == "tags":
                for word, parent in _TAG.findall(value):
                    self._derive(component, self.keys.get(parent, parent), word or None, (*at, "properties"))
            elif _quiet(name) in _BASES and value.strip():
                match = _HUB.fullmatch(source.strip()) if _quiet(name) == "basemodel" else None
                parent = match[1] if match and value.strip() not in self.keys else value.strip()
                self._derive(component, self.keys.get(parent, parent), None, (*at, "properties"))

    def _take_dataset(self, component: _Component, data: Fields, at: At) -> None:
        """Take a data set that a model card names, or refers to."""
        ref, name = data.get("ref"), data.get("name")
        if isinstance(ref, str):
            if ref in self.keys:
                self._derive(component, self.keys[ref], Relation.DATA, at)
            else:
                self._dangling(ref, component.key, at)
        elif isinstance(name, str) and name.strip():
            contents = data.get("contents")
            match = _HUB.fullmatch(str(contents.get("url"))) if isinstance(contents, dict) else None
            key = match[1] if match else name.strip()
            if key not in self.keys:
                fields = {"name": name, "kind": str(Kind.DATASET)}
                self._keep(_Component(self.intake.add(key, within(self.tree, *at), fields), key, at, data))
                self.keys[key] = key
            self._derive(component, self.keys[key], Relation.DATA, at)

    def _take_dependencies(self, data: Fields) -> None:
        """Take who depends on whom; libraries and the like are no models."""
        for place, item in self._items(data, "dependencies", ()):
            at: At = ("dependencies", place)
            ref = _text(item.get("ref")) or ""
            child = self._model(ref, None, (*at, "ref"))
            needed = item.get("dependsOn")
            for number, name in enumerate(needed if isinstance(needed, list) else []):
                way = (*at, "dependsOn", number)
                parent = self._model(_text(name) or "", ref, way)
                if parent and child and (word := self._needed(child, parent, Relation.UNSPECIFIED)):
                    self._derive(child, parent.key, word if word != Relation.UNSPECIFIED else None, way)

    def _model(self, ref: str, whose: str | None, at: At) -> _Component | None:
        """The model that has a bom-ref; a bom-ref that nothing has is reported."""
        if ref not in self.keys and ref not in self.others:
            self._dangling(ref, whose, at)
        return self.by_key.get(self.keys.get(ref, ""))

    def _dangling(self, ref: Any, whose: str | None, at: At) -> None:
        message = f"{shown(ref)}{f', which {shown(whose)} refers to,' if whose else ''} is no component of the file"
        self._report(
            "missing-parent" if whose else "missing-child", message, "name a bom-ref", at, done="it is left out"
        )

    def _needed(self, child: _Component, parent: _Component, otherwise: Relation) -> Relation | None:
        """How one is made from the other that it contains or depends on, as far as their types say; None if not."""
        if parent.data.get("type") in ("data", "dataset"):
            uses = next((value for name, value in self._properties(parent.data) if _quiet(name) == "usage"), "")
            words = set(re.findall("[a-z]+", uses.casefold()))
            if words and words <= _TESTS:
                self._ignored.add("that a data set is used for evaluation", within(self.tree, *parent.at))
                return None
            return Relation.DATA
        return Relation.APPLICATION if child.data.get("type") == "application" else otherwise

    def _derive(self, child: _Component, parent: str, word: Relation | str | None, at: At, **fields: Any) -> None:
        pair = (child.number, parent)
        earlier = self.parents.get(pair)
        if earlier is None:
            self.parents[pair] = _Parent(word, at, fields)
        elif earlier.word is None and word is not None:
            self.parents[pair] = earlier._replace(word=word)

    def _describe(self, metadata: Fields) -> None:
        """Take what is said of the whole."""
        about = {"date": day_of(metadata.get("timestamp"))} if metadata.get("timestamp") else {}
        own = _own(self._properties(metadata))
        listed = from_json(own.pop("organizations", "[]"))
        self.intake.about |= about | from_attributes(own)
        if isinstance(listed, list) and all(isinstance(record, dict) for record in listed):
            self.intake.organizations += listed
        else:
            self._report("bad-attribute", "organizations are no list of records", None, ("metadata", "properties"))

    # Parts of JSON

    def _items(self, data: Fields, key: str, at: At | None) -> Iterator[tuple[int, Fields]]:
        """The mappings in a list, with their places; what else there is is reported, if a way to it is given."""
        items = data.get(key)
        if not isinstance(items, list):
            if items is not None and at is not None:
                found = no_list(items, key)
                self._report(found.kind, found.message, found.hint, (*at, key), done="it is left out")
            return
        for place, item in enumerate(items):
            if isinstance(item, dict):
                yield place, item
            elif at is not None:
                found = no_mapping(item, key)
                self._report(found.kind, found.message, found.hint, (*at, key, place), done="it is left out")

    def _mapping(self, data: Fields, key: str, at: At) -> Fields:
        value = data.get(key)
        if value is not None and not isinstance(value, dict):
            found = no_mapping(value, key)
            self._report(found.kind, found.message, found.hint, (*at, key), done="it is left out")
        return value if isinstance(value, dict) else {}

    def _properties(self, data: Fields) -> list[tuple[str, str]]:
        """The names and values of properties; a mapping, which is no right form, is read too."""
        properties = data.get("properties")
        if isinstance(properties, dict):
            pairs = list(properties.items())
        else:
            pairs = [(item.get("name"), item.get("value")) for _, item in self._items(data, "properties", None)]
        return [(name, value) for name, value in pairs if isinstance(name, str) and isinstance(value, str)]

    def _named(self, value: Any) -> str | None:
        """The name of an organization."""
        name = _text(value.get("name") if isinstance(value, dict) else value)
        return name if name and not name.startswith("http") else None

    def _report(self, kind: str, message: str, hint: str | None, at: At, done: str | None = None) -> None:
        self.intake.report(kind, message, hint, where=self.tree.position(at), done=done)


def _quiet(name: str) -> str:
    """The name of a property without the name space before it, case and hyphens."""
    return re.sub(r"[\s_-]", "", name.rpartition(":")[2]).casefold()


def _own(properties: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The properties that are fields of a record."""
    return {name.removeprefix(OWN): value for name, value in properties if name.startswith(OWN)}


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
