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
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TypeVar

from pydantic import ConfigDict, ValidationError

from modeltree._util.files import expanded, write_whole
from modeltree._util.progress import Progress, no_progress, with_progress
from modeltree.findings import At, CatalogError, Finding, Position, Severity, shown
from modeltree.formats.parsing import add_finding, limits
from modeltree.formats.parsing.yamltree import Inline, Verbatim, YamlTree, read_yaml, yaml_text
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.models import PARTS
from modeltree.formats.repair.policy import Policy
from modeltree.formats.repair.record_findings import (
    FORMER_NAMES,
    PLACEHOLDER,
    FormerNames,
    audited,
    described,
    findings_from_pydantic,
    in_order,
    no_list,
    no_mapping,
    refuse_larger,
    refuse_longer,
    unknown_key,
)
from modeltree.graph.name_lookup import NameTable
from modeltree.graph.validation import problems_of
from modeltree.lineage import Lineage
from modeltree.records import (
    About,
    Derivation,
    Id,
    License,
    Model,
    Organization,
    ParameterCount,
    PartialDate,
    Record,
    Reference,
    Relation,
    Text,
)

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
    package = Path(__file__).parents[1]
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
    """A lineage as the text of a catalogue: the models and organizations by id, the fields in their order."""
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


# Reading


class Parentage(Record):
    """One parent of the model that it stands under, and how the model was made from it."""

    parent: Id
    """The id of the model that it was made from."""
    relation: Relation
    """How."""
    references: tuple[Reference, ...] = ()
    """What vouches for it."""
    note: Text | None = None
    """Anything else worth knowing."""


class CatalogModel(Model):
    """One model, or one product that runs on models, and what it was made from."""

    derived_from: tuple[Parentage, ...] = ()
    """The models that it was made from, and how; each parent once."""


class CatalogDocument(Record):
    """One file of a catalogue: models with what they were made from, and who made them."""

    model_config = ConfigDict(title="modeltree catalogue")

    about: About | None = None
    """What the catalogue as a whole is; in one file of a folder."""
    organizations: tuple[Organization, ...] = ()
    """Who made the models. Where there are none, any id is taken."""
    models: tuple[CatalogModel, ...] = ()
    """The models."""
    extends: Text | tuple[Text, ...] = ()
    """Catalogues whose models and organizations are part of this one: shipped data sets, as ``survey``, or paths."""


def catalog_schema() -> dict[str, object]:
    """The JSON Schema (draft 2020-12) of a catalogue file, made from the records."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **CatalogDocument.model_json_schema()}


R = TypeVar("R", bound=Record)

_TABLES = {"models": "model", "organizations": "organization"}
_PARTS: Mapping[str, type[Record]] = {**PARTS, "derived_from": Parentage}


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a record stands, and what to call it or the record that it is part of, under which key."""

    tree: YamlTree
    at: At
    owner: str
    id: str = ""
    within: str = ""

    def path(self, at: At) -> At:
        """The path to a part of the record in the file, which may have a key by its former name."""
        mapping = self.tree.value(self.at) if at and at[0] in FORMER_NAMES.values() else None
        if isinstance(mapping, dict) and at[0] not in mapping:
            former = next((name for name, now in FORMER_NAMES.items() if now == at[0] and name in mapping), at[0])
            at = (former, *at[1:])
        return (*self.at, *at)

    def position(self, at: At = (), *, of_key: bool = False) -> Position:
        """Where a part of the record stands."""
        return self.tree.position(self.path(at), of_key=of_key)


