"""Tables in Markdown: GitHub's, with pipes, and those in HTML, as READMEs and surveys print them.

A table is read where it has a column of models; the findings list the fields of its columns. Models are told apart by
their names. See `modeltree.formats.printed.model_tables` for the headers that are known.
"""

from __future__ import annotations

import html
import os
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping

from modeltree.findings import Position, shown
from modeltree.formats.parsing import Lines, limits, refuse_size
from modeltree.formats.printed import SENTINEL, Cell, CellReader, PrintedTable, indent_of
from modeltree.formats.printed.latex import latex_cell
from modeltree.formats.printed.model_tables import TableOptions, read_tables
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.models import reader
from modeltree.records import Relation
from modeltree.values.addresses import link_labeled

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
    """Read a lineage from the tables in a Markdown file, with the options of `TableOptions`."""
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
        if len(self._tables) > limits.PRINTED_TABLES:
            where = self._tables[limits.PRINTED_TABLES][1].position
            refuse_size(where, f"more than {limits.PRINTED_TABLES:,} tables", "split the file")
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
        while line + 1 < len(self._texts) and rows < limits.PRINTED_ROWS:
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
                if rows >= limits.PRINTED_ROWS:
                    table.report(
                        "too-large",
                        f"more than {limits.PRINTED_ROWS:,} rows",
                        "split the file",
                        at,
                        "reading ends here",
                    )
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
        for end in ends[: limits.PRINTED_COLUMNS]:
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


# HTML


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
        if len(self.table.rows) >= limits.PRINTED_ROWS:
            if not self._full:
                message = f"more than {limits.PRINTED_ROWS:,} rows"
                where = row[0][1].position if row else self.table.position
                self.table.report("too-large", message, "split the file", where, "reading ends here")
            self._full = True
            return
        laid: list[Cell] = []

        def from_above() -> None:
            while len(laid) in self._below and len(laid) < limits.PRINTED_COLUMNS:
                cell, left = self._below.pop(len(laid))
                if left > 1:
                    kept[len(laid)] = (cell, left - 1)
                laid.append(cell)

        kept: dict[int, tuple[Cell, int]] = {}
        for _, cell, rows in row:
            from_above()
            for _ in range(min(cell.columns, limits.PRINTED_COLUMNS - len(laid))):
                if rows > 1:
                    kept[len(laid)] = (cell, rows - 1)
                laid.append(cell)
        from_above()
        self._below = kept
        self.table.rows.append(laid)
        self._heads.append(self._in_head or all(name == "th" for name, _, _ in row))


# Cells

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_BACKTICKS = re.compile(r"`+")
_IMAGE = re.compile(r"!\[[^\[\]]*+\]\([^()\s]*+(?:\s[^()]*+)?\)")
_LINK = re.compile(
    r"\[([^\[\]]*+)\]\(\s*+<?([^\s()<>]*+(?:\([^\s()]*+\)[^\s()<>]*+)*+)>?(?:\s+[\"'(][^\"'()]*+[\"')])?\s*\)"
)
_DEFINED = re.compile(r"\[([^\[\]]+)\](?:\[([^\[\]]*)\])?")
_FOOTNOTE = re.compile(r"\[\^([^\[\]\s]+)\]|<sup>\s*([^<>]{1,40})\s*</sup>|([†‡§¶]+)", re.IGNORECASE)
_ADDRESS = re.compile(r"<?(https?://[^\s<>|\"\0]+)>?", re.IGNORECASE)
_ANCHOR = re.compile(
    r"<a\s[^<>]*?href\s*=\s*[\"']?([^\"'\s<>]*)[\"']?[^<>]*>([^<>]*(?:<(?!/?a\b)[^<>]*>[^<>]*)*)</a>", re.IGNORECASE
)
_HTML_TAG = re.compile(r"</?([a-z][a-z0-9]*)\b[^<>]*>", re.IGNORECASE)
_INK = re.compile(r"[^\r\n]")
_BREAKS = {"br", "p", "div", "li", "ul", "ol", "tr", "td", "th", "table", "tbody", "thead"}
_PLAIN_TAGS = (
    "a b strong i em u s del ins sub sup small big code kbd tt span font center img mark q cite abbr picture source"
    " details summary nobr wbr input var samp h1 h2 h3 h4 h5 h6 hr caption blockquote pre"
)
_KNOWN_TAGS = _BREAKS | set(_PLAIN_TAGS.split())
_EMPHASIS = re.compile(r"\*+|_+|~~")
_EMPTIED = re.compile(r"[(\[][\s,;/|·&+-]*[)\]]")
_HAS_LATEX = re.compile(r"\\[A-Za-z]{2,}|\$[^$]*\\[^$]*\$")


def markdown_cell(
    source: str, position: Position, defined: Mapping[str, str] | None = None, columns: int = 1, merged: bool = False
) -> Cell:
    """The cell that a piece of Markdown or HTML stands for; `defined` has addresses of links by their folded labels."""
    is_bold = bool(re.fullmatch(r"\s*(\*\*|__|<b>|<strong>).+(\*\*|__|</b>|</strong>)\s*", source, re.DOTALL))
    return _MarkdownReader(position, defined or {}).cell(source, is_bold, columns, merged)


def blanked(text: str) -> str:
    """A text of as many lines and characters that are all spaces."""
    return _INK.sub(" ", text)


