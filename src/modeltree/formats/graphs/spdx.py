"""SPDX 3: documents in JSON-LD, in which models and data sets are packages of the profiles AI and Dataset.

Version 3.0.1 is written, 3.0 and 3.1 are read. ``docs/formats.md`` has what is read as what.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from modeltree.findings import At, Finding, SourceError, shown
from modeltree.formats.graphs.bills import SPDX_CONTEXT, spdx_text, write_spdx
from modeltree.formats.graphs.graph_claims import (
    OWN,
    Fields,
    add_about,
    edge_fields,
    mapping_of,
    report_ignored,
    text_of,
    within,
)  # fmt: skip
from modeltree.formats.parsing import limits, refuse_size
from modeltree.formats.parsing.jsontree import JsonTree
from modeltree.formats.repair.claims import Claims, Where
from modeltree.formats.repair.models import reader
from modeltree.formats.repair.record_findings import Tally
from modeltree.graph.network import from_attributes
from modeltree.records import Kind, Links, Relation
from modeltree.values.addresses import hub_repository, is_web_address, link_field, parse_package_url
from modeltree.values.quantities import day_of

__all__ = ["read_spdx", "spdx_text", "write_spdx"]

_KINDS = {"ai_AIPackage": Kind.MODEL, "dataset_DatasetPackage": Kind.DATASET}
_PURPOSES = {"model": Kind.MODEL, "data": Kind.DATASET, "application": Kind.APPLICATION}
_WITH_PURPOSE = frozenset({"ai_AIPackage", "software_Package", "software_File"})
_AGENTS = frozenset({"Organization", "Person", "Agent", "SoftwareAgent"})
_LICENSES = ("hasDeclaredLicense", "hasConcludedLicense")
# Types of elements that say nothing of models, or that are read with these.
_BESIDES = _AGENTS | {"CreationInfo", "SpdxDocument", "software_Sbom", "Bom", "Bundle", "Tool", "Relationship"}
_BESIDES |= {"LifecycleScopedRelationship", "simplelicensing_LicenseExpression", "simplelicensing_SimpleLicensingText"}
_LICENSE_NAMES = ("simplelicensing_licenseExpression", "name", "simplelicensing_licenseText")
_TRAINING = frozenset({"trainedOn", "pretrainedOn", "finetunedOn"})
_READ = frozenset(
    {"type", "@type", "spdxId", "@id", "creationInfo", "name", "description", "releaseTime", "suppliedBy"}
    | {"originatedBy", "software_primaryPurpose", "software_packageVersion", "software_packageUrl", "extension"}
    | {"software_downloadLocation", "software_homePage", "externalIdentifier", "externalRef", "dataset_datasetType"}
)
_EXPANDED = re.compile(r"(?:https?://spdx\.org/rdf/3[^/]*/terms/|spdx:)(?P<profile>\w+)/(?P<name>\w+)")
_LISTED = re.compile(r"https?://spdx\.org/licenses/(?P<id>[\w.+-]+)")
_REFERENCES = {"vcs": "code", "documentation": "paper"}


@reader
def read_spdx(path: str | os.PathLike[str]) -> Claims:
    """Read an SPDX 3 document."""
    tree, data = mapping_of(path, "SPDX 3", "'@context' and '@graph'")
    older = data.get("spdxVersion")
    if isinstance(older, str):
        message, hint = f"{shown(older)}, which has no packages of AI", "SPDX 3 is read: convert it"
        raise SourceError.of("syntax", message, hint, position=tree.position(("spdxVersion",)))
    if "@graph" not in data and "@context" not in data:
        hint = f'write "@context": "{SPDX_CONTEXT}"'
        problem = Finding("missing-key", "no SPDX 3: the file does not say so", hint, position=tree.position())
        raise SourceError([*tree.problems, problem])
    return _Document(tree).read()


class _Element(NamedTuple):
    """An element of a document, and the path to it."""

    type: str
    data: Fields
    at: At


class _Package(NamedTuple):
    """An element that is a model, the index of its claim and what it is called."""

    claim_index: int
    key: str
    kind: Kind


class _Document:
    """A document on its way to claims."""

    def __init__(self, tree: JsonTree) -> None:
        self.tree = tree
        self.claims = Claims(names=True)
        self.claims.findings += tree.problems
        self.elements: dict[str, _Element] = {}
        self.packages: dict[str, _Package] = {}
        self._ignored: Tally[str, Where] = Tally()

    def read(self) -> Claims:
        """What the document claims."""
        listed = list(self._listed())
        for number, element in enumerate(listed):
            self.elements.setdefault(_id(element.data) or f"\0{number}", element)
        relationships = [element for element in listed if element.type.endswith("Relationship")]
        licenses = self._licenses(relationships)
        packages = {id: element for id, element in self.elements.items() if _kind(element)}
        if len(packages) + len(relationships) > limits.RECORDS:
            message = f"the document is too large: more than {limits.RECORDS:,} packages and relationships"
            refuse_size(self.tree.position(), message, None)
        for id, key in _keys(packages).items():
            self._add(id, key, packages[id], licenses.get(id))
        for element in listed:
            if not _kind(element) and element.type not in _BESIDES:
                self._ignored.add(f"an element of type {shown(element.type)}", within(self.tree, *element.at))
        for element in relationships:
            self._derive(element)
        for element in listed:
            if element.type == "SpdxDocument":
                add_about(self.claims, _own(element.data), self.tree.position(element.at))
        report_ignored(self._ignored, self.claims)
        return self.claims

    def _listed(self) -> Iterator[_Element]:
        """All elements of the document, also those that stand in others."""
        data = self.tree.data
        top = data.get("@graph", data)
        # The last comes first off the stack.
        waiting: list[tuple[object, At]] = [(top, ("@graph",) if "@graph" in data else ())]
        while waiting:
            value, at = waiting.pop()
            if isinstance(value, list):
                waiting += [(item, (*at, index)) for index, item in reversed(list(enumerate(value)))]
            elif isinstance(value, dict):
                if type := _type(value):
                    yield _Element(type, value, at)
                inner = [(item, (*at, key)) for key, item in value.items() if isinstance(item, (dict, list))]
                waiting += reversed(inner)

    def _licenses(self, relationships: list[_Element]) -> dict[str, Mapping[str, object] | str]:
        """The license of each element that has one; what is declared comes before what is concluded."""
        licenses: dict[str, Mapping[str, object] | str] = {}
        for kind in _LICENSES:
            for element in relationships:
                names = [name for id in _ids(element.data.get("to")) if (name := self._license_name(id))]
                if element.data.get("relationshipType") == kind and names:
                    spdx = names[0] if len(names) == 1 and re.fullmatch(r"[\w.+-]+", names[0]) else None
                    license = {"name": " and ".join(names), "spdx": spdx} if spdx else " and ".join(names)
                    for id in _ids(element.data.get("from")):
                        licenses.setdefault(id, license)
        return licenses

    def _license_name(self, id: str) -> str | None:
        """The expression, name or text of a license, or the word in the address of one that SPDX lists."""
        element = self.elements.get(id)
        words = [element.data.get(key) for key in _LICENSE_NAMES] if element else []
        listed = _LISTED.fullmatch(id)
        word = next(
            (word for word in words if isinstance(word, str) and word.strip()), listed["id"] if listed else None
        )
        return None if word is None or word in ("NOASSERTION", "NONE") else word.strip()

    def _add(self, id: str, key: str, element: _Element, license: Mapping[str, object] | str | None) -> None:
        data, where, kind = element.data, within(self.tree, *element.at), _kind(element)
        own = _own(data)
        agents = _ids(data.get("suppliedBy")) or _ids(data.get("originatedBy"))
        names = [text_of(self.elements[agent].data.get("name")) for agent in agents if agent in self.elements]
        fields: Fields = {
            "kind": None if kind == Kind.MODEL else str(kind),
            "name": text_of(data.get("name")),
            "note": text_of(data.get("description")),
            "organizations": [name for name in names if name] or None,
            "license": license,
            "released": day_of(data.get("releaseTime")),
            "links": self._links(element) or None,
        }
        fields |= from_attributes({name: value for name, value in own.items() if name != "id"})
        index = self.claims.add(key, where, fields)
        self.packages[id] = _Package(index, key, kind or Kind.MODEL)
        for name in sorted(data.keys() - _READ):
            self._ignored.add(f"{name[:60]!r} of packages", where)

    def _links(self, element: _Element) -> dict[str, str]:
        links: dict[str, str] = {}
        location, home = (element.data.get(f"software_{key}") for key in ("downloadLocation", "homePage"))
        if isinstance(location, str) and is_web_address(location):
            links[link_field(location)] = location
        if isinstance(home, str) and is_web_address(home):
            links.setdefault("website", home)
        for item in _mappings(element.data.get("externalRef")):
            comment, kind = item.get("comment"), str(item.get("externalRefType"))
            is_field = isinstance(comment, str) and comment in Links.model_fields
            field = str(comment) if is_field else _REFERENCES.get(kind)
            addresses = _ids(item.get("locator"))
            if field and addresses:
                links[field] = addresses[0]
            else:
                self._ignored.add(f"an external reference of type {shown(kind)}", within(self.tree, *element.at))
        return links

    # Derivations

    def _derive(self, element: _Element) -> None:
        """Add the derivations that a relationship stands for."""
        kind = str(element.data.get("relationshipType"))
        kind = match["name"] if (match := _EXPANDED.fullmatch(kind)) else kind.rpartition("/")[2]
        if kind in _LICENSES:
            return
        own = _own(element.data)
        where = within(self.tree, *element.at)
        froms = _ids(element.data.get("from"))
        for source in froms:
            for target in _ids(element.data.get("to")):
                ends = self._ends(kind, source, target)
                if ends is None:
                    self._ignored.add(f"a relationship of type {shown(kind)}", where)
                    continue
                child, parent, word = ends
                note = kind if kind in _TRAINING - {"trainedOn"} else None
                written = own.get("relation") or word
                self.claims.derive(child.claim_index, parent.key, written, where, **{"note": note} | edge_fields(own))

    def _ends(self, kind: str, source: str, target: str) -> tuple[_Package, _Package, Relation | None] | None:
        """The child, the parent and the relation that a relationship means; None where it is no derivation."""
        first, second = self.packages.get(source), self.packages.get(target)
        if first is None or second is None:
            known = kind in _TRAINING or kind in ("descendantOf", "ancestorOf")
            missing = source if first is None else target
            if known and missing not in self.elements:
                self._report_dangling(missing, source)
            return None
        if kind == "ancestorOf":
            return second, first, None
        if kind == "generates":
            word = Relation.GENERATED if second.kind == Kind.DATASET else None
            return second, first, Relation.DATA if first.kind == Kind.DATASET and word is None else word
        if kind == "descendantOf":
            return first, second, None
        if kind in _TRAINING:
            word = Relation.FINETUNE if kind == "finetunedOn" else None
            return first, second, Relation.DATA if second.kind == Kind.DATASET else word
        if kind in ("contains", "dependsOn"):
            word = Relation.COMPONENT if kind == "contains" else None
            word = Relation.APPLICATION if first.kind == Kind.APPLICATION else word
            return first, second, Relation.DATA if second.kind == Kind.DATASET else word
        return None

    def _report_dangling(self, id: str, whose: str) -> None:
        message = f"{shown(id)}, which a relationship of {shown(whose)} names, is no element of the document"
        self.claims.report("missing-parent", message, "name an spdxId", done="it is left out")


def _keys(packages: Mapping[str, _Element]) -> dict[str, str]:
    """What each package is called: with its version, or else its own id, where several are called the same."""
    called = {id: _called(element.data) for id, element in packages.items()}
    counts: dict[str, int] = {}
    for name in called.values():
        counts[name] = counts.get(name, 0) + 1
    keys: dict[str, str] = {}
    taken: set[str] = set()
    for id, name in called.items():
        version = text_of(packages[id].data.get("software_packageVersion"))
        key = f"{name}@{version}" if counts[name] > 1 and version else name
        key = f"{key}#{re.split('[#/:]', id)[-1]}" if key in taken else key
        keys[id] = key
        taken.add(key)
    return keys


def _called(data: Fields) -> str:
    """The id, package URL, repository on the Hub or name of a package."""
    if own := _own(data).get("id"):
        return own
    identifiers = [data.get("software_packageUrl")]
    identifiers += [item.get("identifier") for item in _mappings(data.get("externalIdentifier"))]
    for identifier in identifiers:
        if isinstance(identifier, str) and (purl := parse_package_url(identifier)):
            return f"{purl.namespace}/{purl.name}" if purl.namespace else purl.name
    repository = hub_repository(str(data.get("software_downloadLocation") or ""))
    return repository or text_of(data.get("name")) or _id(data) or "unnamed"


def _kind(element: _Element) -> Kind | None:
    """Whether an element is a model, an application or a data set."""
    purpose = _PURPOSES.get(str(element.data.get("software_primaryPurpose")))
    by_type = _KINDS.get(element.type)
    if element.type in _WITH_PURPOSE and purpose and not (by_type and purpose == Kind.DATASET):
        return purpose
    return by_type


def _type(data: Fields) -> str | None:
    """The type of an element as the context of SPDX abbreviates it."""
    written = data.get("type", data.get("@type"))
    written = written[0] if isinstance(written, list) and written else written
    if not isinstance(written, str):
        return None
    match = _EXPANDED.fullmatch(written)
    if not match:  # programs leave the profile out, or write it otherwise
        bare = re.split("[:_/#]", written)[-1]
        return next((known for known in _KINDS if known.endswith(f"_{bare}")), written)
    return match["name"] if match["profile"] == "Core" else f"{match['profile'].lower()}_{match['name']}"


def _id(data: Fields) -> str | None:
    return text_of(data.get("spdxId")) or text_of(data.get("@id"))


def _ids(value: object) -> list[str]:
    """The ids, or texts, in a value: one or a list, each as it stands or with its element in its place."""
    items = value if isinstance(value, list) else [value]
    return [id for item in items if (id := _id(item) if isinstance(item, dict) else text_of(item))]


def _mappings(value: object) -> list[Fields]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def _own(data: Fields) -> dict[str, str]:
    """The properties in the extensions of an element that are fields of a record."""
    own: dict[str, str] = {}
    for extension in _mappings(data.get("extension")):
        for item in _mappings(extension.get("extension_cdxProperty")):
            name, value = item.get("extension_cdxPropName"), item.get("extension_cdxPropValue")
            if isinstance(name, str) and isinstance(value, str) and name.startswith(OWN):
                own.setdefault(name.removeprefix(OWN), value)
    return own
