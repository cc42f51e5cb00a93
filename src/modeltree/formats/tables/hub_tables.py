"""Records of the Hugging Face Hub in a table: models by the columns of any table, and derivations from their cards."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy

from modeltree._util.text import enumerated
from modeltree.findings import Finding, Position, shown
from modeltree.formats.parsing.jsontree import parse_json
from modeltree.formats.repair.record_findings import MOST
from modeltree.formats.tables.requests import SourceTable, choose_columns, one_by_one
from modeltree.formats.tables.table_columns import (
    Coded,
    Column,
    Stored,
    bounds_of,
    coded,
    coded_array,
    part_of,
    plain_column,
    split_texts,
    with_more,
)
from modeltree.records import Kind, Relation
from modeltree.values.addresses import hub_url
from modeltree.values.fields import plain_value
from modeltree.values.hub_words import (
    BASE_TAG,
    DATASET_TAG,
    DATASETS,
    DATES,
    LICENSE_TAG,
    TELLING_WORDS,
    inferred_relation,
    is_undated,
    reference_of,
    row_license,
    row_tags,
    tagged_base,
    texts_in,
)
from modeltree.values.quantities import day_of
from modeltree.values.words import is_missing, relation_of

# The columns of the Hub that are no columns of other tables, and how else they are written.
_COLUMNS = {"carddata": "cardData", "basemodels": "baseModels", "tags": "tags", "libraryname": "library_name"}
_COLUMNS |= {"createdat": "createdAt", "gated": "gated"}
_TELLING = ("cardData", "baseModels", "tags", "card")
# What the text of a card is called.
_CARD_TEXT = re.compile(r".*(?:card|readme|frontmatter).*|content|markdown|text|body")
_NOT_GATED = (None, False, "", "False", "false")
_CARD = (
    "base_model", "base_model_relation", "license", "license_name", "tags", "library_name", "new_version", "datasets",
    "quantized_by", "license_link", *DATES,
)  # fmt: skip
_LONGEST = 100_000  # of a mapping that is written as a text
_AT_ONCE = 1 << 12  # cards, which are long

Cells = dict[int, Any]
"""The values of a column by their rows, without those that are missing."""


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

    Such a table has a column ``cardData`` or ``baseModels`` of mappings, ``tags`` of base models or data sets, or the
    texts of model cards, which begin with front matter.
    """
    quiet = {re.sub(r"[\s_.\-]+", "", name).casefold(): name for name in table.names if name not in mapped}
    own = {wanted: quiet[word] for word, wanted in _COLUMNS.items() if word in quiet}
    texts = [name for word, name in quiet.items() if word not in _COLUMNS and _CARD_TEXT.fullmatch(word)]
    choice = choose_columns(table.names, mapped).columns
    if "id" not in choice or {"parent", "parents"} & set(mapped.values()) or not (texts or set(_TELLING) & own.keys()):
        return None
    taken = table.take([*own.values(), *texts, choice["id"]])
    columns = {wanted: taken[name] for wanted, name in own.items()}
    card = _card(columns.get("cardData", []))
    problems: list[tuple[int, Finding]] = []
    for name in texts:
        if read := _read_cards(taken[name], table.path):
            own["card"] = name
            card, problems = {key: read[0][key] | (card or {}).get(key, {}) for key in _CARD}, read[1]
            break
    models = {row: _mapping(value) for row, value in _cells(columns.get("baseModels", [])).items()}
    tags = _telling_tags(columns.get("tags", []))
    is_hub = card is not None or any(map(_has_models, models.values()))
    if not is_hub and not any(tag.startswith((BASE_TAG, DATASET_TAG)) for several in tags.values() for tag in several):
        return None
    written = [choice[name] for name in ("parents", "parent") if name in choice and choice[name] not in own.values()]
    bases = _cells(table.take(written[:1])[written[0]]) if written else {}
    if any(map(_has_models, bases.values())):  # which say by themselves how
        return None
    ids = [value if isinstance(value, str) else None for value in plain_column(part_of(taken[choice["id"]]))]
    cells = {"tags": tags, "baseModels": models, "bases": bases, "library": _cells(columns.get("library_name", []))}
    choice = {name: column for name, column in choice.items() if column != own.get("card")}
    rows = _Rows(table, ids, card or {}, cells, choice)
    rows.report_problems(problems, own.get("card"))
    return rows.tables(own, columns)


