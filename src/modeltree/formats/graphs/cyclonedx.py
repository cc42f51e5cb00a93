"""CycloneDX: bills of materials, in which models, applications and data sets are components.

Version 1.6 is written as JSON, 1.5 to 1.7 are read as JSON and as XML, the latter as the data that the same bill has in
JSON. ``docs/formats.md`` has what is read as what.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from modeltree._util.text import enumerated
from modeltree.findings import At, Finding, Position, SourceError, shown
from modeltree.formats.graphs.bills import COMPONENT_TYPES, cyclonedx_text, write_cyclonedx
from modeltree.formats.graphs.graph_claims import (
    OWN,
    Element,
    Fields,
    add_about,
    edge_fields,
    mapping_of,
    mappings_in,
    read_xml,
    report_ignored,
    text_of,
    within,
)
from modeltree.formats.parsing import limits, refuse_size
from modeltree.formats.parsing.jsontree import JsonTree
from modeltree.formats.repair.claims import Claims, Where
from modeltree.formats.repair.models import reader
from modeltree.formats.repair.record_findings import Tally, no_mapping
from modeltree.graph.network import from_attributes
from modeltree.records import Kind, Links, Model, Relation
from modeltree.values.addresses import parse_hub_address, parse_package_url
from modeltree.values.fields import fields_of_attributes, known_value
from modeltree.values.quantities import day_of

__all__ = ["cyclonedx_text", "read_cyclonedx", "write_cyclonedx"]

# The types of components that are models, applications and data sets.
_KINDS = {type: kind for kind, type in COMPONENT_TYPES.items()}
_TAG = re.compile(r"base_model:(?:([a-z_-]+):)?([^\s:,]+)")
_BASES = frozenset({"basemodel", "parentmodel", "basemodels", "finetunedfrom"})
_DATES = frozenset({"released", "releasedate", "createdat"})
_ORGANIZATIONS = ("manufacturer", "supplier", "publisher", "author")
_NOT_FIELDS = frozenset({"tags", "usage"})
_READ_PROPERTIES = _BASES | _DATES | {"tags", "basemodelsource", "usage"}
_TESTS = frozenset({"evaluation", "benchmarking", "benchmark", "testing", "test", "validation"})
_LINKS = {"vcs": "code", "model-card": "weights", "website": "website"}
_READ_OF_COMPONENTS = frozenset(
    {"type", "group", "name", "bom-ref", "purl", "licenses", "pedigree", "externalReferences", "properties"}
    | {"components", "description", "modelCard", "tags", *_ORGANIZATIONS}
)
_READ_OF_FILE = frozenset(
    {"$schema", "bomFormat", "specVersion", "serialNumber", "version", "metadata", "components", "dependencies"}
)


@reader
def read_cyclonedx(path: str | os.PathLike[str]) -> Claims:
    """Read a bill of materials in JSON or in XML."""
    return _Bill(_read_xml_bill(Path(path)) if _is_xml(Path(path)) else _read_json_bill(path)).read()


def _read_json_bill(path: str | os.PathLike[str]) -> JsonTree:
    tree, data = mapping_of(path, "CycloneDX", "'bomFormat'")
    if data.get("bomFormat") != "CycloneDX":
        hint = 'write "bomFormat": "CycloneDX"'
        problem = Finding("missing-key", "no CycloneDX: the file does not say so", hint, position=tree.position())
        raise SourceError([*tree.problems, problem])
    return tree


def _is_xml(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


class _Component(NamedTuple):
    """A component that is a model, the index of its claim, and the path to it."""

    claim_index: int
    key: str
    at: At
    data: Fields


class _Parent(NamedTuple):
    """The word for a relation, the path to it, and the other fields of the derivation."""

    word: Relation | str | None
    at: At
    fields: Fields


class _Bill:
    """A bill of materials on its way to claims."""

    def __init__(self, tree: JsonTree) -> None:
        self.tree = tree
        self.claims = Claims(names=True)
        self.claims.findings += tree.problems
        self.components: list[_Component] = []
        self.by_key: dict[str, _Component] = {}
        # For bom-refs first, then what components are called, then their names, the key of the component.
        self.keys: dict[str, str] = {}
        self.others: set[str] = set()  # the bom-refs of components that are no models
        self._versions: dict[str, set[str]] = {}  # the versions that there are of what is called the same
        self._told_apart: dict[int, str] = {}
        """What tells components apart that are called the same and differ, by the identity of their data."""
        self.parents: dict[tuple[int, str], _Parent] = {}
        self._ignored: Tally[str, Where] = Tally()

    def read(self) -> Claims:
        """What the bill claims."""
        data = self.tree.data
        assert isinstance(data, dict)
        metadata = self._mapping(data, "metadata", ())
        self._take_identities(data)
        for at, item in self._items(data, "components", ()):
            self._list(item, at)
        self._read_subject(metadata)
        for component in self.components:
            self.keys.setdefault(component.key, component.key)
        for name, key in self._unique_names().items():
            self.keys.setdefault(name, key)
        done = 0
        while done < len(self.components):  # a pedigree may add some
            self._read_descent(self.components[done])
            done += 1
        self._read_dependencies(data)
        for (child, key), parent in self.parents.items():
            self.claims.derive(child, key, parent.word, within(self.tree, *parent.at), **parent.fields)
        self._read_about(metadata)
        for key in sorted(data.keys() - _READ_OF_FILE):
            self._ignored.add(f"{key[:60]!r} of the file", within(self.tree, key))
        report_ignored(self._ignored, self.claims)
        return self.claims

    # Components

    def _list(self, data: Fields, at: At) -> _Component | None:
        """Add a component and those in it; components that are no models are counted."""
        kind = _KINDS.get(str(data.get("type")))
        component = None
        if kind is None:
            self._ignored.add(f"a component of type {shown(data.get('type'))}", within(self.tree, *at))
            self.others.add(str(data.get("bom-ref")))
        else:
            component = self._add(data, at, kind)
        parts_by_relation: dict[Relation, list[_Component]] = {}
        for part_at, item in self._items(data, "components", at):
            part = self._list(item, part_at)
            if component and part and (relation := self._relation_by_types(component, part, Relation.COMPONENT)):
                parts_by_relation.setdefault(relation, []).append(part)
                self._derive(component, part.key, relation, part.at)
        for relation, parts in parts_by_relation.items():
            names = enumerated([shown(part.key) for part in parts])
            message = f"{shown(component.key if component else None)} contains {names}"
            self._report("inferred-relation", message, None, parts[0].at, done=f"it is read as {str(relation)!r}")
        return component

    def _add(self, data: Fields, at: At, kind: Kind) -> _Component | None:
        key = self._key(data)
        if key is None:
            self._report("missing-key", "a component has no name", "write 'name'", at, done="it is left out")
            return None
        if len(self.components) >= limits.RECORDS:
            message = f"the file is too large: more than {limits.RECORDS:,} components"
            refuse_size(self.tree.position(at), message, None)
        fields = {"kind": None if kind == Kind.MODEL else str(kind), **self._fields(data, at)}
        component = self._keep(key, at, data, fields)
        if ref := text_of(data.get("bom-ref")):
            self.keys.setdefault(ref, key)
        return component

    def _keep(self, key: str, at: At, data: Fields, fields: Fields) -> _Component:
        component = _Component(self.claims.add(key, within(self.tree, *at), fields), key, at, data)
        self.components.append(component)
        self.by_key.setdefault(key, component)
        return component

    def _read_subject(self, metadata: Fields) -> None:
        """Add the component that the bill is of, which is often one of those in it too."""
        subject = self._mapping(metadata, "component", ("metadata",))
        key = self._key(subject)
        same = key if key in self.by_key else None
        if not same and self._is_bare(subject):
            same = self._unique_names().get(text_of(subject.get("name")) or "")
        if same and (ref := text_of(subject.get("bom-ref"))):
            self.keys.setdefault(ref, same)
        elif subject and not same:
            self._list(subject, ("metadata", "component"))

    # Identity

    def _take_identities(self, data: Fields) -> None:
        """Take note of which components are called the same, and are not: they differ in version, or in all else."""
        alike: dict[tuple[str, str], list[Fields]] = {}
        metadata = data.get("metadata")
        waiting: list[tuple[object, bool]] = [(item, True) for item in _list_at(data, "components")]
        waiting += [(metadata.get("component"), False)] if isinstance(metadata, dict) else []
        while waiting:
            item, is_listed = waiting.pop()
            if not isinstance(item, dict):
                continue
            base, version = self._called(item), _version(item) or ""
            if base and str(item.get("type")) in _KINDS:
                self._versions.setdefault(base, set()).add(version)
                if is_listed and item.get("bom-ref"):
                    alike.setdefault((base, version), []).append(item)
            waiting += [(part, is_listed) for part in _list_at(item, "components")]
            pedigree = item.get("pedigree")
            if isinstance(pedigree, dict):
                for role in ("ancestors", "descendants", "variants"):
                    waiting += [(other, False) for other in _list_at(pedigree, role)]
        for items in alike.values():
            if len(items) > 1:
                self._tell_apart(items)

    def _tell_apart(self, items: list[Fields]) -> None:
        """Give components that are called the same and differ what tells them apart: their bom-refs."""
        contents: dict[str, str] = {}
        for item in reversed(items):  # in the order of the file
            content = json.dumps({key: value for key, value in item.items() if key != "bom-ref"}, sort_keys=True)
            if content not in contents:
                contents[content] = f"#{item['bom-ref']}" if contents else ""
            if contents[content]:
                self._told_apart[id(item)] = contents[content]

    def _is_bare(self, data: Fields) -> bool:
        """Whether a component has nothing but its name to go by."""
        return not any(data.get(key) for key in ("group", "purl", "version")) and "id" not in _own(
            self._properties(data)
        )

    def _unique_names(self) -> dict[str, str]:
        """The keys of components by their names, where no other has the name."""
        keys: dict[str, set[str]] = {}
        for component in self.components:
            keys.setdefault(text_of(component.data.get("name")) or component.key, set()).add(component.key)
        return {name: next(iter(owners)) for name, owners in keys.items() if len(owners) == 1}

    def _key(self, data: Fields) -> str | None:
        """The id, package URL, repository on the Hub, or group, name and version that tells a component from others."""
        if own := _own(self._properties(data)).get("id"):
            return own
        base = self._called(data)
        if base is None:
            return None
        version = _version(data)
        is_of_several = version and len(self._versions.get(base, {""}) - {""}) > 1
        return f"{base}@{version}" if is_of_several else f"{base}{self._told_apart.get(id(data), '')}"

    def _called(self, data: Fields) -> str | None:
        """What a component is called, without its version."""
        purl = parse_package_url(str(data.get("purl", "")))
        if purl and purl.is_of_hub:
            return f"{purl.namespace}/{purl.name}" if purl.namespace else purl.name
        for _, item in self._items(data, "externalReferences", None):
            if item.get("type") == "model-card" and (repository := _repository(item.get("url"))):
                return repository
        group = text_of(known_value(data.get("group"))) or (purl.namespace if purl else None)
        name = text_of(data.get("name")) or ""
        return f"{group}/{name}" if group and name and not name.startswith(f"{group}/") else name or None

    def _fields(self, data: Fields, at: At) -> Fields:
        """The fields of a model that a component has; own properties come before all else."""
        properties, where = self._properties(data), within(self.tree, *at)
        fields: Fields = {"name": data.get("name"), "note": data.get("description") or None}
        own = _own(properties)
        named = [data.get(key) for key in _ORGANIZATIONS]
        if "id" not in own:  # what is written by this library names its organizations
            purl = parse_package_url(str(data.get("purl", "")))
            named += [data.get("group"), purl.namespace if purl else None]
        organization = next(filter(None, map(_organization, named)), None)
        fields |= {"organizations": [organization] if organization else None, "license": self._license(data, at)}
        released = (value for name, value in properties if _quiet(name) in _DATES)
        fields["released"] = next((day_of(value) for value in released), None)
        links: dict[str, str] = {}
        for _, item in self._items(data, "externalReferences", at):
            comment = item.get("comment")
            is_field = isinstance(comment, str) and comment in Links.model_fields
            kind = str(comment) if is_field else _LINKS.get(str(item.get("type")))
            if kind and isinstance(url := item.get("url"), str):
                links.setdefault(kind, url)
            else:
                self._ignored.add(f"an external reference of type {shown(item.get('type'))}", where)
        fields["links"] = links or None
        others = {name: value for name, value in properties if not name.startswith(OWN)}
        told, known = fields_of_attributes(others, _NOT_FIELDS)
        fields |= {name: told[name] for name in known.values() if name in Model.model_fields and not fields.get(name)}
        fields |= from_attributes({name: value for name, value in own.items() if name != "id"})
        for key in sorted(data.keys() - _READ_OF_COMPONENTS):
            self._ignored.add(f"{key[:60]!r} of components", where)
        for name, _ in properties:
            if not name.startswith(OWN) and _quiet(name) not in _READ_PROPERTIES and name not in known:
                self._ignored.add(f"property {shown(name)}", where)
        return fields

    def _license(self, data: Fields, at: At) -> Mapping[str, object] | str | None:
        """One license for all that are listed."""
        licenses: list[dict[str, str | None]] = []
        for _, item in self._items(data, "licenses", at):
            license = item.get("license")
            id, name = (license.get("id"), license.get("name")) if isinstance(license, dict) else (None, None)
            written = id or name or item.get("expression")
            if isinstance(written, str) and written.strip():
                licenses.append({"name": written, "spdx": id if isinstance(id, str) else None})
        return (
            licenses[0] if len(licenses) == 1 else " and ".join(filter(None, (one["name"] for one in licenses))) or None
        )

    # Derivations

    def _read_descent(self, component: _Component) -> None:
        """Add the parents that a component names, and the children in its pedigree."""
        data, at = component.data, component.at
        pedigree = self._mapping(data, "pedigree", at)
        notes = pedigree.get("notes")
        for role in ("ancestors", "descendants", "variants"):
            for item_at, item in self._items(pedigree, role, (*at, "pedigree")):
                other = self._component_named(item, item_at)
                if other is None or role == "variants":
                    continue
                own = _own(self._properties(item))
                fields = {"note": notes if isinstance(notes, str) else None, **edge_fields(own)}
                child, parent = (component, other.key) if role == "ancestors" else (other, component.key)
                self._derive(child, parent, own.get("relation"), item_at, **fields)
        listed = data.get("tags")
        tags = [("tags", tag) for tag in listed if isinstance(tag, str)] if isinstance(listed, list) else []
        self._read_properties(component, [*self._properties(data), *tags], at)
        card, path = self._mapping(data, "modelCard", at), (*at, "modelCard")
        self._read_properties(component, self._properties(card), path)
        parameters = self._mapping(card, "modelParameters", path)
        unread = [*(card.keys() - {"bom-ref", "modelParameters", "properties"}), *(parameters.keys() - {"datasets"})]
        for key in sorted(unread):
            self._ignored.add(f"{key[:60]!r} of model cards", within(self.tree, *path))
        for item_at, item in self._items(parameters, "datasets", (*path, "modelParameters")):
            self._read_dataset(component, item, item_at)

    def _component_named(self, data: Fields, at: At) -> _Component | None:
        """The component that a pedigree names: a listed one, or a new one with a pedigree of its own."""
        names = [
            text_of(data.get("bom-ref")),
            self._key(data),
            text_of(data.get("name")) if self._is_bare(data) else None,
        ]
        key = next((self.keys[name] for name in names if name in self.keys), None)
        if key is not None:
            return self.by_key[key]
        component = self._list(data, at)
        if component:
            self.keys.setdefault(component.key, component.key)
        return component

    def _read_properties(self, component: _Component, properties: list[tuple[str, str]], at: At) -> None:
        source = next((value for name, value in properties if _quiet(name) == "basemodelsource"), "")
        for name, value in properties:
            if _quiet(name) == "tags":
                for word, parent in _TAG.findall(value):
                    self._derive(component, self.keys.get(parent, parent), word or None, (*at, "properties"))
            elif _quiet(name) in _BASES and value.strip():
                parent = value.strip()
                if _quiet(name) == "basemodel" and parent not in self.keys:
                    parent = _repository(source.strip()) or parent
                self._derive(component, self.keys.get(parent, parent), None, (*at, "properties"))

    def _read_dataset(self, component: _Component, data: Fields, at: At) -> None:
        """Add a data set that a model card names, or refers to."""
        ref, name = data.get("ref"), data.get("name")
        if isinstance(ref, str):
            if ref in self.keys:
                self._derive(component, self.keys[ref], Relation.DATA, at)
            else:
                self._report_dangling(ref, component.key, at)
        elif isinstance(name, str) and name.strip():
            contents = data.get("contents")
            key = (_repository(contents.get("url")) if isinstance(contents, dict) else None) or name.strip()
            if key not in self.keys:
                self._keep(key, at, data, {"name": name, "kind": str(Kind.DATASET)})
                self.keys[key] = key
            self._derive(component, self.keys[key], Relation.DATA, at)

    def _read_dependencies(self, data: Fields) -> None:
        """Add the models that models depend on; libraries and the like are no models."""
        for at, item in self._items(data, "dependencies", ()):
            ref = text_of(item.get("ref")) or ""
            child = self._component_at(ref, None, (*at, "ref"))
            needed = item.get("dependsOn")
            for index, name in enumerate(needed if isinstance(needed, list) else []):
                path = (*at, "dependsOn", index)
                parent = self._component_at(text_of(name) or "", ref, path)
                if parent and child and (word := self._relation_by_types(child, parent, Relation.UNSPECIFIED)):
                    self._derive(child, parent.key, word if word != Relation.UNSPECIFIED else None, path)

    def _component_at(self, ref: str, whose: str | None, at: At) -> _Component | None:
        """The model that has a bom-ref; a bom-ref that nothing has is reported."""
        if ref not in self.keys and ref not in self.others:
            self._report_dangling(ref, whose, at)
        return self.by_key.get(self.keys.get(ref, ""))

    def _report_dangling(self, ref: str, whose: str | None, at: At) -> None:
        message = f"{shown(ref)}{f', which {shown(whose)} refers to,' if whose else ''} is no component of the file"
        kind = "missing-parent" if whose else "missing-child"
        self._report(kind, message, "name a bom-ref", at, done="it is left out")

    def _relation_by_types(self, child: _Component, parent: _Component, otherwise: Relation) -> Relation | None:
        """The relation to a component that another contains or depends on, by their types; None where there is none."""
        if parent.data.get("type") in ("data", "dataset"):
            uses = next((value for name, value in self._properties(parent.data) if _quiet(name) == "usage"), "")
            words = set(re.findall("[a-z]+", uses.casefold()))
            if words and words <= _TESTS:
                self._ignored.add("that a data set is used for evaluation", within(self.tree, *parent.at))
                return None
            return Relation.DATA
        return Relation.APPLICATION if child.data.get("type") == "application" else otherwise

    def _derive(self, child: _Component, parent: str, word: Relation | str | None, at: At, **fields: object) -> None:
        """Add a parent; the first word for the relation counts."""
        pair = (child.claim_index, parent)
        earlier = self.parents.get(pair)
        if earlier is None:
            self.parents[pair] = _Parent(word, at, fields)
        elif earlier.word is None and word is not None:
            self.parents[pair] = earlier._replace(word=word)

    def _read_about(self, metadata: Fields) -> None:
        about = {"date": day_of(metadata.get("timestamp"))} if metadata.get("timestamp") else {}
        self.claims.about |= about
        own = _own(self._properties(metadata))
        add_about(self.claims, own, self.tree.position(("metadata", "properties")))

    # Parts of JSON

    def _items(self, data: Fields, key: str, at: At | None) -> Iterator[tuple[At, Fields]]:
        """The mappings in a list, with their paths; other values are reported, if the path to the owner is given."""
        if at is not None:
            for index, item in mappings_in(data.get(key), key, self.tree, (*at, key), self.claims.findings):
                yield (*at, key, index), item
        elif isinstance(items := data.get(key), list):
            yield from (((), item) for item in items if isinstance(item, dict))

    def _mapping(self, data: Fields, key: str, at: At) -> Fields:
        value = data.get(key)
        if value is not None and not isinstance(value, dict):
            finding = no_mapping(value, key)
            self._report(finding.kind, finding.message, finding.hint, (*at, key), done="it is left out")
        return value if isinstance(value, dict) else {}

    def _properties(self, data: Fields) -> list[tuple[str, str]]:
        """The names and values of properties; a mapping, which is no right form, is read too."""
        properties = data.get("properties")
        if isinstance(properties, dict):
            pairs = list(properties.items())
        else:
            pairs = [(item.get("name"), item.get("value")) for _, item in self._items(data, "properties", None)]
        return [(name, value) for name, value in pairs if isinstance(name, str) and isinstance(value, str)]

    def _report(self, kind: str, message: str, hint: str | None, at: At, done: str | None = None) -> None:
        self.claims.report(kind, message, hint, where=self.tree.position(at), done=done)


def _quiet(name: str) -> str:
    """The name of a property without the name space before it, case and hyphens."""
    return re.sub(r"[\s_-]", "", name.rpartition(":")[2]).casefold()


def _own(properties: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The properties that are fields of a record."""
    return {name.removeprefix(OWN): value for name, value in properties if name.startswith(OWN)}


