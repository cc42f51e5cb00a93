"""The rows of a printed table on their way to a lineage: each cell by the column that it stands in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from modeltree.findings import Finding, Position, shown
from modeltree.formats.printed.table import MAX_COLUMNS, Cell, Table
from modeltree.formats.printed.values import (
    Named,
    architecture_of,
    date_of,
    is_nothing,
    is_root,
    link_kind,
    makers_of,
    openness_of,
    parents_of,
    sizes_of,
)
from modeltree.formats.repair.claims import Claims
from modeltree.records import Relation

__all__ = ["Columns", "Rows"]

_ASIDE = re.compile(r"(?P<name>\S[^()]*)\((?P<word>[^()]+)\)")
_ADDRESS = re.compile(r'https?://[^\s\x00-\x1f\x7f\ufffe\uffff<>"]+')
_ARXIV = re.compile(r"(?:arxiv\s*:\s*)?([0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?)(?:\s*\[[\w.-]+\])?", re.IGNORECASE)
_LINKS = ("paper", "code", "weights", "blog", "website")


@dataclass
class Columns:
    """Which column of a table is what: the number of each field, and all columns with their fields.

    The unit is the one in which numbers in the column of sizes are counted.
    """

    of_field: dict[str, int] = field(default_factory=dict)
    fields: list[tuple[int, str]] = field(default_factory=list)
    unit: str | None = None
    findings: list[Finding] = field(default_factory=list)

    def report(self, kind: str, message: str, cell: Cell) -> None:
        """Keep what is worth knowing of a column."""
        self.findings.append(Finding(kind, message, position=cell.position))

    def names(self, table: Table) -> set[str]:
        """The names of the models in a table."""
        number = self.of_field["name"]
        return {_named(row[number])[0] for row in table.rows if number < len(row)}


class Rows:
    """The reading of the rows of one table.

    Parameters
    ----------
    claims : Claims
        What takes the models and derivations.
    table : Table
        The table.
    columns : Columns
        Which of its columns is what.
    is_known : callable
        Says of a name whether a model of this text goes by it.
    relation : Relation, optional
        How children were made of their parents where the table does not say.
    earlier : dict of str to int, optional
        The numbers of the models in earlier tables, by their names; those of this one are added.
    """

    def __init__(
        self,
        claims: Claims,
        table: Table,
        columns: Columns,
        is_known: Callable[[str], bool],
        relation: Relation | None = None,
        earlier: dict[str, int] | None = None,
    ) -> None:
        self.claims, self.table, self.columns, self.is_known, self.relation = claims, table, columns, is_known, relation
        self._earlier = {} if earlier is None else earlier
        self._here: dict[str, int] = {}
        # In how many rows a cell stands; it is the same object in all of them.
        self._spread = Counter(cell for row in table.rows for cell in {id(cell) for cell in row})
        self._told: set[int] = set()
        self._nothing: dict[str, list[Cell]] = {}
        self._words: dict[tuple[str, str, str], list[Cell]] = {}
        self._last: tuple[int, int] | None = None
        self._derived: set[tuple[int, int]] = set()
        self._linked: set[int] = set()

    def read(self) -> None:
        """Read all rows."""
        for row in self.table.rows:
            if not self._is_aside(row):
                self._check(row)
                self._model(row)
        for (what, text, meaning), cells in self._words.items():
            times = f" ({len(cells)} cells)" if len(cells) > 1 else ""
            self._say("read-as", f"{what} {shown(text)}{times} {meaning}", cells[0])
        self._say_nothing()
        self._earlier |= {name: number for name, number in self._here.items() if name not in self._earlier}
        self.claims.findings += self.table.findings

    def _say(self, kind: str, message: str, cell: Cell, hint: str | None = None, done: str | None = None) -> None:
        self.claims.report(kind, message, hint, where=cell.position, done=done)

    # Rows

    def _is_aside(self, row: list[Cell]) -> bool:
        """Whether a row is none of a model: it is empty, or a heading within the table."""
        filled = [cell for cell in row if cell.text or cell.links]
        if not filled:
            if row:
                self._say("ignored", "a row that is empty", row[0])
            return True
        first = filled[0]
        if [cell.line for cell in row] == [cell.line for cell in self.table.header]:
            self._say("ignored", "the header stands here again", first)
            return True
        heading = all(cell is first for cell in filled) and len(self.table.header) > 1
        if heading and (first.columns > 1 or (first.bold and first is row[0])):
            self._say("ignored", f"{shown(first.line)} heads the rows below", first, done="it is no model")
            return True
        return False

    def _check(self, row: list[Cell]) -> None:
        """Report what is wrong with the form of a row."""
        width = len(self.table.header)
        report = self.table.report
        if len(row) > width:
            lost = ", ".join(shown(cell.text) for cell in row[width : width + 3])
            hint = "a | within a cell is written \\|, an & as \\&"
            more = " or more" if len(row) >= MAX_COLUMNS else ""
            message = f"the row has {len(row)}{more} cells, the header {width}"
            report("faulty-markup", message, hint, row[width].position, f"left out: {lost}")
        elif len(row) < width:
            message = f"the row has {_counted(len(row), 'cell')}, the header {width}"
            report("faulty-markup", message, None, row[0].position, "the others are taken for empty")
        for number, _ in self.columns.fields:
            cell = row[number] if number < len(row) else None
            if cell is None or id(cell) in self._told:
                continue
            self._told.add(id(cell))
            self.claims.findings += cell.findings
            rows, columns = self._spread[id(cell)], sum(other is cell for other in row)
            if cell.text and (rows > 1 or columns > 1):
                over = f"{rows} rows" if rows > 1 else f"{columns} columns"
                message = f"{shown(cell.line)} is one cell over {over}"
                report("faulty-markup", message, None, cell.position, "it is read in each of them")

    def _model(self, row: list[Cell]) -> None:
        at = self.columns.of_field["name"]
        cell = row[at] if at < len(row) else None
        name, architecture = _named(cell) if cell else ("", None)
        if cell is None or is_nothing(name):
            others = ", ".join(shown(other.line) for other in row[:3] if other.text)
            self._say("missing-key", f"a row without a name: {others}", cell or row[0], None, "the row is left out")
            return
        fields: dict[str, Any] = {}
        if architecture:
            self._word("name", cell.line, f"is read as {name!r}, by architecture {architecture!r}", cell)
            fields["architecture"] = architecture
        self._addresses(fields, cell, None)
        self._alone(row, cell, name)
        cells = {"name": cell}
        for number, what in self.columns.fields:
            if number < len(row) and what not in ("name", "parents", "relation"):
                cells[what] = row[number]
                self._field(fields, what, row[number])
        number = self._added(name, cell, cells, fields)
        self._parents(row, number)

    def _added(self, name: str, cell: Cell, cells: Mapping[str, Cell], fields: dict[str, Any]) -> int:
        """The number of the model; rows that share one cell for the name are one model.

        So are rows of two tables with one name, unless they contradict each other.
        """
        if self._last and self._last[0] == id(cell):
            self._join(name, cells, self.claims.models[self._last[1]].fields, fields)
            return self._last[1]
        other = self._earlier.get(name)
        if other is not None and name not in self._here and _agree(self.claims.models[other].fields, fields):
            self._word("model", name, "stands in an earlier table: what this one adds is added to it", cell)
            self._join(name, cells, self.claims.models[other].fields, fields)
            number = other
        else:

            def place(at: tuple[str | int, ...] = ()) -> Position:
                what = next((part for part in reversed(at) if part in cells), "name")
                return cells[str(what)].position

            number = self.claims.add(name, place, fields)
        self._here.setdefault(name, number)
        self._last = (id(cell), number)
        return number

    def _join(self, name: str, cells: Mapping[str, Cell], fields: dict[str, Any], more: dict[str, Any]) -> None:
        """Add what a further row says of a model to what the earlier ones say."""
        for what, value in more.items():
            if isinstance(value, list):
                fields[what] = [*fields.get(what, []), *(item for item in value if item not in fields.get(what, []))]
            elif isinstance(value, dict):
                links = fields.setdefault(what, {})
                others = [address for kind, address in value.items() if links.setdefault(kind, address) != address]
                if others:
                    fields["references"] = [*fields.get("references", []), *others]
            elif fields.setdefault(what, value) != value:
                message = f"{what} of {shown(name)} is {shown(fields[what])} in a row above, and {shown(value)} here"
                self._say("faulty-markup", message, cells.get(what, cells["name"]), None, "the first is kept")

    def _alone(self, row: list[Cell], cell: Cell, name: str) -> None:
        """Report a row of which only the name is known: it may have spilt out of the row above."""
        others = [row[number] for number, _ in self.columns.fields if number < len(row) and row[number] is not cell]
        if len(others) > 1 and all(is_nothing(other.text) and not other.links for other in others):
            hint = "if it belongs to the row above, put it there"
            self._say("faulty-markup", f"nothing but a name: {shown(name)}", cell, hint, "it is read as a model")

    # Cells

    def _field(self, fields: dict[str, Any], what: str, cell: Cell) -> None:
        text = cell.line
        if what in _LINKS:
            self._addresses(fields, cell, what)
        if is_nothing(text) and not cell.links:
            self._nothing.setdefault(text, []).append(cell)
        elif what in _LINKS:
            self._reference(fields, cell)
        elif what == "released":
            self._released(fields, cell)
        elif what == "sizes":
            self._sizes(fields, cell)
        elif what in ("organizations", "aliases"):
            fields[what] = makers_of(cell.text)
            if len(fields[what]) > 1:
                self._word(what, text, f"names {len(fields[what])}: {', '.join(map(shown, fields[what]))}", cell)
        else:
            self._worded(fields, what, cell)

    def _worded(self, fields: dict[str, Any], what: str, cell: Cell) -> None:
        """Take a text, or a word that stands for one of a vocabulary."""
        text = cell.line
        found = {"openness": openness_of(text)} if what == "openness" else {}
        if what == "architecture" and (word := architecture_of(text)):
            found = {what: {what: word}}
        elif what in ("domain", "kind", "access"):
            text = text.casefold()
        meant = found.get(what) or {what: text}
        fields |= meant
        if text.casefold() not in meant.values() and text not in meant.values():
            self._word(what, text, f"is read as {' and '.join(map(repr, meant.values()))}", cell)

    def _released(self, fields: dict[str, Any], cell: Cell) -> None:
        fields["released"], note = date_of(cell.line)
        if note:
            self._say("faulty-markup", f"date {note}", cell, "write YYYY, YYYY-MM or YYYY-MM-DD")
        if self.is_known(cell.line):
            message = f"a column of dates has the name of a model, {shown(cell.line)}"
            self._say("faulty-markup", message, cell, "a cell may stand in the wrong column")

    def _sizes(self, fields: dict[str, Any], cell: Cell) -> None:
        sizes: list[str] = []
        for size, note in sizes_of(cell.text, self.columns.unit):
            if note and not size:
                self._say("bad-size", f"size {note}", cell, "write 7B, 1.3B or 560M", "it is left out")
            elif note:
                self._say("faulty-markup", f"size {note}", cell)
            if size in sizes:
                self._say("faulty-markup", f"size {shown(size)} stands twice", cell, None, "it is read once")
            elif size:
                sizes.append(size)
        fields["sizes"] = sizes

    def _addresses(self, fields: dict[str, Any], cell: Cell, column: str | None) -> None:
        """Take the links in a cell: what each is, its label says, else its column, else its host."""
        for label, address in cell.links:
            if not _ADDRESS.fullmatch(address) or len(address) > 2000:
                self._say("ignored", f"{shown(address)} is no web address", cell)
                continue
            by_label, by_host = link_kind(label, address)
            said = by_label or (column if column != "website" else None)
            kind = said or (by_host if by_host != "website" or not column else column)
            if (kind, by_host) in (("code", "weights"), ("code", "paper"), ("paper", "code")):
                named = shown(label) if by_label else f"in the column of {column}s"
                message = f"the link {named} leads to {address.split('/')[2]}"
                self._say("faulty-markup", message, cell, None, f"it is kept as {kind!r}")
            links = fields.setdefault("links", {})
            if links.setdefault(kind, address) != address:
                fields.setdefault("references", []).append(address)

    def _reference(self, fields: dict[str, Any], cell: Cell) -> None:
        """Take a paper by its number where there is no link to it."""
        if cell.links or not cell.text:
            return
        match = _ARXIV.fullmatch(cell.line)
        if match:
            fields.setdefault("references", []).append(f"arxiv:{match[1]}")
        else:
            self._say("ignored", f"{shown(cell.line)} has no web address", cell)

    def _parents(self, row: list[Cell], child: int) -> None:
        at, how = self.columns.of_field.get("parents"), self.columns.of_field.get("relation")
        cell = row[at] if at is not None and at < len(row) else None
        word = row[how].line if how is not None and how < len(row) else ""
        if cell is None or (child, id(cell)) in self._derived:
            return
        self._derived.add((child, id(cell)))
        if not is_nothing(word) and (is_nothing(cell.line) or is_root(cell.line)):
            self._say("unknown-base", f"{shown(word)}, but of what is not said", row[how or 0])
        if is_nothing(cell.line):
            self._nothing.setdefault(cell.line, []).append(cell)
            return
        if is_root(cell.line) and not self.is_known(cell.line):
            self._word("parent", cell.line, "is read as none", cell)
            return
        parents, notes = parents_of(cell.text, self.is_known)
        for kind, note in notes:
            self._say(kind, f"parents: {note}", cell, "part names by commas" if kind == "faulty-markup" else None)
        if cell.links and id(cell) not in self._linked:
            self._linked.add(id(cell))
            self._say("ignored", f"an address of the parent {shown(cell.line)} is not read", cell)
        words = [part.strip() for part in word.split(",")]
        for number, parent in enumerate(parents):
            said = words[number] if len(words) == len(parents) else word
            self.claims.derive(child, parent.name, self._relation(parent, said), cell.position)

    def _relation(self, parent: Named, word: str) -> Relation | str | None:
        return parent.relation or (None if is_nothing(word) else word) or self.relation

    # What is said once for all rows

    def _word(self, what: str, text: str, meaning: str, cell: Cell) -> None:
        self._words.setdefault((what, text, meaning), []).append(cell)

    def _say_nothing(self) -> None:
        """Report the ways in which cells say that nothing is known, where there are several."""
        most = max(self._nothing, key=lambda text: len(self._nothing[text]), default="")
        for text, unsorted in self._nothing.items():
            cells = sorted(unsorted, key=lambda cell: cell.position)
            if text != most:
                lines = ", ".join(str(cell.position.line) for cell in cells[:10]) + ", …" * (len(cells) > 10)
                written = f"{shown(text)} stands" if text else "nothing stands"
                usual = f"{shown(most)} stands" if most else "nothing does"
                where = f"{_counted(len(cells), 'cell')} (line {lines})"
                message = f"{written} in {where} where in {len(self._nothing[most])} {usual}"
                self._say("faulty-markup", message, cells[0], None, "all are read as not known")


def _named(cell: Cell) -> tuple[str, str | None]:
    """The name in a cell, and the architecture that stands behind it in brackets, if any."""
    name = cell.line or next((label for label, _ in cell.links if label), "")
    match = _ASIDE.fullmatch(name)
    if match and (architecture := architecture_of(match["word"])):
        return match["name"].strip(), architecture
    return name, None


def _agree(fields: Mapping[str, Any], others: Mapping[str, Any]) -> bool:
    """Whether nothing in two records contradicts."""
    return all(
        _agree(fields[what], value) if isinstance(value, dict) else what == "references" or fields[what] == value
        for what, value in others.items()
        if what in fields
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"
