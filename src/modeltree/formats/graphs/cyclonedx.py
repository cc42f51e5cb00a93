"""CycloneDX: bills of materials, in which models, applications and data sets are components.

Version 1.6 is written as JSON, 1.5 to 1.7 are read as JSON and as XML. A written file carries all of a lineage: a
field that CycloneDX has no place for is a property such as ``modeltree:sizes``.

What is read as what:

- Components of type ``machine-learning-model``, ``application`` and ``data`` are models, applications and data sets,
  wherever they stand: in ``components``, inside other components, as ``metadata.component``, in a ``pedigree``. So are
  the named ``datasets`` of a model card. Components of other types are reported.
- A component is called by its ``purl`` (``pkg:huggingface/org/name`` is ``org/name``), else by the repository on the
  Hub that its model card is at, else by its ``group`` and name. Where there are several versions of one, each is called
  with its own, as ``org/name@2.0``. A group is the organization where no other is named.
- ``pedigree.ancestors`` and ``descendants`` are derivations; how the one was made from the other they do not say.
  ``variants`` are models, and no derivations.
- The properties ``baseModel``, ``base_model``, ``parentModel`` and the like name a parent, and so do tags of the Hub
  (``base_model:finetune:org/name``), which also say how.
- The ``datasets`` of a model card are parents by the relation ``data``.
- What a component contains, or lists in ``dependencies``, is a parent of it if it is a model or data set: by ``data``
  if it is a data set, but not if its property ``usage`` speaks of evaluation only; by ``application`` if the child is
  an application; by ``component`` if a model contains a model. How a model depends on a model is not said.
- Where several of these name one parent, it is one derivation, with the first word that says how.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from modeltree._util.files import write_whole
from modeltree._util.text import enumerated
from modeltree.findings import Finding, SourceError, shown
from modeltree.formats.graphs.cyclonedx_xml import read_xml_bill
from modeltree.formats.graphs.graph_claims import (
    MAX_RECORDS,
    PositionedTree,
    Tally,
    add_organizations,
    mapping_of,
    mappings_in,
    within,
)
from modeltree.formats.repair.claims import Claims, Reading
from modeltree.formats.repair.models import repaired
from modeltree.formats.repair.policy import Policy
from modeltree.formats.repair.record_findings import no_mapping
from modeltree.graph.network import from_attributes, to_attributes
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Kind, License, Links, Model, Relation
from modeltree.values.addresses import hub_repository, hub_url, parse_hub_address, parse_package_url
from modeltree.values.licenses import OTHER, hub_license
from modeltree.values.quantities import day_of

__all__ = ["cyclonedx_text", "read_cyclonedx", "write_cyclonedx"]

# The types of components that are models, applications and data sets.
_KINDS = {"machine-learning-model": Kind.MODEL, "application": Kind.APPLICATION, "data": Kind.DATASET}
_TYPES = {kind: type for type, kind in _KINDS.items()}
_OWN = "modeltree:"  # the properties that begin so are the fields of a record

_TAG = re.compile(r"base_model:(?:([a-z_-]+):)?([^\s:,]+)")
_BASES = frozenset({"basemodel", "parentmodel", "basemodels", "finetunedfrom"})
_DATES = frozenset({"released", "releasedate", "createdat"})
_ORGANIZATIONS = ("manufacturer", "supplier", "publisher", "author")
_READ_PROPERTIES = _BASES | _DATES | {"tags", "basemodelsource", "usage"}
_TESTS = frozenset({"evaluation", "benchmarking", "benchmark", "testing", "test", "validation"})
_LINKS = {"vcs": "code", "model-card": "weights", "website": "website"}
_READ_OF_COMPONENTS = frozenset(
    {
        "type",
        "group",
        "name",
        "bom-ref",
        "purl",
        "licenses",
        "pedigree",
        "externalReferences",
        "properties",
        "components",
    }
    | {"description", "modelCard", "tags", *_ORGANIZATIONS}
)
_READ_OF_FILE = frozenset(
    {"$schema", "bomFormat", "specVersion", "serialNumber", "version", "metadata", "components", "dependencies"}
)
_REFERENCES = {
    "paper": "documentation",
    "published": "documentation",
    "code": "vcs",
    "weights": "model-card",
    "blog": "other",
    "website": "website",
}
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?([/?][^#\[\]]*)?(#[^#\[\]]*)?")

At = tuple[str | int, ...]
Fields = dict[str, Any]


def read_cyclonedx(
    path: str | os.PathLike[str], *, policy: Policy | None = None, aliases: Mapping[str, str] | None = None
) -> Reading:
    """Read a bill of materials; the docstring of this module lists what is read as what.

    Parameters
    ----------
    path : str or path
        A file of JSON or XML.
    policy, aliases : optional
        As for `modeltree.read`.

    Returns
    -------
    Reading
        The lineage and the findings.

    Raises
    ------
    SourceError
        When it is no CycloneDX file, or the policy refuses something.
    OSError
        When the file does not exist or cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp(), "bom.cdx.json")
    >>> _ = path.write_text('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{'
    ...     '"type": "machine-learning-model", "name": "vicuna", '
    ...     '"pedigree": {"ancestors": [{"type": "machine-learning-model", "name": "llama"}]}}]}')
    >>> read_cyclonedx(path).lineage.parents("vicuna")
    ('llama',)
    """
    if _is_xml(Path(path)):
        return _reading(read_xml_bill(Path(path)), policy, aliases)
    tree, data = mapping_of(path, "CycloneDX", "'bomFormat'")
    if data.get("bomFormat") != "CycloneDX":
        hint = 'write "bomFormat": "CycloneDX"'
        problem = Finding("missing-key", "no CycloneDX: the file does not say so", hint, position=tree.position())
        raise SourceError([*tree.problems, problem])
    return _reading(tree, policy, aliases)


def _reading(tree: PositionedTree, policy: Policy | None, aliases: Mapping[str, str] | None) -> Reading:
    bill = _Bill(tree)
    bill.read(tree.data)
    return repaired(bill.claims, policy, aliases)


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

    def __init__(self, tree: PositionedTree) -> None:
        self.tree = tree
        self.claims = Claims(names=True)
        self.claims.findings += tree.problems
        self.components: list[_Component] = []
        self.by_key: dict[str, _Component] = {}
        # For bom-refs first, then what components are called, then their names, the key of the component.
        self.keys: dict[str, str] = {}
        self.others: set[str] = set()  # the bom-refs of components that are no models
        self._versions: dict[str, set[str]] = {}
        """The versions that there are of what is called the same."""
        self._told_apart: dict[int, str] = {}
        """What tells components apart that are called the same and differ, by the identity of their data."""
        self.parents: dict[tuple[int, str], _Parent] = {}
        self._ignored = Tally()

    def read(self, data: Fields) -> None:
        """Add all that the bill says to the claims."""
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
        self._ignored.report(self.claims)

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
        if len(self.components) >= MAX_RECORDS:
            message = f"the file is too large: more than {MAX_RECORDS:,} components"
            raise SourceError([Finding("too-large", message, position=self.tree.position(at))])
        fields = {"kind": None if kind == Kind.MODEL else str(kind), **self._fields(data, at)}
        component = self._keep(key, at, data, fields)
        if ref := _text(data.get("bom-ref")):
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
            same = self._unique_names().get(_text(subject.get("name")) or "")
        if same and (ref := _text(subject.get("bom-ref"))):
            self.keys.setdefault(ref, same)
        elif subject and not same:
            self._list(subject, ("metadata", "component"))

    # Identity

    def _take_identities(self, data: Fields) -> None:
        """Take note of which components are called the same, and are not: they differ in version, or in all else."""
        alike: dict[tuple[str, str], list[Fields]] = {}
        metadata = data.get("metadata")
        waiting: list[tuple[Any, bool]] = [(item, True) for item in _list_at(data, "components")]
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
            keys.setdefault(_text(component.data.get("name")) or component.key, set()).add(component.key)
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
        group, name = _text(data.get("group")) or (purl.namespace if purl else None), _text(data.get("name")) or ""
        return f"{group}/{name}" if group and name and not name.startswith(f"{group}/") else name or None

    def _fields(self, data: Fields, at: At) -> Fields:
        """The fields of a model that a component has; own properties come before all else."""
        properties, where = self._properties(data), within(self.tree, *at)
        fields: Fields = {"name": data.get("name"), "note": data.get("description") or None}
        own = _own(properties)
        groups = () if "id" in own else ("group",)  # what is written by this library names its organizations
        organization = next(filter(None, (_organization(data.get(key)) for key in (*_ORGANIZATIONS, *groups))), None)
        fields |= {"organizations": [organization] if organization else None, "license": self._license(data, at)}
        released = (value for name, value in properties if _quiet(name) in _DATES)
        fields["released"] = next((day_of(value) for value in released), None)
        links: dict[str, str] = {}
        for _, item in self._items(data, "externalReferences", at):
            comment = item.get("comment")
            kind = comment if comment in list(Links.model_fields) else _LINKS.get(str(item.get("type")))
            if kind and isinstance(item.get("url"), str):
                links.setdefault(kind, item["url"])
            else:
                self._ignored.add(f"an external reference of type {shown(item.get('type'))}", where)
        fields["links"] = links or None
        fields |= from_attributes({name: value for name, value in own.items() if name != "id"})
        for key in sorted(data.keys() - _READ_OF_COMPONENTS):
            self._ignored.add(f"{key[:60]!r} of components", where)
        for name, _ in properties:
            if not name.startswith(_OWN) and _quiet(name) not in _READ_PROPERTIES:
                self._ignored.add(f"property {shown(name)}", where)
        return fields

    def _license(self, data: Fields, at: At) -> Fields | str | None:
        """One license for all that are listed."""
        licenses: list[Fields] = []
        for _, item in self._items(data, "licenses", at):
            license = item.get("license")
            id, name = (license.get("id"), license.get("name")) if isinstance(license, dict) else (None, None)
            written = id or name or item.get("expression")
            if isinstance(written, str) and written.strip():
                licenses.append({"name": written, "spdx": id if isinstance(id, str) else None})
        return licenses[0] if len(licenses) == 1 else " and ".join(one["name"] for one in licenses) or None

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
                more = from_attributes({name: own[name] for name in ("note", "references") if name in own})
                fields = {"note": notes if isinstance(notes, str) else None, **more}
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
        names = [_text(data.get("bom-ref")), self._key(data), _text(data.get("name")) if self._is_bare(data) else None]
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
            ref = _text(item.get("ref")) or ""
            child = self._component_at(ref, None, (*at, "ref"))
            needed = item.get("dependsOn")
            for index, name in enumerate(needed if isinstance(needed, list) else []):
                path = (*at, "dependsOn", index)
                parent = self._component_at(_text(name) or "", ref, path)
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

    def _derive(self, child: _Component, parent: str, word: Relation | str | None, at: At, **fields: Any) -> None:
        """Add a parent; the first word for the relation counts."""
        pair = (child.claim_index, parent)
        earlier = self.parents.get(pair)
        if earlier is None:
            self.parents[pair] = _Parent(word, at, fields)
        elif earlier.word is None and word is not None:
            self.parents[pair] = earlier._replace(word=word)

    def _read_about(self, metadata: Fields) -> None:
        about = {"date": day_of(metadata.get("timestamp"))} if metadata.get("timestamp") else {}
        own = _own(self._properties(metadata))
        organizations = own.pop("organizations", None)
        self.claims.about |= about | from_attributes(own)
        if not add_organizations(self.claims, organizations):
            self._report("bad-attribute", "organizations are no list of records", None, ("metadata", "properties"))

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
    return {name.removeprefix(_OWN): value for name, value in properties if name.startswith(_OWN)}


def _repository(url: Any) -> str | None:
    """The id ``organization/name`` of the repository on the Hub that a URL is the page of."""
    hub = parse_hub_address(str(url))
    return hub.id if hub and "/" in hub.id and not hub.page else None


def _organization(value: Any) -> str | None:
    name = _text(value.get("name") if isinstance(value, dict) else value)
    return name if name and not name.startswith("http") else None


def _version(data: Fields) -> str | None:
    purl = parse_package_url(str(data.get("purl", "")))
    return _text(data.get("version")) or (purl.version if purl else None)


def _list_at(data: Fields, key: str) -> list[Any]:
    items = data.get(key)
    return items if isinstance(items, list) else []


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def cyclonedx_text(lineage: Lineage, *, subject: str | None = None, timestamp: datetime | None = None) -> str:
    """A lineage as a bill of materials, CycloneDX 1.6 in JSON.

    Each model is a component, with its parents as its ancestors and its dependencies, and a package URL where its id is
    one of the Hugging Face Hub. The serial number is that of the content: the same lineage gives the same text.

    Parameters
    ----------
    lineage : Lineage
        What to write.
    subject : str, optional
        The model that the bill is of, ``metadata.component``; by default it is of no one in particular.
    timestamp : datetime, optional
        When the bill was made; by default it does not say, so that it is the same whenever it is made.

    Examples
    --------
    >>> from modeltree import Model
    >>> bom = json.loads(cyclonedx_text(Lineage([Model(id="llama", name="LLaMA", released="2023-02")])))
    >>> bom["components"]
    [{'type': 'machine-learning-model', 'bom-ref': 'llama', 'name': 'LLaMA',
      'properties': [{'name': 'modeltree:id', 'value': 'llama'}, {'name': 'modeltree:released', 'value': '2023-02'}]}]
    """
    graph = lineage.graph
    metadata: dict[str, Any] = {}
    if timestamp is not None:
        aware = timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=UTC)
        metadata["timestamp"] = aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata["tools"] = {"components": [{"type": "application", "name": "modeltree"}]}
    parents = {model.id: lineage.parents(model.id) for model in lineage.models}
    own = None if subject is None else lineage[subject].id
    if own is not None:
        metadata["component"] = _component(lineage, lineage[own], parents[own])
    if graph.graph:
        metadata["properties"] = _properties(graph.graph)
    document = {
        "metadata": metadata,
        "components": [_component(lineage, model, parents[model.id]) for model in lineage.models if model.id != own],
        "dependencies": [{"ref": id, **({"dependsOn": list(ids)} if ids else {})} for id, ids in parents.items()],
    }
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(document))
    head = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
    }
    return json.dumps(head | document, ensure_ascii=False, indent=2) + "\n"


def write_cyclonedx(
    lineage: Lineage,
    path: str | os.PathLike[str],
    *,
    subject: str | None = None,
    timestamp: datetime | None = None,
) -> tuple[Finding, ...]:
    """Write a bill of materials, which carries all of a lineage; the options are those of `cyclonedx_text`."""
    write_whole(path, cyclonedx_text(lineage, subject=subject, timestamp=timestamp))
    return ()


def _component(lineage: Lineage, model: Model, parents: Iterable[str]) -> Fields:
    component: Fields = {"type": _TYPES[model.kind], "bom-ref": model.id, "name": model.name}
    repository = hub_repository(model.links.weights or "") or (model.id if hub_url(model.id) else None)
    if repository and model.kind == Kind.MODEL:
        component["purl"] = f"pkg:huggingface/{quote(repository)}"
    if model.organizations:
        organization = lineage.organizations[model.organizations[0]]
        url = _address(organization.url)
        component["manufacturer"] = {"name": organization.name} | ({"url": [url]} if url else {})
    if model.note:
        component["description"] = model.note
    if model.license:
        component["licenses"] = [{"license": _license(model.license)}]
    addresses = [(kind, address) for kind, url in model.links if (address := _address(url))]
    if addresses:
        component["externalReferences"] = [
            {"type": _REFERENCES[kind], "url": address, "comment": kind} for kind, address in addresses
        ]
    derivations = [lineage.derivation(parent, model.id) for parent in parents]
    data = [
        {"ref": edge.parent}
        for edge in derivations
        if lineage[edge.parent].kind == Kind.DATASET and edge.relation == Relation.DATA
    ]
    if data and model.kind == Kind.MODEL:
        component["modelCard"] = {"modelParameters": {"datasets": data}}
    if derivations:
        component["pedigree"] = {"ancestors": [_ancestor(lineage[edge.parent], edge) for edge in derivations]}
    component["properties"] = _properties(
        {"id": model.id} | to_attributes(model, frozenset({"id", "name", "kind", "note"}))
    )
    return component


def _ancestor(parent: Model, derivation: Derivation) -> Fields:
    """A parent as an ancestor; it has no bom-ref, for each stands once in a file, and the model has it."""
    fields = {"id": parent.id} | to_attributes(derivation, frozenset({"parent", "child"}))
    return {"type": _TYPES[parent.kind], "name": parent.name, "properties": _properties(fields)}


def _license(license: License) -> dict[str, str]:
    """A license by its identifier, where that is surely on the list of the schema."""
    if license.spdx and hub_license(license) != OTHER:
        return {"id": license.spdx}
    return {"name": license.name}


def _properties(fields: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": f"{_OWN}{name}", "value": value} for name, value in fields.items()]


def _address(url: str | None) -> str | None:
    """A web address as the standard has it, with other characters as %…; None where that is no address."""
    encoded = quote(re.sub("%(?![0-9A-Fa-f]{2})", "%25", url), safe=":/?#@!$&'()*+,;=%~") if url else ""
    return encoded if _ADDRESS.fullmatch(encoded) else None
