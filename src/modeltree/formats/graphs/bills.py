"""Bills of materials as they are written: CycloneDX 1.6 and SPDX 3.0.1, both in JSON.

A written file carries all of a lineage: a field that the format has no place for is a property such as
``modeltree:sizes``. The same lineage gives the same text.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from modeltree._util.progress import Progress, no_progress, with_progress
from modeltree._util.text import json_text
from modeltree.formats.graphs.graph_claims import OWN, Fields, writer
from modeltree.graph.network import to_attributes
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Kind, License, Model, Relation
from modeltree.values.addresses import hub_repository, hub_url
from modeltree.values.hub_words import OTHER, hub_license

COMPONENT_TYPES = {Kind.MODEL: "machine-learning-model", Kind.APPLICATION: "application", Kind.DATASET: "data"}
"""The type of a component of CycloneDX for each kind of model."""

SPDX_CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"

_REFERENCES = {
    "paper": "documentation", "published": "documentation", "code": "vcs", "weights": "model-card", "blog": "other",
    "website": "website",
}  # fmt: skip
_PER_MODEL = 200  # bytes at the least
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?([/?][^#\[\]]*)?(#[^#\[\]]*)?")
_TYPES_OF_LINKS = {"code": "vcs", "paper": "documentation", "published": "documentation"}


def _moment(time: datetime) -> str:
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return aware.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _package_url(model: Model) -> str | None:
    """The package URL of a model that is on the Hugging Face Hub."""
    repository = hub_repository(model.links.weights or "") or (model.id if hub_url(model.id) else None)
    return f"pkg:huggingface/{quote(repository)}" if repository and model.kind == Kind.MODEL else None


def _listed_license(license: License) -> str | None:
    """The identifier of a license, where that is surely on the list of SPDX."""
    return license.spdx if hub_license(license) != OTHER else None


def _own(model: Model) -> dict[str, str]:
    """The fields of a model that are properties."""
    return {"id": model.id} | to_attributes(model, frozenset({"id", "name", "kind", "note"}))


# CycloneDX


def cyclonedx_text(
    lineage: Lineage,
    *,
    subject: str | None = None,
    timestamp: datetime | None = None,
    progress: Progress = no_progress,
) -> str:
    """A lineage as a bill of materials, CycloneDX 1.6 in JSON, of the model `subject` or of no one in particular."""
    graph = lineage.graph
    metadata: Fields = {}
    if timestamp is not None:
        metadata["timestamp"] = _moment(timestamp)
    metadata["tools"] = {"components": [{"type": "application", "name": "modeltree"}]}
    parents = {id: lineage.parents(id) for id in lineage}
    own = None if subject is None else lineage[subject].id
    if own is not None:
        metadata["component"] = _component(lineage, lineage[own], parents[own])
    if graph.graph:
        metadata["properties"] = _properties(graph.graph)
    document = {
        "metadata": metadata,
        "components": [
            _component(lineage, model, parents[model.id])
            for model in with_progress(lineage.models, progress, "write", len(lineage))
            if model.id != own
        ],
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
    return json_text(head | document) + "\n"


write_cyclonedx = writer(lambda *given, **options: [cyclonedx_text(*given, **options)], per_model=_PER_MODEL)
"""Write a bill of materials, which carries all of a lineage."""


def _component(lineage: Lineage, model: Model, parents: Iterable[str]) -> Fields:
    component: Fields = {"type": COMPONENT_TYPES[model.kind], "bom-ref": model.id, "name": model.name}
    if url := _package_url(model):
        component["purl"] = url
    if model.organizations:
        organization = lineage.organizations[model.organizations[0]]
        address = _address(organization.url)
        component["manufacturer"] = {"name": organization.name} | ({"url": [address]} if address else {})
    if model.note:
        component["description"] = model.note
    if model.license:
        listed = _listed_license(model.license)
        component["licenses"] = [{"license": {"id": listed} if listed else {"name": model.license.name}}]
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
    component["properties"] = _properties(_own(model))
    return component


def _ancestor(parent: Model, derivation: Derivation) -> Fields:
    """A parent as an ancestor; it has no bom-ref, for each stands once in a file, and the model has it."""
    fields = {"id": parent.id} | to_attributes(derivation, frozenset({"parent", "child"}))
    return {"type": COMPONENT_TYPES[parent.kind], "name": parent.name, "properties": _properties(fields)}


def _properties(fields: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": f"{OWN}{name}", "value": value} for name, value in fields.items()]


def _address(url: str | None) -> str | None:
    """A web address as the standard has it, with other characters as %…; None where that is no address."""
    encoded = quote(re.sub("%(?![0-9A-Fa-f]{2})", "%25", url), safe=":/?#@!$&'()*+,;=%~") if url else ""
    return encoded if _ADDRESS.fullmatch(encoded) else None


# SPDX


def spdx_text(
    lineage: Lineage,
    *,
    subject: str | None = None,
    timestamp: datetime | None = None,
    progress: Progress = no_progress,
) -> str:
    """A lineage as an SPDX 3.0.1 document in JSON-LD, with the model `subject` as its root or all of them."""
    root = None if subject is None else lineage[subject].id
    content = json.dumps([lineage.to_records(), lineage.derivations_to_records(), str(root)], default=str)
    return _Writer(lineage, f"https://spdx.org/spdxdocs/modeltree-{uuid.uuid5(uuid.NAMESPACE_URL, content)}").text(
        root, timestamp, progress
    )


write_spdx = writer(lambda *given, **options: [spdx_text(*given, **options)], per_model=_PER_MODEL)
"""Write an SPDX document, which carries all of a lineage."""


class _Writer:
    """A document that is written; its elements have ids within its name space."""

    def __init__(self, lineage: Lineage, namespace: str) -> None:
        self.lineage, self.namespace = lineage, namespace
        self.licenses: dict[License, str] = {}
        self.relationships: list[Fields] = []

    def text(self, root: str | None, timestamp: datetime | None, progress: Progress) -> str:
        """The document as text."""
        lineage = self.lineage
        organizations = {id: self._id("organization", id) for id in lineage.organizations}
        count = len(lineage) + len(lineage.derivations)
        models = with_progress(lineage.models, progress, "write", count)
        packages = [self._package(model, organizations) for model in models]
        for edge in with_progress(lineage.derivations, progress, "write", count, len(lineage)):
            self._relate(edge)
        about = lineage.graph.graph
        document = self._element("SpdxDocument", "document") | {
            "profileConformance": ["core", "software", "simpleLicensing", "extension"],
            "rootElement": [self._id("model", id) for id in ([root] if root else lineage)],
            **({"name": lineage.about.title} if lineage.about.title else {}),
            **_extension(about),
        }
        info = {
            "type": "CreationInfo",
            "@id": "_:creationinfo",
            "specVersion": "3.0.1",
            "created": _moment(timestamp or datetime(1970, 1, 1, tzinfo=UTC)),
            "createdBy": [self._id("agent", "modeltree")],
        }
        elements = [
            info,
            self._element("SoftwareAgent", "agent", "modeltree") | {"name": "modeltree"},
            document,
            *(
                self._element("Organization", "organization", id) | {"name": one.name}
                for id, one in lineage.organizations.items()
            ),
            *packages,
            *map(self._license, self.licenses),
            *self.relationships,
        ]
        return json_text({"@context": SPDX_CONTEXT, "@graph": elements}) + "\n"

    def _id(self, what: str, id: str = "") -> str:
        return f"{self.namespace}#{what}" + (f"-{quote(id, safe='')}" if id else "")

    def _element(self, type: str, what: str, id: str = "") -> Fields:
        return {"type": type, "spdxId": self._id(what, id), "creationInfo": "_:creationinfo"}

    def _package(self, model: Model, organizations: Mapping[str, str]) -> Fields:
        is_data = model.kind == Kind.DATASET
        package = self._element("dataset_DatasetPackage" if is_data else "ai_AIPackage", "model", model.id)
        package["name"] = model.name
        if model.note:
            package["description"] = model.note
        if model.organizations:
            package["suppliedBy"] = organizations[model.organizations[0]]
        if model.released and model.released.day:
            package["releaseTime"] = f"{model.released}T00:00:00Z"
        purposes = {Kind.DATASET: "data", Kind.APPLICATION: "application"}
        package["software_primaryPurpose"] = purposes.get(model.kind, "model")
        if is_data:
            package["dataset_datasetType"] = ["noAssertion"]
        if url := _package_url(model):
            package["software_packageUrl"] = url
        references = [
            {"type": "ExternalRef", "externalRefType": _TYPES_OF_LINKS.get(kind, "other"), "locator": [url]}
            | {"comment": kind}
            for kind, url in model.links
            if url
        ]
        if references:
            package["externalRef"] = references
        if model.license:
            number = self.licenses.setdefault(model.license, str(len(self.licenses) + 1))
            self._add_relationship("hasDeclaredLicense", self._id("model", model.id), self._id("license", number), {})
        return package | _extension(_own(model))

    def _license(self, license: License) -> Fields:
        number = self.licenses[license]
        if listed := _listed_license(license):
            element = self._element("simplelicensing_LicenseExpression", "license", number)
            return element | {"simplelicensing_licenseExpression": listed}
        element = self._element("simplelicensing_SimpleLicensingText", "license", number)
        return element | {"name": license.name, "simplelicensing_licenseText": license.name}

    def _relate(self, edge: Derivation) -> None:
        child, parent = self._id("model", edge.child), self._id("model", edge.parent)
        types = {
            Relation.DATA: "trainedOn",
            Relation.GENERATED: "generates",
            Relation.APPLICATION: "dependsOn",
            Relation.COMPONENT: "contains",
        }
        kind = types.get(edge.relation, "descendantOf")
        source, target = (parent, child) if kind == "generates" else (child, parent)
        self._add_relationship(kind, source, target, to_attributes(edge, frozenset({"parent", "child"})))

    def _add_relationship(self, kind: str, source: str, target: str, fields: Mapping[str, str]) -> None:
        element = self._element("Relationship", "relationship", str(len(self.relationships) + 1))
        element |= {"from": source, "relationshipType": kind, "to": [target]}
        self.relationships.append(element | _extension(fields))


def _extension(fields: Mapping[str, str]) -> Fields:
    """Fields of a record as an extension of an element."""
    entries = [
        {"type": "extension_CdxPropertyEntry", "extension_cdxPropName": f"{OWN}{name}", "extension_cdxPropValue": value}
        for name, value in fields.items()
    ]
    extension = {"type": "extension_CdxPropertiesExtension", "extension_cdxProperty": entries}
    return {"extension": [extension]} if entries else {}