class CatalogDraft:
    """What the files of a catalogue hold, and everything that is wrong with it.

    A record with problems is kept without the fields that have them, so that what refers to it is not reported as
    referring to nothing.
    """

    def __init__(self) -> None:
        self.about: About | None = None
        self.models: list[Model] = []
        self.derivations: list[Derivation] = []
        self.organizations: list[Organization] = []
        self._about_source: _Source | None = None
        self._sources: dict[str, list[_Source]] = {"models": [], "derivations": [], "organizations": []}
        self._first: dict[tuple[str, str], _Source] = {}
        self._former = FormerNames()
        self._problems: list[Finding] = []
        # Parents that can be no ids, and the numbers of their problems: they may be names.
        self._misnamed: list[tuple[int, str]] = []
        # Whether all that stands in the files was read; and the texts in records that have no id: perhaps their names.
        self._complete = True
        self._unclaimed: set[str] = set()

    def add(self, tree: YamlTree, *, is_own: bool = True) -> None:
        """Add what a file holds: one of the catalogue's own, or one of a catalogue that it extends."""
        self._problems += tree.problems
        twice = [problem.at for problem in tree.problems if problem.kind == "duplicate-key"]
        self._complete &= tree.whole and not any(map(_holds_records, [*tree.unread, *twice]))
        if not tree.whole:
            return
        file, known = _Source(tree, (), "catalogue"), list(CatalogDocument.model_fields)
        if not isinstance(tree.data, dict):
            self._complete = False
            message = "the file is empty" if tree.data is None else f"{described(tree.data)} is no catalogue"
            self._report(file, Finding("wrong-type", message, f"a catalogue has the keys {', '.join(known)}"))
            return
        for key in tree.data:
            if key not in known:
                self._unclaimed.update(_texts(tree.data[key]))
                self._report(file, unknown_key(key, "catalogue", known, at=(key,)))
        if is_own:
            self._add_about(file)
        for source, fields in self._mappings(file, "organizations"):
            organization = self._record(Organization, source, fields, {"name": source.id})
            if organization:
                self.organizations.append(organization)
                self._remember(source, "organizations")
        for source, fields in self._mappings(file, "models"):
            self._add_model(source, fields)

    def extended(self, tree: YamlTree) -> Iterator[tuple[str, Position]]:
        """The catalogues that a file extends, and where it names them."""
        value = tree.data.get("extends", []) if isinstance(tree.data, dict) else []
        for index, name in enumerate(value if isinstance(value, list) else [value]):
            at: At = ("extends", index) if isinstance(value, list) else ("extends",)
            if isinstance(name, str):
                yield name, tree.position(at)
            elif at not in tree.unread:
                message = f"extends: {described(name)} is no name of a data set and no path"
                self.report(Finding("wrong-type", message, "write a text", position=tree.position(at)))

    def report(self, problem: Finding) -> None:
        """Add something that is wrong, with its position."""
        add_finding(self._problems, problem)

    def repair_missing_parents(self, action: str) -> list[Finding]:
        """Drop the derivations whose parent is not listed, or make placeholders of such parents; what was done."""
        known = {model.id for model in self.models}
        missing = {row for row, edge in enumerate(self.derivations) if edge.parent not in known}
        sources, done = self._sources["derivations"], {"drop": "the derivation is left out"}
        findings = []
        for row in sorted(missing):
            edge = self.derivations[row]
            message = f"missing parent {shown(edge.parent)} of {shown(edge.child)}"
            position = sources[row].position(("parent",))
            what = done.get(action, "a placeholder is kept")
            finding = Finding("missing-parent", message, None, (edge.child,), position=position, done=what)
            findings.append(self._with_id(finding, edge.parent))
        kept = [row for row in range(len(sources)) if action != "drop" or row not in missing]
        for parent, row in {self.derivations[row].parent: row for row in sorted(missing, reverse=True)}.items():
            if action != "drop":
                self.models.append(Model(id=parent, name=parent, note=PLACEHOLDER))
                self._remember(replace(sources[row], id=parent), "models")
        self.derivations = [self.derivations[row] for row in kept]
        self._sources["derivations"] = [sources[row] for row in kept]
        return findings

    def all_problems(self) -> list[Finding]:
        """Everything that is wrong, in the order of files and lines."""
        for number, name in self._misnamed:
            self._problems[number] = self._with_id(self._problems[number], name)
        found = problems_of(self.models, self.derivations, self.organizations)
        problems = [*self._problems, *(self._placed(problem) for problem in found if not self._follows(problem))]
        return list(in_order(problems))

    def notes(self) -> list[Finding]:
        """What is read by a rule, and not as it is written."""
        return list(self._former.notes())

    def position_of(self, model: str, parent: str) -> Position | None:
        """Where a model stands, or, where a parent is given, the derivation from it."""
        if not parent:
            return self._first["models", model].position()
        edge = self._edges.get((parent, model))
        return edge.position() if edge else None

    @cached_property
    def _edges(self) -> dict[tuple[str, str], _Source]:
        sources = zip(self.derivations, self._sources["derivations"], strict=True)
        return {(edge.parent, edge.child): source for edge, source in sources}

    def _add_about(self, file: _Source) -> None:
        source, fields = _Source(file.tree, ("about",), "about"), file.tree.data.get("about")
        if fields is None:
            return
        if self._about_source:
            first = self._about_source.position(of_key=True)
            problem = Finding("duplicate-key", f"'about' stands at {first} already", "keep one of them")
            self._problems.append(problem.located(source.position(of_key=True)))
        self._about_source = self._about_source or source
        if isinstance(fields, dict):
            self.about = self._record(About, source, fields, {})
        else:
            self._report(source, no_mapping(fields, "about"))

    def _add_model(self, source: _Source, fields: dict[str, object]) -> None:
        ids = (source.id,) if source.id else ()
        own = {key: value for key, value in fields.items() if key != "derived_from"}
        own, conflicts = self._former.current(own, source.owner, partial(source.position, of_key=True), ids)
        for conflict in conflicts:
            self._report(source, conflict)
        model = self._record(Model, source, own, {"name": source.id})
        if model:
            self.models.append(model)
            self._remember(source, "models")
        for edge, parentage in self._mappings(source, "derived_from") if "derived_from" in fields else ():
            parent = self._record(Parentage, edge, parentage, {"relation": "finetune"})
            if model and parent:
                self.derivations.append(Derivation(child=model.id, **dict(parent)))
                self._remember(edge, "derivations")

    def _remember(self, source: _Source, table: str) -> None:
        self._sources[table].append(source)
        self._first.setdefault((table, source.id), source)

    def _mappings(self, around: _Source, key: str) -> Iterator[tuple[_Source, dict[str, object]]]:
        """The mappings in a list; what is none is a problem."""
        rows = around.tree.value(around.at).get(key, [])
        if not isinstance(rows, list):
            self._unclaimed.update(_texts(rows) if key in _TABLES else ())
            self._report(around, no_list(rows, key if not around.at else f"{key} of {around.owner}", (key,)))
            return
        for row, item in enumerate(rows):
            at = (*around.at, key, row)
            if not isinstance(item, dict):
                self._unclaimed.update(_texts(item) if key in _TABLES else ())
                what = _TABLES.get(key, f"{key} of {around.owner}")
                self._report(_Source(around.tree, at, what), no_mapping(item, what))
            elif key in _TABLES:
                id = item["id"] if isinstance(item.get("id"), str) else ""
                name = id or item.get("name")
                owner = f"{_TABLES[key]} {shown(name)}" if isinstance(name, str) else _TABLES[key]
                yield _Source(around.tree, at, owner, id), item
            else:
                yield _Source(around.tree, at, around.owner, around.id, key), item

    def _record(self, kind: type[R], source: _Source, fields: dict[str, object], instead: dict[str, str]) -> R | None:
        """The record that a mapping stands for; without the fields that are wrong, or with something instead."""
        ids, keys = (source.id,) if source.id else (), {**_PARTS, "": CatalogModel if kind is Model else kind}
        wrong: set[str | int] = set()
        while True:
            try:
                right = {key: value for key, value in fields.items() if key not in wrong}
                return kind.model_validate(instead | right if wrong else right)
            except ValidationError as error:
                # Fields are checked against each other once each is right by itself: only that is news then.
                details = [detail for detail in error.errors() if not wrong or not detail["loc"]]
            if not details:
                self._unclaimed.update(_texts(fields))
                return None
            for problem in findings_from_pydantic(details, source.owner, keys, ids, source.within):
                self._report(source, problem)
            wrong.update(name for detail in details for name in detail["loc"][:1] or ("openness", "access"))

    def _report(self, source: _Source, problem: Finding) -> None:
        """Note a problem of a record, unless it comes from something that was not read."""
        at = source.path(problem.at)
        if not any(at[:length] in source.tree.unread for length in range(len(at) + 1)):
            position = source.position(problem.at, of_key=problem.kind == "unknown-key")
            add_finding(self._problems, replace(problem, at=at, position=position))
            if source.within == "derived_from" and problem.at == ("parent",):
                self._misnamed.append((len(self._problems) - 1, str(source.tree.value(at))))

    def _placed(self, problem: Finding) -> Finding:
        """A problem between records, with its position in the files."""
        table, row, *rest = problem.at
        source = self._sources[str(table)][int(row)]
        if problem.kind == "duplicate-id":
            first = self._first[str(table), source.id].position()
            problem = replace(problem, hint=f"the first is at {first}; give each its own id")
        if problem.kind == "missing-parent":
            problem = self._with_id(problem, self.derivations[int(row)].parent)
        return problem.located(source.position(tuple(rest)))

    def _with_id(self, problem: Finding, name: str) -> Finding:
        """A problem with a parent, which hints at the id of the model that goes by the name given, if one does."""
        ids = " or ".join(repr(id) for id in self._names.owners(name))
        return replace(problem, hint=f"did you mean the id {ids}?") if ids else problem

    @cached_property
    def _names(self) -> NameTable:
        return NameTable(self.models)

    def _follows(self, problem: Finding) -> bool:
        """Whether something is only missing because the record that has it could not be read."""
        if problem.kind == "missing-parent":
            name = self.derivations[int(problem.at[1])].parent
        elif problem.kind == "unknown-organization":
            name = self.models[int(problem.at[1])].organizations[int(problem.at[3])]
        else:
            return False
        return not self._complete or name in self._unclaimed


def _holds_records(at: At) -> bool:
    """Whether what is lost at a place in a file may be records, or the id of one."""
    return len(at) < 3 or (len(at) == 3 and at[2] == "id")


def _texts(value: object) -> Iterator[str]:
    """All texts in some data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)
