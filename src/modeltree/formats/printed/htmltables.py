"""Tables in HTML, as they stand in Markdown: their cells laid out, those that span rows and columns too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from modeltree.formats.parsing.lines import Lines
from modeltree.formats.printed.cells import markdown_cell
from modeltree.formats.printed.grid import MAX_COLUMNS, MAX_ROWS, Cell, PrintedTable, indent_of

__all__ = ["html_tables"]

# A "<" within a tag ends it, so that a text of nothing but "<" is read in one go. (html.parser of Python 3.11.7 takes
# 27 s for 20,000 times "<a ", raises an AssertionError for "<![<![", takes "a <b <table>" for one tag, and finds no tag
# behind "<script>".)
_STRUCTURE = re.compile(r"<(/?)(table|caption|thead|tbody|tfoot|tr|td|th)\b([^<>]*+)>", re.IGNORECASE)
_SPAN = re.compile(r"\b(row|col)span\s*=\s*[\"']?\s*([0-9]{1,6})", re.IGNORECASE)


def html_tables(text: str, lines: Lines) -> Iterator[tuple[int, int, PrintedTable]]:
    """The tables in a text, each with the numbers of its first character and of the one behind its last.

    Tables within tables are not read on their own.
    """
    depth, builder, end = 0, None, 0
    for match in _STRUCTURE.finditer(text):
        end = match.end()
        if match[2].casefold() != "table":
            if builder and depth == 1:
                builder.take(match)
        elif not match[1]:
            depth += 1
            builder = builder or _Builder(text, match.start(), lines)
        elif builder and depth:
            depth -= 1
            if not depth:
                yield builder.start, end, builder.finished(match.start())
                builder = None
    if builder:
        where, blank = builder.table.position, text.find("\n\n", end)
        end = len(text) if blank < 0 else blank
        builder.table.report("faulty-markup", "<table> is not closed", None, where, "it ends at the next empty line")
        yield builder.start, end, builder.finished(end)


class _Builder:
    """A table while its tags are read."""

    def __init__(self, text: str, start: int, lines: Lines) -> None:
        self.text, self.start, self.lines = text, start, lines
        self.table = PrintedTable(0, lines.position(start))
        self._open: tuple[str, int, str] | None = None  # the tag of a cell or caption, where it begins, its attributes
        self._row: list[tuple[str, Cell, int]] | None = None
        self._below: dict[int, tuple[Cell, int]] = {}  # for columns, the cell that reaches into the next rows
        self._in_head = self._full = False
        self._heads: list[bool] = []

    def take(self, match: re.Match[str]) -> None:
        """Take the next tag."""
        closing, name = bool(match[1]), match[2].casefold()
        self._end_cell(match.start())
        if name in ("td", "th", "caption"):
            if not closing:
                self._open = (name, match.end(), match[3])
                if name != "caption" and self._row is None:
                    self._row = []
            return
        self._end_row()
        if name == "tr" and not closing:
            self._row = []
        elif name == "thead":
            self._in_head = not closing

    def finished(self, end: int) -> PrintedTable:
        """The table, when its end has come."""
        self._end_cell(end)
        self._end_row()
        rows, table = self.table.rows, self.table
        count = next((place for place, head in enumerate(self._heads) if not head), len(rows))
        count = max(count, 1) if count < len(rows) else 1
        table.headings, table.rows = rows[:count], rows[count:]
        return table

    def _end_cell(self, end: int) -> None:
        if self._open is None:
            return
        (name, start, attributes), self._open = self._open, None
        source = self.text[start:end]
        at = self.lines.position(start + indent_of(source))
        if name == "caption":
            self.table.caption = markdown_cell(source, at).line
            return
        spans = {kind.casefold(): int(number) for kind, number in _SPAN.findall(attributes)}
        columns, rows = (max(spans.get(kind, 1), 1) for kind in ("col", "row"))
        assert self._row is not None
        self._row.append((name, markdown_cell(source, at, columns=columns, merged=rows > 1), rows))

    def _end_row(self) -> None:
        """Lay the cells of a row out, among those that reach into it from above."""
        row, self._row = self._row, None
        if row is None or (not row and not self._below):
            return
        if len(self.table.rows) >= MAX_ROWS:
            if not self._full:
                message = f"more than {MAX_ROWS:,} rows"
                where = row[0][1].position if row else self.table.position
                self.table.report("too-large", message, "split the file", where, "reading ends here")
            self._full = True
            return
        laid: list[Cell] = []

        def from_above() -> None:
            while len(laid) in self._below and len(laid) < MAX_COLUMNS:
                cell, left = self._below.pop(len(laid))
                if left > 1:
                    kept[len(laid)] = (cell, left - 1)
                laid.append(cell)

        kept: dict[int, tuple[Cell, int]] = {}
        for _, cell, rows in row:
            from_above()
            for _ in range(min(cell.columns, MAX_COLUMNS - len(laid))):
                if rows > 1:
                    kept[len(laid)] = (cell, rows - 1)
                laid.append(cell)
        from_above()
        self._below = kept
        self.table.rows.append(laid)
        self._heads.append(self._in_head or all(name == "th" for name, _, _ in row))
