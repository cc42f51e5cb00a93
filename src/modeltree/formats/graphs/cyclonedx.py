"""CycloneDX: bills of materials in JSON, in which models, applications and data sets are components.

Version 1.6 is written, 1.5 to 1.7 are read. What is written carries everything that a lineage has: where CycloneDX has
no place of its own for a field it is a property such as ``modeltree:sizes``.

What is read as what:

- Components of type ``machine-learning-model``, ``application`` and ``data`` are models, applications and data sets,
  wherever they stand: in ``components``, inside other components, as ``metadata.component``, in a ``pedigree``. So are
  the named ``datasets`` of a model card. Components of other types are reported.
- A component is called by its ``purl`` (``pkg:huggingface/org/name`` is ``org/name``), else by the repository on the
  Hub that its model card is at, else by its name.
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
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from modeltree._util.files import write_whole
from modeltree.findings import Finding, SourceError
from modeltree.formats.graphs.bill import KINDS, OWN, Bill
from modeltree.formats.graphs.common import mapping_of
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.licenses import OTHER, hub_license
from modeltree.formats.repair.policy import Policy
from modeltree.graph.network import plain
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Kind, License, Model

__all__ = ["cyclonedx_text", "read_cyclonedx", "write_cyclonedx"]

_TYPES = {kind: type for type, kind in KINDS.items()}
_REFERENCES = {
    "paper": "documentation",
    "published": "documentation",
    "code": "vcs",
    "weights": "model-card",
    "blog": "other",
    "website": "website",
}
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?([/?][^#\[\]]*)?(#[^#\[\]]*)?")


def read_cyclonedx(
    path: str | os.PathLike[str], *, policy: Policy | None = None, aliases: Mapping[str, str] | None = None
) -> Reading:
    """Read a bill of materials; what in it is read as what, the module says.

    Parameters
    ----------
    path : path-like
        A file in JSON.
    policy : Policy, optional
        What is done about what is wrong.
    aliases : mapping of str to str, optional
        For names as the file has them, the name or id of the model that is meant.

    Raises
    ------
    SourceError
        When it is no such file, or the policy refuses what is wrong with it.
    OSError
        When there is no such file, or it cannot be read.

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
    tree, data = mapping_of(path, "CycloneDX", "'bomFormat'")
    if data.get("bomFormat") != "CycloneDX":
        hint = 'write "bomFormat": "CycloneDX"'
        problem = Finding("missing-key", "no CycloneDX: the file does not say so", hint, position=tree.position())
        raise SourceError([*tree.problems, problem])
    bill = Bill(tree)
    bill.take(data)
    return bill.intake.reading(policy, aliases)


def cyclonedx_text(lineage: Lineage) -> str:
    """A lineage as a bill of materials, CycloneDX 1.6 in JSON.

    Each model is a component, with its parents as its ancestors and its dependencies. The serial number is that of the
    content, and there is a time stamp only where the date of the data is a day: the same lineage gives the same text.

    Examples
    --------
    >>> from modeltree import Model
    >>> bom = json.loads(cyclonedx_text(Lineage([Model(id="llama", name="LLaMA", released="2023-02")])))
    >>> bom["components"]
    [{'type': 'machine-learning-model', 'bom-ref': 'llama', 'name': 'LLaMA',
      'properties': [{'name': 'modeltree:id', 'value': 'llama'}, {'name': 'modeltree:released', 'value': '2023-02'}]}]
    """
    graph, date = lineage.graph, lineage.about.date
    metadata: dict[str, Any] = {"timestamp": f"{date}T00:00:00Z"} if date and date.day else {}
    metadata["tools"] = {"components": [{"type": "application", "name": "modeltree"}]}
    if graph.graph:
        metadata["properties"] = _properties(graph.graph)
    parents = {model.id: lineage.parents(model.id) for model in lineage.models}
    document = {
        "metadata": metadata,
        "components": [_component(lineage, model, parents[model.id]) for model in lineage.models],
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


def write_cyclonedx(lineage: Lineage, path: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Write a bill of materials, which carries everything: nothing is ever reported as lost.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    write_whole(path, cyclonedx_text(lineage))
    return ()


def _component(lineage: Lineage, model: Model, parents: Iterable[str]) -> dict[str, Any]:
    component: dict[str, Any] = {"type": _TYPES[model.kind], "bom-ref": model.id, "name": model.name}
    if model.organizations:
        maker = lineage.organizations[model.organizations[0]]
        component["manufacturer"] = {"name": maker.name} | (
            {"url": [address]} if (address := _address(maker.url)) else {}
        )
    if model.note:
        component["description"] = model.note
    if model.license:
        component["licenses"] = [{"license": _license(model.license)}]
    addresses = [(kind, address) for kind, url in model.links if (address := _address(url))]
    if addresses:
        component["externalReferences"] = [
            {"type": _REFERENCES[kind], "url": address, "comment": kind} for kind, address in addresses
        ]
    steps = [lineage.derivation(parent, model.id) for parent in parents]
    data = [
        {"ref": step.parent} for step in steps if lineage[step.parent].kind == Kind.DATASET and step.relation == "data"
    ]
    if data and model.kind == Kind.MODEL:
        component["modelCard"] = {"modelParameters": {"datasets": data}}
    if steps:
        component["pedigree"] = {"ancestors": [_ancestor(lineage[step.parent], step) for step in steps]}
    component["properties"] = _properties({"id": model.id} | plain(model, frozenset({"id", "name", "kind", "note"})))
    return component


def _ancestor(parent: Model, step: Derivation) -> dict[str, Any]:
    """A parent as an ancestor; it has no bom-ref, for each stands once in a file, and the model has it."""
    said = {"id": parent.id} | plain(step, frozenset({"parent", "child"}))
    return {"type": _TYPES[parent.kind], "name": parent.name, "properties": _properties(said)}


def _license(license: License) -> dict[str, str]:
    """A license by its identifier, where that is surely on the list of the schema."""
    if license.spdx and hub_license(license) != OTHER:
        return {"id": license.spdx}
    return {"name": license.name}


def _properties(fields: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": f"{OWN}{name}", "value": value} for name, value in fields.items()]


def _address(url: str | None) -> str | None:
    """A web address as the standard has it, with what it has not written as %…; None where that is no address."""
    encoded = quote(re.sub("%(?![0-9A-Fa-f]{2})", "%25", url), safe=":/?#@!$&'()*+,;=%~") if url else ""
    return encoded if _ADDRESS.fullmatch(encoded) else None
