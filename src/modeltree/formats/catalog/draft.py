"""A catalogue while it is read: the records that its files hold, and everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TypeVar

from pydantic import ConfigDict, ValidationError

from modeltree.findings import At, Finding, Position, shown
from modeltree.formats.parsing import add_finding
from modeltree.formats.parsing.yamltree import YamlTree
from modeltree.formats.repair.models import PARTS
from modeltree.formats.repair.record_findings import (
    FORMER_NAMES,
    PLACEHOLDER,
    FormerNames,
    described,
    findings_from_pydantic,
    in_order,
    no_list,
    no_mapping,
    unknown_key,
)
from modeltree.graph.names import NameTable
from modeltree.graph.validation import problems_of
from modeltree.records import About, Derivation, Id, Model, Organization, Record, Reference, Relation, Text


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

    def under(self, child: str) -> Derivation:
        """The derivation of a child from this parent."""
        return Derivation(
            parent=self.parent, child=child, relation=self.relation, references=self.references, note=self.note
        )


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
    """The JSON Schema (draft 2020-12) of a catalogue file, made from the records.

    Examples
    --------
    >>> sorted(catalog_schema()["properties"])
    ['about', 'extends', 'models', 'organizations']
    """
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
                self.derivations.append(parent.under(model.id))
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
