"""Records of the Hugging Face Hub in a table: models by the columns of any table, and derivations from their cards."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from modeltree._util.text import enumerated
from modeltree.findings import Finding, Position, shown
from modeltree.formats.parsing.jsontree import parse_json
from modeltree.formats.repair.audit import MOST
from modeltree.formats.tables.arrow_columns import part_of
from modeltree.formats.tables.cells import Column, plain_column, split_texts
from modeltree.formats.tables.requests import SourceTable, choose_columns
from modeltree.records import Relation
from modeltree.values.addresses import hub_url
from modeltree.values.hub_rows import (
    BASE_TAG,
    inferred_relation,
    is_undated,
    reference_of,
    row_license,
    row_tags,
    tagged_base,
)
from modeltree.values.words import is_missing, relation_of

# The columns of the Hub that are no columns of other tables, and how else they are written.
_COLUMNS = {"carddata": "cardData", "basemodels": "baseModels", "tags": "tags", "libraryname": "library_name"}
_COLUMNS |= {"createdat": "createdAt", "gated": "gated"}
_TELLING = ("cardData", "baseModels", "tags")
_NOT_GATED = (None, False, "", "False", "false")
_LONGEST = 100_000  # of a mapping that is written as a text


@dataclass
class _Derivations:
    """The derivations of the rows, as columns, and the row of each."""

    parent: list[str] = field(default_factory=list)
    child: list[str] = field(default_factory=list)
    relation: list[str] = field(default_factory=list)
    note: list[str | None] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    def add(self, parent: str, child: str, relation: str, row: int, note: str | None = None) -> None:
        """Add one."""
        self.parent.append(parent)
        self.child.append(child)
        self.relation.append(relation)
        self.note.append(note)
        self.rows.append(row)


def hub_tables(table: SourceTable, mapped: Mapping[str, str]) -> tuple[SourceTable, SourceTable] | None:
    """The models and the derivations in a table of the Hub's own records; None for any other table.

    Such a table has a column ``cardData`` or ``baseModels`` of mappings, or ``tags`` that name base models.

    Parameters
    ----------
    table : SourceTable
        The table as it is.
    mapped : mapping of str to str
        The fields of columns, as far as they are given; a table with parents by these is read as they say.
    """
    quiet = {re.sub(r"[\s_.\-]+", "", name).casefold(): name for name in table.names if name not in mapped}
    own = {wanted: quiet[word] for word, wanted in _COLUMNS.items() if word in quiet}
    choice = choose_columns(table.names, mapped).columns
    if "id" not in choice or {"parent", "parents"} & set(mapped.values()) or not set(_TELLING) & own.keys():
        return None
    taken = {name: plain_column(part_of(column)) for name, column in table.take([*own.values(), choice["id"]]).items()}
    cells: dict[str, Column] = {wanted: taken[name] for wanted, name in own.items()}
    for wanted in ("cardData", "baseModels"):
        cells[wanted] = [_mapping(value) for value in cells.get(wanted, ())]
    cells["tags"] = [_tags(value) for value in cells.get("tags", ())]
    is_hub = any(isinstance(value, dict) for value in cells["cardData"]) or any(map(_has_models, cells["baseModels"]))
    if not is_hub and not any(tag.startswith(BASE_TAG) for tags in cells["tags"] for tag in tags):
        return None
    written = [choice[name] for name in ("parents", "parent") if name in choice and choice[name] not in own.values()]
    bases = plain_column(part_of(table.take(written[:1])[written[0]])) if written else None
    if any(map(_has_models, bases or ())):  # which say by themselves how
        return None
    ids = [value if isinstance(value, str) else None for value in taken[choice["id"]]]
    rows = _Rows(table, ids, cells, bases or [None] * len(ids), choice)
    return rows.tables(own)


class _Rows:
    """The rows of the Hub in a table, and what they say."""

    def __init__(
        self,
        table: SourceTable,
        ids: list[str | None],
        cells: dict[str, Column],
        bases: Column,
        choice: Mapping[str, str],
    ) -> None:
        self.table, self.ids, self.choice, self.bases = table, ids, choice, bases
        self.cells = {name: column or [None] * len(ids) for name, column in cells.items()}
        self.known = frozenset(id for id in ids if id)
        self.derivations = _Derivations()
        self.findings: list[Finding] = []
        self.fields: dict[str, Column] = {"name": [], "organizations": [], "license": [], "link_weights": []}
        self._inferred: list[Finding] = []
        self._newer: list[str] = []
        self._trained: list[str] = []

    def tables(self, own: Mapping[str, str]) -> tuple[SourceTable, SourceTable]:
        """The table of the models and that of the derivations; `own` are the names of the Hub's columns."""
        for row, id in enumerate(self.ids):
            self._read(row, id)
        fields = {name: column for name, column in self.fields.items() if name not in self.choice}
        if "createdAt" in own:
            fields["released"] = self._dates(self.cells["createdAt"])
        if "gated" in own and "access" not in self.choice:
            fields["access"] = [None if value in _NOT_GATED else "gated" for value in self.cells["gated"]]
        telling = enumerated([shown(own[wanted]) for wanted in _TELLING if wanted in own])
        self._report("read-as", "the rows are records of the Hugging Face Hub", done=f"parents are read from {telling}")
        self._report_many()
        dropped = {
            *own.values(),
            *(self.choice[name] for name in ("parents", "parent", "relation") if name in self.choice),
        }
        names = tuple(name for name in self.table.names if name not in dropped and name not in fields)

        def take(wanted: Sequence[str]) -> dict[str, Any]:
            taken = self.table.take([name for name in wanted if name not in fields])
            return {name: fields[name] if name in fields else taken[name] for name in wanted}

        def position(row: int | None, column: str | None) -> Position:
            return self.table.position(row, None if column in fields else column)

        found = (*self.table.findings, *self.findings)
        nodes = replace(self.table, names=(*names, *fields), take=take, position=position, findings=found)
        return nodes, _edge_table(self.table, self.derivations)

    def _dates(self, created: Column) -> Column:
        undated = sum(map(is_undated, created))
        if undated:
            message = f"{undated:,} models are from before March 2022, when the Hub began to keep dates"
            self._report("ignored", message, done="the date that the Hub says is left out")
        return [None if is_undated(value) else value for value in created]

    def _read(self, row: int, id: str | None) -> None:
        """Add what one row says."""
        card = self.cells["cardData"][row]
        card = card if isinstance(card, dict) else {}
        tags = row_tags({"tags": self.cells["tags"][row], "baseModels": self.cells["baseModels"][row]}, card)
        organization, slash, name = (id or "").rpartition("/")
        values = {
            "name": name or None,
            "organizations": [organization] if slash and organization and "/" not in organization else None,
            "license": row_license(tags, card),
            "link_weights": hub_url(id or ""),
        }
        for field_name, value in values.items():
            self.fields[field_name].append(value)
        if id is None:
            return
        parents = self._parents(row, card, tags)
        word = next(_texts(card.get("base_model_relation")), None)
        library = self.cells["library_name"][row] if "library_name" in self.cells else None
        words = {text.strip().lower() for text in (*_texts(library), *_texts(card.get("library_name")), *tags)}
        inferred, rule = inferred_relation(words, len(parents), is_quantized="quantized_by" in card)
        unsaid = []
        for parent, (note, said) in parents.items():
            relations: dict[str, str] = {}
            for written in (*([word] if word else ()), *said):
                relations.setdefault(relation_of(written) or written, written)
            if not relations:
                unsaid.append(parent)
                relations[inferred] = inferred
            for relation in relations.values():
                self.derivations.add(parent, id, relation, row, note)
        if unsaid:
            message = f"nothing says how {shown(id)} was made from {enumerated([shown(parent) for parent in unsaid])}"
            done = f"{inferred!r}, as the Hub would have it: {rule}"
            self._inferred.append(
                Finding("inferred-relation", message, ids=(id,), position=self.table.position(row, None), done=done)
                if len(self._inferred) < MOST
                else Finding("inferred-relation", "", ids=(id,))
            )
        for newer in _texts(card.get("new_version")):
            if newer in self.known:
                self.derivations.add(id, newer, Relation.SUCCESSOR, row)
            elif not is_missing(newer):
                self._newer.append(id)
        if card.get("datasets") or any(tag.startswith("dataset:") for tag in tags):
            self._trained.append(id)

    def _parents(
        self, row: int, card: Mapping[str, Any], tags: Iterable[str]
    ) -> dict[str, tuple[str | None, list[str]]]:
        """The parents in a row, each with a note on its revision and the words for its relation."""
        found: dict[str, tuple[str | None, list[str]]] = {}
        bases = self.bases[row]
        listed = [*_texts(card.get("base_model")), *(split_texts(bases) if isinstance(bases, str) else _texts(bases))]
        tagged = [base for tag in tags if (base := tagged_base(tag))]
        for word, written in [*(("", name) for name in listed), *tagged]:
            text = written.strip()
            if not text or (is_missing(text) and text not in self.known):
                continue
            reference = None if text in self.known else reference_of(text)
            revision = reference.revision if reference else None
            note = f"revision: {revision}" if revision and revision != "main" else None
            words = found.setdefault(reference.id if reference else text, (note, []))[1]
            if word and word not in words:
                words.append(word)
        return found

    def _report_many(self) -> None:
        """Report what may be of many rows: one by one, or at once."""
        if len(self._inferred) > MOST:
            ids = tuple(id for finding in self._inferred for id in finding.ids)
            message = f"nothing says how {len(ids):,} models were made from their bases"
            self._report("inferred-relation", message, ids=ids, done="relations are as the Hub would have them")
        else:
            self.findings += self._inferred
        if self._newer:
            message = f"new_version of {enumerated([shown(id) for id in self._newer[:10]])} is not in the table"
            self._report("ignored", message, ids=tuple(self._newer), done="it is left out")
        if self._trained:
            message = f"data sets that {enumerated(self._trained)} were trained on"
            self._report("ignored", message, ids=tuple(self._trained), done="they are read from model cards only")

    def _report(self, kind: str, message: str, ids: tuple[str, ...] = (), done: str | None = None) -> None:
        where = self.table.position(None, None)
        self.findings.append(Finding(kind, message, ids=ids, position=where, done=done))


def _edge_table(table: SourceTable, derivations: _Derivations) -> SourceTable:
    names = ("parent", "child", "relation", "note")

    def position(row: int | None, column: str | None) -> Position:
        return table.position(None if row is None else derivations.rows[row], None)

    return SourceTable(
        table.path, names, lambda wanted: {name: getattr(derivations, name) for name in wanted}, position
    )


def _mapping(value: Any) -> Any:
    """A cell as a mapping or list, which a text may stand for: in JSON, or as Python writes it."""
    if not isinstance(value, str) or not value.startswith(("{", "[")) or len(value) > _LONGEST:
        return value
    tree = parse_json(value.encode("utf-8", "replace"), Path())
    if tree.whole:
        return tree.data
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value


def _tags(value: Any) -> list[str]:
    value = _mapping(value)
    if not isinstance(value, str):
        return list(_texts(value))
    return [item.strip() for item in re.split(r"[,;\n]" if re.search(r"[,;\n]", value) else r"\s", value)]


def _has_models(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))


def _texts(value: Any) -> Iterator[str]:
    yield from (text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str))
