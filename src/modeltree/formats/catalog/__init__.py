"""The native catalogue: YAML that is pleasant to edit by hand, in one file or a folder of files.

A catalogue lists organizations and models, each model with what it was ``derived_from``::

    models:
      - id: vicuna
        name: Vicuna
        released: 2023-03-30
        derived_from:
          - parent: llama
            relation: finetune

Reading finds everything that is wrong with all files at once, each problem with file, line and column. The key
``licence`` is read as ``license``, with a note. Writing puts the models in the order of their ids, so that an edited
fact changes its own lines and no others.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

from modeltree._util.files import write_whole
from modeltree.findings import CatalogError, Finding
from modeltree.formats.catalog.draft import CatalogDraft
from modeltree.formats.parsing.yamltree import MAX_BYTES, read_yaml
from modeltree.formats.parsing.yamlwriter import Inline, Verbatim, yaml_text
from modeltree.formats.repair.audit import audited, in_order
from modeltree.formats.repair.claims import Reading
from modeltree.lineage import Lineage
from modeltree.records import License, ParameterCount, PartialDate, Record

__all__ = ["SUFFIXES", "catalog_lineage", "catalog_text", "read_catalog", "write_catalog"]

SUFFIXES = (".yaml", ".yml")
"""How the files of a catalogue end."""


def read_catalog(path: str | os.PathLike[str]) -> Reading:
    """Read a catalogue from a file, or from all files directly in a folder that end in ``.yaml`` or ``.yml``.

    Nothing is mended: what is wrong is refused, and the findings are what is worth knowing besides.

    Raises
    ------
    CatalogError
        When anything is wrong with it; `CatalogError.problems` has everything, in the order of files and lines.
    OSError
        When there is no such file or folder, or it cannot be read.
    """
    lineage, draft = _read(Path(path))
    return Reading(lineage, in_order([*draft.notes(), *audited(lineage, draft.position_of)]))


def catalog_lineage(path: Path) -> Lineage:
    """The lineage of a catalogue alone; see `read_catalog`."""
    return _read(path)[0]


def _read(path: Path) -> tuple[Lineage, CatalogDraft]:
    draft = CatalogDraft()
    for file in _files_of(path):
        draft.add(read_yaml(file))
    if problems := draft.all_problems():
        raise CatalogError(problems)
    return Lineage(draft.models, draft.derivations, draft.organizations, about=draft.about), draft


def write_catalog(lineage: Lineage, path: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Write a lineage to a catalogue file, whole or not at all.

    What was in the file is replaced, comments included. A folder is refused: which of its files a record belongs
    into, only its editor knows.

    Raises
    ------
    CatalogError
        When the catalogue would be larger than what is read again.
    OSError
        When the file cannot be written.
    """
    path = Path(path)
    if path.is_dir():
        right = "a folder; a lineage is saved as one file, as models.yaml in it"
        raise IsADirectoryError(errno.EISDIR, right, str(path))
    content = catalog_text(lineage).encode()
    if len(content) > MAX_BYTES:
        message = f"the catalogue would be too large: {len(content) / 2**20:.0f} MiB of {MAX_BYTES // 2**20}"
        raise CatalogError([Finding("too-large", message, "save parts of the lineage")])
    write_whole(path, content)
    return ()


def catalog_text(lineage: Lineage) -> str:
    """A lineage as the text of a catalogue: the models and organizations by id, the fields in their order.

    Examples
    --------
    >>> from modeltree import Model
    >>> print(catalog_text(Lineage([Model(id="llama", name="LLaMA", released="2023-02")])), end="")
    models:
      - id: llama
        name: LLaMA
        released: 2023-02
    """
    parents: dict[str, list[dict[str, Any]]] = {}
    for edge in sorted(lineage.derivations, key=lambda edge: edge.parent):
        parents.setdefault(edge.child, []).append(_written(edge, leave_out="child"))
    models = []
    for model in sorted(lineage.models, key=lambda model: model.id):
        fields = _written(model)
        corrections = fields.pop("corrections", None)
        fields |= {"derived_from": parents[model.id]} if model.id in parents else {}
        models.append(fields | ({"corrections": corrections} if corrections else {}))
    organizations = [_written(organization) for organization in lineage.organizations.values()]
    document = {"about": _written(lineage.about), "organizations": organizations, "models": models}
    return yaml_text({key: value for key, value in document.items() if value or key == "models"})


def _written(record: Record, leave_out: str = "") -> dict[str, Any]:
    """The fields of a record that are set, as the writer takes them."""
    defaults = {name: field.get_default() for name, field in type(record).model_fields.items()}
    return {name: _plain(value) for name, value in record if name != leave_out and value != defaults[name]}


def _plain(value: Any) -> Any:
    match value:
        case PartialDate() if value.year < 1000:  # a number to base 8, for tools that read YAML 1.1
            return str(value)
        case PartialDate() | ParameterCount():
            return Verbatim(value)
        case License():
            return Inline(name=value.name, spdx=value.spdx) if value.spdx else value.name
        case Record():
            return _written(value)
        case tuple():
            return [_plain(item) for item in value]
    return str(value)


def _files_of(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file())
    if not files:
        raise CatalogError([Finding("no-files", f"the folder {path} has no file that ends in {' or '.join(SUFFIXES)}")])
    return files
