"""Tables in Markdown: GitHub's, with pipes, and those in HTML, as READMEs and surveys print them.

A table is read where it has a column of models; the findings list the fields of its columns. Models are told apart by
their names. See `modeltree.formats.printed.headings` for the headers that are known.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping

from modeltree.findings import SourceError
from modeltree.formats.parsing.lines import Lines
from modeltree.formats.printed.cells import blanked, markdown_cell, without_comments
from modeltree.formats.printed.grid import MAX_COLUMNS, MAX_ROWS, MAX_TABLES, Cell, PrintedTable, indent_of
from modeltree.formats.printed.headings import TableOptions, read_tables
from modeltree.formats.printed.htmltables import html_tables
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.models import reader
from modeltree.records import Relation

__all__ = ["read_markdown"]

_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n|\Z)")
_FENCE = re.compile(r"[ \t]{0,3}(`{3,}|~{3,})")
_DELIMITER = re.compile(r"\s*+\|?\s*+:?-++:?\s*+(?:\|\s*+:?-++:?\s*+)*+\|?\s*+")
_BLOCK = re.compile(
    r"\s{0,3}(?:#{1,6}\s|>|(?:[-+*]|[0-9]{1,9}[.)])\s|</?[a-z][^|]*+$|[-*_](?:[ \t]*[-*_]){2,}+\s*$)", re.IGNORECASE
)
_BAR = re.compile(r"\\.|\|")
_HEADING = re.compile(r"[ \t]{0,3}#{1,6}[ \t]+(.*)")
_CAPTION = re.compile(r"[\s*_#>]*+(?:table|tab\.)\s*[0-9ivx]+.*", re.IGNORECASE)
_BOLD = re.compile(r"\s*(\*\*|__)[^*_]+\1[.:]?\s*")
_DEFINITION = re.compile(r"\s{0,3}\[([^\[\]]+)\]:\s*<?([^\s<>]+)>?.*")
_LONGEST = 4000  # of a caption, a heading or the definition of a link
_LINES_ABOVE = 5  # so far from a table its caption may be


@reader
def read_markdown(
    path: str | os.PathLike[str],
    *,
    table: int | str | None = None,
    columns: Mapping[str, str] | None = None,
    relation: Relation | str | None = None,
    aliases: Mapping[str, str] | None = None,
) -> Claims:
    r"""Read a lineage from the tables in a Markdown file.

    Without a `table` every table with a column of models is read; else that of a number in the file, from 1, or with a
    part of its caption or of the heading above it. `columns` has the fields of columns by their headers, as
    ``{"Ancestor": "parents", "Score": "ignored"}``; `relation` is that of derivations where the table has none.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp(), "models.md")
    >>> rows = ["|Model|Base model|Date|", "|---|---|---|", "|LLaMA|-|2023-02|", "|Vicuna|LLaMA|Mar 2023|"]
    >>> _ = path.write_text("\n".join(rows))
    >>> lineage, findings = read_markdown(path, relation="finetune")
    >>> lineage.parents("Vicuna"), str(lineage["Vicuna"].released)
    (('LLaMA',), '2023-03')
    """
    options = TableOptions.of(table, columns, relation)
    return read_tables(path, lambda lines: _MarkdownTables(lines).tables(), options, aliases)


class _MarkdownTables:
    """The tables of a text, in their order."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        text = without_comments(_without_code(lines.text))
        self._tables: list[tuple[int, PrintedTable]] = []
        parts, done = [], 0
        for start, end, table in html_tables(text, lines):
            self._tables.append((start, table))
            parts += [text[done:start], blanked(text[start:end])]
            done = end
        self._starts: list[int] = []
        self._texts: list[str] = []
        for line in _LINE.finditer("".join((*parts, text[done:]))):
            self._starts.append(line.start())
            self._texts.append(line[0].rstrip("\r\n"))
        self._defined = {
            " ".join(match[1].split()).casefold(): match[2]
            for text in self._texts
            if text.lstrip().startswith("[") and (match := _DEFINITION.fullmatch(text[:_LONGEST]))
        }

    def tables(self) -> list[PrintedTable]:
        """All tables, numbered and with their captions."""
        self._read_pipes()
        self._tables.sort(key=lambda pair: pair[0])
        if len(self._tables) > MAX_TABLES:
            where = self._tables[MAX_TABLES][1].position
            message = f"more than {MAX_TABLES:,} tables"
            raise SourceError.of("too-large", message, "split the file", position=where)
        heading, line = "", 0
        for number, (start, table) in enumerate(self._tables, 1):
            first = bisect_right(self._starts, start) - 1
            for text in self._texts[line:first]:
                if match := _HEADING.fullmatch(text[:_LONGEST]):
                    heading = match[1]
            line = first
            table.number, table.heading = number, heading.strip(" #")
            table.caption = table.caption or self._caption(first)
        return [table for _, table in self._tables]

    def _caption(self, first: int) -> str:
        """The caption above a line, if there is one."""
        above = [text[:_LONGEST] for text in self._texts[max(first - 20, 0) : first] if text.strip()][-_LINES_ABOVE:]
        for text in reversed(above):
            if text.lstrip().startswith("|"):
                break
            if _CAPTION.fullmatch(text) or (_BOLD.fullmatch(text) and text is above[-1]):
                return markdown_cell(text.lstrip(" #>"), self.lines.position(0)).line
        return ""

    def _read_pipes(self) -> None:
        """Find the tables with pipes: a header, a row of dashes below it, and all lines up to an empty one."""
        line, rows = 0, 0
        while line + 1 < len(self._texts) and rows < MAX_ROWS:
            dashes = self._texts[line + 1]
            if "|" not in self._texts[line] or "|" not in dashes or not _DELIMITER.fullmatch(dashes):
                line += 1
                continue
            start = self._starts[line]
            table = PrintedTable(0, self.lines.position(start), headings=[self._cells(line)])
            width, marks = len(table.headings[0]), len(list(self._split(line + 1)))
            if marks != width:
                message = f"the row of dashes has {marks} cells, the header {width}"
                at = self.lines.position(self._starts[line + 1])
                table.report("faulty-markup", message, "GitHub takes it for no table", at, "it is read as one")
            line += 2
            while line < len(self._texts) and self._texts[line].strip() and not _BLOCK.match(self._texts[line]):
                at = self.lines.position(self._starts[line])
                if rows >= MAX_ROWS:
                    table.report("too-large", f"more than {MAX_ROWS:,} rows", "split the file", at, "reading ends here")
                    break
                if "|" in self._texts[line] and _DELIMITER.fullmatch(self._texts[line]):
                    table.report("faulty-markup", "another row of dashes", None, at, "it is left out")
                else:
                    table.rows.append(self._cells(line))
                    rows += 1
                line += 1
            self._tables.append((start, table))

    def _cells(self, line: int) -> list[Cell]:
        cells = []
        for start, source in self._split(line):
            at = self.lines.position(self._starts[line] + start + indent_of(source))
            cells.append(markdown_cell(source.strip().replace("\\|", "|"), at, self._defined))
        return cells

    def _split(self, line: int) -> Iterator[tuple[int, str]]:
        """The cells of a line, and where each begins; a backslash makes a pipe a sign."""
        text = self._texts[line]
        bars = [match.start() for match in _BAR.finditer(text) if match[0] == "|"]
        if bars and not text[: bars[0]].strip():
            begin, bars = bars[0] + 1, bars[1:]
        else:
            begin = 0
        ends = bars if bars and not text[bars[-1] + 1 :].strip() else [*bars, len(text)]
        for end in ends[:MAX_COLUMNS]:
            yield begin, text[begin:end]
            begin = end + 1


def _without_code(text: str) -> str:
    """A text with its blocks of code blanked."""
    parts, fence = [], ""
    for match in _LINE.finditer(text):
        mark = _FENCE.match(match[0])
        inside = bool(fence)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not match[0][mark.end() :].strip():
            fence = ""
        parts.append(blanked(match[0]) if inside or fence else match[0])
    return "".join(parts)
