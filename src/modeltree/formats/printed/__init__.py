"""Tables as papers and READMEs print them, in Markdown and LaTeX."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from modeltree.findings import Finding, Position, shown
from modeltree.formats.parsing import limits


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell without markup: its lines, where it begins, and the labels and addresses of the links in it.

    `bold` means all of it, `columns` is how many it spans, and `merged` whether it spans several rows.
    """

    text: str
    position: Position
    links: tuple[tuple[str, str], ...] = ()
    bold: bool = False
    findings: tuple[Finding, ...] = ()
    columns: int = 1
    merged: bool = False

    @property
    def line(self) -> str:
        """The text on one line."""
        return " ".join(self.text.split())


def indent_of(source: str) -> int:
    """How many characters stand before the text of a cell; none where there is no text."""
    return len(source) - len(source.lstrip()) if source.strip() else 0


_MOST_FINDINGS = 20

SENTINEL = "\0"
"""What stands for what is set aside: no text has it, see `model_tables.text_of`."""


class CellReader:
    """The work on one cell: its text, links and findings."""

    def __init__(self, position: Position) -> None:
        self.position = position
        self.links: list[tuple[str, str]] = []
        self.findings: list[Finding] = []

    def cell(self, source: str, is_bold: bool, columns: int, merged: bool) -> Cell:
        """The cell; one that is too long is left out, and findings beyond the first twenty are only counted."""
        if len(source) > limits.PRINTED_CELL:
            self.report(
                "too-large",
                f"a cell of {len(source):,} characters: at most {limits.PRINTED_CELL:,} are read",
                "it is left out",
            )
            return Cell("", self.position, findings=tuple(self.findings))
        text = self.text(source)
        if len(self.findings) > _MOST_FINDINGS:
            message = f"{len(self.findings)} problems with the markup of this cell: the others are not listed"
            del self.findings[_MOST_FINDINGS:]
            self.report("faulty-markup", message)
        return Cell(text, self.position, tuple(self.links), is_bold, tuple(self.findings), columns, merged)

    def text(self, source: str) -> str:
        """The text of a cell without markup, one line of it on each line."""
        raise NotImplementedError

    def report(self, kind: str, message: str, done: str | None = None) -> None:
        """Add a finding on the cell."""
        self.findings.append(Finding(kind, message, position=self.position, done=done))


@dataclass
class PrintedTable:
    """A table, numbered from 1; a row may have fewer or more cells than the header, which may have several rows."""

    number: int
    position: Position
    caption: str = ""
    heading: str = ""
    headings: list[list[Cell]] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def report(self, kind: str, message: str, hint: str | None, where: Position, done: str | None = None) -> None:
        """Add a finding on the table; after the first thousand no more."""
        if len(self.findings) < limits.PROBLEMS:
            self.findings.append(Finding(kind, message, hint, position=where, done=done))
        elif len(self.findings) == limits.PROBLEMS:
            message = f"{limits.PROBLEMS} problems with the markup of this table: the others are not listed"
            self.findings.append(Finding("faulty-markup", message, position=where))

    @cached_property
    def header(self) -> list[Cell]:
        """For each column the lowest cell of the header that has a text."""
        width = max((len(row) for row in self.headings), default=0)
        found = []
        for column in range(width):
            cells = [row[column] for row in self.headings if column < len(row)]
            found.append(next((cell for cell in reversed(cells) if cell.text), cells[-1]))
        return found

    @cached_property
    def headers(self) -> list[tuple[str, ...]]:
        """For each column what it may be called: all that stands above it, its lowest cell, its highest."""
        found = []
        for column in range(len(self.header)):
            texts = [row[column].line for row in self.headings if column < len(row)]
            texts = list(dict.fromkeys(filter(None, texts)))
            found.append(tuple(dict.fromkeys([" ".join(texts), *reversed(texts)])))
        return found

    def __str__(self) -> str:
        return f"table {self.number}" + (f" ({shown(self.caption)})" if self.caption else "")