def _repository(url: object) -> str | None:
    """The id ``organization/name`` of the repository on the Hub that a URL is the page of."""
    hub = parse_hub_address(str(url))
    return hub.id if hub and "/" in hub.id and not hub.page else None


def _organization(value: object) -> str | None:
    name = text_of(value.get("name") if isinstance(value, dict) else value)
    return name if name and not name.startswith("http") else None


def _version(data: Fields) -> str | None:
    purl = parse_package_url(str(data.get("purl", "")))
    return text_of(known_value(data.get("version"))) or (purl.version if purl else None)


def _list_at(data: Fields, key: str) -> list[object]:
    items = data.get(key)
    return items if isinstance(items, list) else []


# XML

_LISTS = frozenset(
    {"components", "licenses", "externalReferences", "properties", "ancestors", "descendants", "variants", "datasets"}
    | {"dependencies", "tags", "authors"}
)
_CYCLONEDX = "cyclonedx.org/schema/bom/"  # in the name space of every version
_TEXTS_OF = {"property": "value", "expression": "expression"}  # elements whose text is a value of their mapping


@dataclass(frozen=True)
class _XmlTree(JsonTree):
    """A bill of materials in XML, with the positions of its mappings and lists by their identity."""

    _positions: dict[int, Position] = field(default_factory=dict)

    def position(self, at: At = (), *, of_key: bool = False) -> Position:
        """The position of a part of the data, or of the innermost mapping or list around it."""
        part: object = self.data
        found = self._positions[id(part)]
        for step in at:
            try:
                part = part[step]  # type: ignore[index]
            except (KeyError, IndexError, TypeError):
                break
            found = self._positions.get(id(part), found)
        return found