class _Rows:
    """The rows of the Hub in a table, and what they say: only those that name a base are looked at one by one."""

    def __init__(
        self,
        table: SourceTable,
        ids: list[str | None],
        card: Mapping[str, Cells],
        cells: Mapping[str, Cells],
        choice: Mapping[str, str],
    ) -> None:
        self.table, self.ids, self.choice, self.card, self.cells = table, ids, choice, card, cells
        self.known = frozenset(id for id in ids if id)
        self.derivations = _Derivations()
        self.findings: list[Finding] = []
        self._inferred: list[Finding] = []
        self._newer: list[str] = []
        self._datasets: dict[str, int] = {}  # their ids, and the first row that names each

    def tables(self, own: Mapping[str, str], columns: Mapping[str, Stored]) -> tuple[SourceTable, SourceTable]:
        """The table of the models and that of the derivations; `own` are the names of the Hub's columns."""
        for row in self._with_bases():
            if id := self.ids[row]:
                self._read(row, id)
        self._read_datasets()
        from_hub = bool(own.keys() - {"card"}) or "modelid" in self.choice["id"].casefold()
        fields = self._fields(own, columns, from_hub)
        telling = enumerated([shown(own[wanted]) for wanted in _TELLING if wanted in own])
        message = "the rows are records of the Hugging Face Hub" if from_hub else "the rows have model cards"
        self._report("read-as", message, done=f"parents are read from {telling}")
        self._report_many()
        dropped = {
            *own.values(),
            *(self.choice[name] for name in ("parents", "parent", "relation") if name in self.choice),
        }
        names = tuple(name for name in self.table.names if name not in dropped and name not in fields)
        rows, count = [*self._datasets.values()], len(self.ids)
        more: dict[str, Column] = {self.choice["id"]: [*self._datasets]} if rows else {}
        for name, of in (("name", _last), ("organizations", _owner), ("kind", lambda _: Kind.DATASET.value)):
            more[self.choice.get(name, name)] = [of(id.removeprefix(DATASETS)) for id in self._datasets]
        if rows and "kind" not in self.choice:
            fields["kind"] = Coded(numpy.full(count, -1, dtype=numpy.int32), [])

        def take(wanted: Sequence[str]) -> dict[str, Stored]:
            taken = self.table.take([name for name in wanted if name not in fields])
            found = {name: fields[name] if name in fields else taken[name] for name in wanted}
            nothing = [None] * len(rows)
            return {name: with_more(found[name], more.get(name, nothing)) if rows else found[name] for name in wanted}

        def position(row: int | None, column: str | None) -> Position:
            if row is not None and row >= count:
                return self.table.position(rows[row - count], None)
            return self.table.position(row, None if column in fields else column)

        found = (*self.table.findings, *self.findings)
        nodes = replace(self.table, names=(*names, *fields), take=take, position=position, findings=found)
        return nodes, _edge_table(self.table, self.derivations)

    def _fields(self, own: Mapping[str, str], columns: Mapping[str, Stored], from_hub: bool) -> dict[str, Stored]:
        """The fields of models that ids, cards and the columns of the Hub say, where no other column does."""
        owners = coded([_owner(id or "") for id in self.ids])
        fields: dict[str, Stored] = {
            "name": [_last(id or "") or None for id in self.ids],
            "organizations": Coded(owners.codes, [[owner] for owner in owners.words]),
            "license": self._licenses(),
            "link_weights": [hub_url(id or "") for id in self.ids] if from_hub else None,
            "references": self._terms(),
        }
        free = (None, own.get("createdAt"))
        if self.choice.get("released") in free:
            fields["released"] = self._dates(columns.get("createdAt"))
        if "gated" in own and "access" not in self.choice:
            gated = coded(columns["gated"])
            words = [None if value in _NOT_GATED else "gated" for value in plain_column(gated.words)]
            fields["access"] = Coded(gated.codes, words)
        return {name: column for name, column in fields.items() if column is not None and self.choice.get(name) in free}

    def _with_bases(self) -> list[int]:
        """The rows that may name a base or a newer version, ascending."""
        rows = {*self.cells["baseModels"], *self.cells["bases"]}
        rows |= {row for name in ("base_model", "new_version") for row in self.card.get(name, ())}
        return sorted(rows | self._tagged(BASE_TAG))

    def _tagged(self, prefix: str) -> set[int]:
        """The rows with a tag that begins so."""
        tags = (*self.cells["tags"].items(), *self.card.get("tags", {}).items())
        return {row for row, several in tags if any(tag.startswith(prefix) for tag in texts_in(several))}

    def _read_datasets(self) -> None:
        """Add the data sets that cards or tags name, and the derivations from them."""
        cards = self.card.get("datasets", {})
        for row in sorted({row for row, value in cards.items() if value} | self._tagged(DATASET_TAG)):
            tagged = (tag.removeprefix(DATASET_TAG) for tag in self._tags(row) if tag.startswith(DATASET_TAG))
            names = dict.fromkeys(map(str.strip, (*texts_in(cards.get(row)), *tagged)))
            for name in names if self.ids[row] else ():
                if not is_missing(name):
                    id = f"{DATASETS}{name}"
                    if id not in self.known:
                        self._datasets.setdefault(id, row)
                    self.derivations.add(id, str(self.ids[row]), Relation.DATA, row)

    def _licenses(self) -> Coded:
        """The licenses in cards, or else in tags, each distinct one read once."""
        numbers: dict[str, int] = {}
        words: Column = []
        codes = numpy.full(len(self.ids), -1, dtype=numpy.int32)
        parts = [self.card.get(name, {}) for name in ("license", "license_name")]
        for row in {*self.cells["tags"], *parts[0], *parts[1]}:
            card = dict(zip(("license", "license_name"), (part.get(row) for part in parts), strict=True))
            tags = [tag for tag in self._tags(row) if tag.startswith(LICENSE_TAG)]
            key = repr((card, tags))
            if key not in numbers:
                numbers[key] = len(words)
                words.append(row_license(tags, card))
            codes[row] = numbers[key]
        return Coded(codes, words)

    def _tags(self, row: int) -> list[str]:
        row_cells = {name: self.cells[name].get(row) for name in ("tags", "baseModels")}
        return row_tags(row_cells, {"tags": self.card.get("tags", {}).get(row)})

    def _terms(self) -> Column | None:
        """The links to licenses in cards."""
        links = {row: next(texts_in(value), "") for row, value in self.card.get("license_link", {}).items()}
        rows = {row: [link] for row, link in links.items() if link.startswith("http")}
        return [rows.get(row) for row in range(len(self.ids))] if rows else None

    def _dates(self, column: Stored | None) -> Column | None:
        """The dates that the Hub says, or else cards; None where there are none."""
        said = {row: value for key in reversed(DATES) for row, value in self.card.get(key, {}).items()}
        if column is None and not said:
            return None
        created = [None] * len(self.ids) if column is None else plain_column(part_of(column))
        undated = sum(map(is_undated, created))
        if undated:
            message = f"{undated:,} models are from before March 2022, when the Hub began to keep dates"
            self._report("ignored", message, done="the date that the Hub says is left out")
        known = (None if is_undated(value) else value for value in created)
        return [day_of(said.get(row) if value is None else value) for row, value in enumerate(known)]

    def _read(self, row: int, id: str) -> None:
        """Add the derivations of a row."""
        card = {name: cells[row] for name, cells in self.card.items() if row in cells}
        tags = self._tags(row)
        parents = self._parents(row, card, tags)
        word = next(texts_in(card.get("base_model_relation")), None)
        libraries = (*texts_in(self.cells["library"].get(row)), *texts_in(card.get("library_name")))
        words = {text.strip().lower() for text in (*libraries, *tags)}
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
        for newer in texts_in(card.get("new_version")):
            if newer in self.known:
                self.derivations.add(id, newer, Relation.SUCCESSOR, row)
            elif not is_missing(newer):
                self._newer.append(id)

    def _parents(
        self, row: int, card: Mapping[str, Any], tags: Iterable[str]
    ) -> dict[str, tuple[str | None, list[str]]]:
        """The parents in a row, each with a note on its revision and the words for its relation."""
        found: dict[str, tuple[str | None, list[str]]] = {}
        bases = self.cells["bases"].get(row)
        others = split_texts(bases) if isinstance(bases, str) else texts_in(bases)
        listed = [*texts_in(card.get("base_model")), *others]
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

    def report_problems(self, problems: Iterable[tuple[int, Finding]], column: str | None) -> None:
        """Report what is wrong with cards, equal faults at once."""
        rows_of: dict[Finding, list[int]] = {}
        for row, problem in problems:
            rows_of.setdefault(replace(problem, position=None, at=()), []).append(row)
        for problem, rows in list(rows_of.items())[:MOST]:
            message = problem.message if len(rows) == 1 else f"{problem.message}, in {len(rows):,} rows"
            ids = tuple(id for row in rows if (id := self.ids[row]))
            where = self.table.position(rows[0], column)
            self.findings.append(replace(problem, message=message, ids=ids, position=where))
        if len(rows_of) > MOST:
            self._report("syntax", f"{len(rows_of) - MOST:,} more faults of other kinds are in cards")

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

    def _report(self, kind: str, message: str, ids: tuple[str, ...] = (), done: str | None = None) -> None:
        where = self.table.position(None, None)
        self.findings.append(Finding(kind, message, ids=ids, position=where, done=done))


