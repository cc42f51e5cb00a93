"""The native catalogue: YAML that is pleasant to edit by hand, in one file or a folder of files.

A catalogue lists organizations and models, each model with what it was ``derived_from``::

    models:
      - id: vicuna
        name: Vicuna
        released: 2023-03-30
        derived_from:
          - parent: llama
            relation: finetune

A catalogue that ``extends: survey``, another data set that ships, or the path of another catalogue, has its models too.

Reading finds everything that is wrong with all files at once, each problem with file, line and column. The key
``licence`` is read as ``license``, with a note. Writing puts the models in the order of their ids, so that an edited
fact changes its own lines and no others.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from modeltree._util.files import expanded, write_whole
from modeltree._util.progress import Progress, no_progress, with_progress
from modeltree.findings import CatalogError, Finding, Severity, shown
from modeltree.formats.catalog.draft import CatalogDraft
from modeltree.formats.parsing import limits
from modeltree.formats.parsing.yamltree import read_yaml
from modeltree.formats.parsing.yamlwriter import Inline, Verbatim, yaml_text
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.policy import Policy
from modeltree.formats.repair.record_findings import audited, in_order, refuse_larger, refuse_longer
from modeltree.lineage import Lineage
from modeltree.records import About, Derivation, License, Model, Organization, ParameterCount, PartialDate, Record

__all__ = [
    "COMPACT", "SUFFIXES", "catalog_files", "catalog_lineage", "catalog_text", "compact_text", "data_folder",
    "read_catalog", "shipped", "shipped_lineage", "write_catalog",
]  # fmt: skip

SUFFIXES = (".yaml", ".yml")
"""How the files of a catalogue end."""

COMPACT = "compact.json"
"""The file in the folder of a catalogue that has all of it in a form that is read faster."""

_PER_MODEL = len("  - id: \n    name: \n\n")


def read_catalog(path: str | os.PathLike[str], *, policy: Policy | None = None) -> Reading:
    """Read a catalogue from a file, or from all files directly in a folder that end in ``.yaml`` or ``.yml``.

    Nothing is mended: what is wrong is refused, and the findings are what is worth knowing besides. Of catalogues that
    it extends, only what is wrong is reported.

    The `policy` is for parents that are not listed (``missing_parent``): without one they are refused, too; one with an
    action for anything else is a ValueError. A CatalogError has everything that is wrong, in the order of files.
    """
    chosen = policy or Policy(missing_parent="refuse")
    defaults = Policy()
    for kind in (kind.replace("-", "_") for kind in Policy.choices()):
        if kind != "missing_parent" and getattr(chosen, kind) not in ("refuse", getattr(defaults, kind)):
            message = f"{path} is a catalogue, which is taken as it stands: its policy is for missing_parent"
            raise ValueError(f"{message}, not for {kind}")
    lineage, draft, findings = _read(Path(path), chosen.missing_parent)
    files = set(_files_of(Path(path)))
    findings += [*draft.notes(), *audited(lineage, draft.position_of, bases=chosen.missing_base)]
    return Reading(lineage, in_order(each for each in findings if not each.position or each.position.path in files))


def catalog_lineage(path: Path) -> Lineage:
    """The lineage of a catalogue alone; see `read_catalog`."""
    return _read(path, "refuse")[0]


def compact_text(lineage: Lineage) -> str:
    """A lineage as JSON that is read faster than the YAML that it stands beside: a record on each line."""
    lists = {
        "organizations": lineage.organizations.values(),
        "models": lineage.models,
        "derivations": lineage.derivations,
    }
    parts = [f'"about": {_json(lineage.about)}']
    for name, records in lists.items():
        lines = ",\n".join(map(_json, records))
        parts.append(f'"{name}": [\n{lines}\n]')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _json(record: Record) -> str:
    fields = record.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


class _Compact(Record):
    about: About
    organizations: tuple[Organization, ...]
    models: tuple[Model, ...]
    derivations: tuple[Derivation, ...]


def data_folder() -> Path:
    """The folder of the data that ship: inside the package where it is installed, beside ``src`` in a clone."""
    package = Path(__file__).parents[2]
    return package / "data" if (package / "data").is_dir() else package.parent.parent / "data"


def shipped() -> dict[str, Path]:
    """The files and folders of the data sets that ship, by name."""
    folder = data_folder()
    files = {
        file.stem: file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES and file.stem != "licenses"
    }
    return files | {file.parent.name: file.parent for file in folder.glob("*/*.yaml")}


def shipped_lineage(path: Path) -> Lineage:
    """The lineage of a catalogue that ships, from the compact form beside its files where there is one."""
    file = path / COMPACT
    if not file.is_file():
        return catalog_lineage(path)
    whole = _Compact.model_validate_json(file.read_bytes())
    return Lineage(whole.models, whole.derivations, whole.organizations, about=whole.about)


def _read(path: Path, missing_parent: str) -> tuple[Lineage, CatalogDraft, list[Finding]]:
    draft = CatalogDraft()
    _add_files(path, draft, set(), frozenset(map(os.path.realpath, _files_of(path))))
    findings = [] if missing_parent == "refuse" else draft.repair_missing_parents(missing_parent)
    if problems := draft.all_problems():
        raise CatalogError(problem.graded(Severity.ERROR) for problem in problems)
    return Lineage(draft.models, draft.derivations, draft.organizations, about=draft.about), draft, findings


def _add_files(path: Path, draft: CatalogDraft, added: set[str], own: Collection[str], depth: int = 0) -> None:
    """Add the files of a catalogue, each after those of the catalogues that it extends, and each once."""
    for file in _files_of(path):
        if (real := os.path.realpath(file)) in added:
            continue
        added.add(real)
        tree = read_yaml(file)
        for name, position in draft.extended(tree):
            base = _extended(file, name)
            if depth > limits.EXTENSIONS:
                message = f"catalogues that extend each other more than {limits.EXTENSIONS} deep"
                draft.report(Finding("too-deep", message, position=position))
            elif base is None:
                hint = f"write a path from this file, or one of {', '.join(sorted(shipped()))}"
                message = f"extends: {shown(name)} is no catalogue and no data set that ships"
                draft.report(Finding("bad-value", message, hint, position=position))
            else:
                _add_files(base, draft, added, own, depth + 1)
        draft.add(tree, is_own=real in own)


def _extended(file: Path, name: str) -> Path | None:
    """The catalogue that a file extends: of a data set that ships, or at a path; None where there is none."""
    if name in (data_sets := shipped()):
        return data_sets[name]
    path = expanded(name)
    path = path if path.is_absolute() else file.parent / path
    if path.is_dir():
        return path if any(entry.suffix.lower() in SUFFIXES for entry in path.iterdir()) else None
    return path if path.is_file() and path.suffix.lower() in SUFFIXES else None


def write_catalog(
    lineage: Lineage, path: str | os.PathLike[str], *, progress: Progress = no_progress
) -> tuple[Finding, ...]:
    """Write a lineage to a catalogue file, whole or not at all.

    What was in the file is replaced, comments included. A folder is refused: which of its files a record belongs
    into, only its editor knows.
    """
    path = Path(path)
    if path.is_dir():
        right = "a folder; a lineage is saved as one file, as models.yaml in it"
        raise IsADirectoryError(errno.EISDIR, right, str(path))
    refuse_longer(lineage, path, limits.YAML_BYTES, _PER_MODEL)
    content = catalog_text(lineage, progress=progress).encode()
    refuse_larger(path, len(content), limits.YAML_BYTES)
    write_whole(path, content)
    return ()


def catalog_text(lineage: Lineage, *, progress: Progress = no_progress) -> str:
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
    models = _model_records(lineage, progress)
    return yaml_text(_document(lineage.about, lineage.organizations.values(), models) or {"models": models})


def catalog_files(lineage: Lineage, file_of: Mapping[str, str]) -> dict[str, str]:
    """A lineage as the texts of the files of a folder: for the ids of models, the names of the files that hold them.

    What the lineage is as a whole stands in ``about.yaml``, and the organizations in ``organizations.yaml``.
    """
    records: dict[str, list[dict[str, object]]] = {}
    for record in _model_records(lineage):
        records.setdefault(file_of[str(record["id"])], []).append(record)
    documents = {
        "about.yaml": _document(lineage.about, (), ()),
        "organizations.yaml": _document(About(), lineage.organizations.values(), ()),
        **{name: _document(About(), (), records[name]) for name in sorted(records)},
    }
    return {name: yaml_text(document) for name, document in documents.items() if document}


def _model_records(lineage: Lineage, progress: Progress = no_progress) -> list[dict[str, object]]:
    """The models by id, each with what it was made from."""
    parents: dict[str, list[dict[str, object]]] = {}
    for edge in sorted(lineage.derivations, key=lambda edge: edge.parent):
        parents.setdefault(edge.child, []).append(_written(edge, leave_out="child"))
    models = []
    models_by_id = sorted(lineage.models, key=lambda model: model.id)
    for model in with_progress(models_by_id, progress, "write", len(lineage)):
        fields = _written(model)
        corrections = fields.pop("corrections", None)
        fields |= {"derived_from": parents[model.id]} if model.id in parents else {}
        models.append(fields | ({"corrections": corrections} if corrections else {}))
    return models


def _document(
    about: About, organizations: Iterable[Organization], models: Sequence[dict[str, object]]
) -> dict[str, object]:
    document = {"about": _written(about), "organizations": list(map(_written, organizations)), "models": models}
    return {key: value for key, value in document.items() if value}


def _written(record: Record, leave_out: str = "") -> dict[str, object]:
    """The fields of a record that are set, as the writer takes them."""
    defaults = _defaults(type(record))
    return {name: _plain(value) for name, value in record if name != leave_out and value != defaults[name]}


@cache
def _defaults(kind: type[Record]) -> dict[str, object]:
    return {name: field.get_default() for name, field in kind.model_fields.items()}


def _plain(value: object) -> object:
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