def _read_xml_bill(path: Path) -> JsonTree:
    """Read a bill of materials in XML, with the bounds of `read_xml`; the value of an element is made when it ends."""
    inner: list[list[tuple[str, object]]] = [[]]  # what is in each of the elements around a place
    positions: dict[int, Position] = {}

    def opened(element: Element) -> None:
        if element.around is None and not any(_CYCLONEDX in value for value in element.attributes.values()):
            hint = f'write xmlns="http://{_CYCLONEDX}1.6"'
            message = "no CycloneDX: the file does not say so"
            raise SourceError.of("missing-key", message, hint, position=element.position)
        inner.append([])

    def closed(element: Element) -> None:
        value = _value(element, inner.pop())
        if isinstance(value, (dict, list)):
            positions[id(value)] = element.position
        inner[-1].append((element.tag, value))

    read_xml(path, "bom", "CycloneDX", opened, closed)
    ((_, data),) = inner[0]
    return _XmlTree(path, data, (), True, _positions=positions)


def _value(element: Element, children: list[tuple[str, object]]) -> object:
    """The value of an element, as JSON has it."""
    if element.tag in _LISTS:
        return [{"license": value} if tag == "license" else value for tag, value in children]
    text = element.text.strip()
    if not children and not element.attributes and element.tag not in _TEXTS_OF:
        return text
    value: dict[str, object] = dict(element.attributes)
    needed = [child["ref"] if isinstance(child, dict) else child for tag, child in children if tag == "dependency"]
    for tag, child in children:
        if tag == "dependency":  # of a dependency: what it depends on
            value.setdefault("dependsOn", needed)
        else:
            value.setdefault(tag, child)
    if text and not children:
        value[_TEXTS_OF.get(element.tag, "text")] = text
    return value