def _edge_table(table: SourceTable, derivations: _Derivations) -> SourceTable:
    names = ("parent", "child", "relation", "note")

    def position(row: int | None, column: str | None) -> Position:
        return table.position(None if row is None else derivations.rows[row], None)

    return SourceTable(table.path, names, one_by_one(partial(getattr, derivations)), position)


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


def _cells(column: Stored, plain: Callable[[Column], Column] = plain_column) -> Cells:
    rows: Sequence[int] = range(len(column))
    if not isinstance(column, list | Coded):
        rows = numpy.flatnonzero(column.is_valid().to_numpy()).tolist()
    values = plain(part_of(column, rows))
    return {row: value for row, value in zip(rows, values, strict=True) if value is not None}


def _card(column: Stored) -> dict[str, Cells] | None:
    """What is read of cards, by key; None where there are none."""
    if not isinstance(column, list | Coded) and hasattr(column.type, "get_field_index"):
        import pyarrow.compute as pc

        names = [name for name in _CARD if column.type.get_field_index(name) >= 0]
        parts = {name: pc.struct_field(column, name) for name in names}
        found = {name: _cells(part, lambda values: [*map(plain_value, values)]) for name, part in parts.items()}
        return found if column.null_count < len(column) else None
    cards = {row: card for row, value in _cells(column).items() if isinstance(card := _mapping(value), dict)}
    found = {name: {row: card[name] for row, card in cards.items() if card.get(name) is not None} for name in _CARD}
    return found if cards else None