def without_comments(text: str) -> str:
    """A text with its comments blanked; one that is not closed is none."""
    parts, end = [], 0
    while (start := text.find("<!--", end)) >= 0 and (close := text.find("-->", start + 4)) >= 0:
        parts += [text[end:start], blanked(text[start : close + 3])]
        end = close + 3
    return "".join((*parts, text[end:]))


class _MarkdownReader(CellReader):
    """The work on a cell of Markdown or HTML; what stands for itself, as code does, is set aside meanwhile."""

    def __init__(self, position: Position, defined: Mapping[str, str]) -> None:
        super().__init__(position)
        self.defined = defined
        self._aside: list[str] = []

    def text(self, source: str) -> str:
        """The text without markup."""
        text = self._without_code(source)
        text = _ESCAPED.sub(lambda match: self._set_aside(match[1]), text)
        text = without_comments(text)
        text = _IMAGE.sub(" ", text)
        text = _ANCHOR.sub(lambda match: self._link(match[2], match[1]), text)
        text = _LINK.sub(lambda match: self._link(match[1], match[2]), text)
        text = _FOOTNOTE.sub(self._footnote, text)
        text = _DEFINED.sub(self._link_defined, text)
        text = _ADDRESS.sub(lambda match: self._link("", match[1].rstrip(".,;:!?)")), text)
        text = _HTML_TAG.sub(self._tag, text)
        text = self._without_emphasis(text)
        text = _EMPTIED.sub(" ", text)
        text = self._put_back(html.unescape(text)).replace("\xa0", " ")
        lines = [" ".join(line.split()) for line in text.split("\n")]
        return self._without_latex("\n".join(filter(None, lines)).strip(" ,;|·"))

    def _set_aside(self, text: str) -> str:
        self._aside.append(text)
        return f"{SENTINEL}{len(self._aside) - 1}{SENTINEL}"

    def _put_back(self, text: str) -> str:
        parts = text.split(SENTINEL)
        parts[1::2] = [self._aside[int(index)] for index in parts[1::2]]
        return "".join(parts)

    def _without_code(self, text: str) -> str:
        """The text with what stands between equal runs of backticks set aside."""
        runs = list(_BACKTICKS.finditer(text))
        parts, end, unclosed = [], 0, set[int]()
        for index, run in enumerate(runs):
            length = len(run[0])
            if run.start() < end or length in unclosed or text[run.start() - 1 : run.start()] == "\\":
                continue
            close = next((other for other in runs[index + 1 :] if len(other[0]) == length), None)
            if close is None:
                unclosed.add(length)
                continue
            parts += [text[end : run.start()], self._set_aside(text[run.end() : close.start()].strip(" "))]
            end = close.end()
        return "".join((*parts, text[end:]))

    def _link(self, label: str, address: str) -> str:
        """Keep a link, and give what stands in the text for it: nothing where the label only says what it leads to."""
        plain = self._put_back(html.unescape(_HTML_TAG.sub(" ", _IMAGE.sub(" ", label)))).strip(" *_")
        self.links.append((" ".join(plain.split()), self._put_back(html.unescape(address))))
        return " " if link_labeled(plain) or not plain else label

    def _link_defined(self, match: re.Match[str]) -> str:
        label = match[2] or match[1]
        address = self.defined.get(" ".join(label.split()).casefold())
        return self._link(match[1], address) if address else match[0]

    def _footnote(self, match: re.Match[str]) -> str:
        mark = match[1] or match[2] or match[3]
        self.report("ignored", f"footnote mark {shown(self._put_back(mark).strip())}")
        return ""

    def _tag(self, match: re.Match[str]) -> str:
        name = match[1].casefold()
        if name not in _KNOWN_TAGS:
            self.report("faulty-markup", f"stray markup {shown(match[0])}", done="it is left out")
        return "\n" if name in _BREAKS else ""

    def _without_emphasis(self, text: str) -> str:
        """The text without the marks of bold and italics; those that have no counterpart stay, and two are a fault."""
        opened: list[tuple[str, int]] = []
        gone: set[int] = set()
        marks = list(_EMPHASIS.finditer(text))
        for index, mark in enumerate(marks):
            before, after = text[mark.start() - 1 : mark.start()] or " ", text[mark.end() : mark.end() + 1] or " "
            # Between the letters of a word, underscores belong to it.
            inside = mark[0][0] == "_" and before.isalnum() and after.isalnum()
            if inside or (before.isspace() and after.isspace()):
                continue
            closes = not before.isspace() and opened and opened[-1][0] == mark[0]
            if closes and not (mark[0][0] == "_" and after.isalnum()):
                gone |= {opened.pop()[1], index}
            elif not after.isspace() and not (mark[0][0] == "_" and before.isalnum()):
                opened.append((mark[0], index))
        for mark_text, index in opened:
            if mark_text in ("**", "__", "***"):
                gone.add(index)
                self.report("faulty-markup", f"{shown(mark_text)} is not closed", done="it is left out")
        parts, end = [], 0
        for index, mark in enumerate(marks):
            if index in gone:
                parts.append(text[end : mark.start()])
                end = mark.end()
        return "".join((*parts, text[end:]))

    def _without_latex(self, text: str) -> str:
        """The text with LaTeX in it decoded, which no Markdown has but which tables are often converted from."""
        if not _HAS_LATEX.search(text):
            return text
        cell = latex_cell(text, self.position)
        self.findings += cell.findings
        message = f"stray LaTeX in {shown(text)}"
        self.report("faulty-markup", message, done=f"it is read as {shown(cell.text)}")
        return cell.text