def _read_cards(column: Stored, path: Path) -> tuple[dict[str, Cells], list[tuple[int, Finding]]] | None:
    """What is read of the texts of cards, by key, and what is wrong with each; None where no text has front matter."""
    from modeltree.formats.repair.model_files import front_matter_of

    found: dict[str, Cells] = {name: {} for name in _CARD}
    problems: list[tuple[int, Finding]] = []
    is_card = False
    for start in range(0, len(column), _AT_ONCE):
        rows = range(start, min(start + _AT_ONCE, len(column)))
        for row, text in zip(rows, part_of(column, rows), strict=True):
            content = text.encode("utf-8", "replace") if isinstance(text, str) else text
            if not isinstance(content, bytes) or not (front := front_matter_of(content, path)).present:
                continue
            is_card = True
            problems += ((row, problem) for problem in front.problems)
            for name in _CARD:
                if (value := front.fields.get(name)) is not None:
                    found[name][row] = value
    return (found, problems) if is_card else None


def _telling_tags(column: Stored) -> dict[int, list[str]]:
    """The tags of each row that say something of bases, licenses or how it was made; each distinct one is read once."""
    found: dict[int, list[str]] = {}
    if isinstance(column, list | Coded) or not hasattr(column.type, "value_field"):
        for row, value in _cells(column).items():
            if telling := list(filter(_is_telling, _tags(value))):
                found[row] = telling
        return found
    start = 0
    for chunk in column.chunks:
        items = coded_array(chunk.flatten())
        words = plain_column(items.words)
        rows = numpy.repeat(numpy.arange(start, start + len(chunk)), numpy.maximum(bounds_of(chunk)[1], 0))
        kept = numpy.array([*map(_is_telling, words), False])[items.codes]
        for row, code in zip(rows[kept].tolist(), items.codes[kept].tolist(), strict=True):
            found.setdefault(row, []).append(words[code])
        start += len(chunk)
    return found


def _is_telling(tag: object) -> bool:
    return isinstance(tag, str) and (
        tag.startswith((BASE_TAG, DATASET_TAG, LICENSE_TAG)) or tag.strip().lower() in TELLING_WORDS
    )


def _last(id: str) -> str:
    return id.rpartition("/")[2]


def _owner(id: str) -> str | None:
    organization, slash, _ = id.rpartition("/")
    return organization if slash and organization and "/" not in organization else None


def _tags(value: Any) -> list[str]:
    value = _mapping(value)
    if not isinstance(value, str):
        return list(texts_in(value))
    return [item.strip() for item in re.split(r"[,;\n]" if re.search(r"[,;\n]", value) else r"\s", value)]


def _has_models(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))
