r"""Tables in LaTeX, as papers print them: ``tabular``, ``longtable`` and their kin.

A table is read where it has a column of models; the findings list the fields of its columns. Models are told apart by
their names. Macros that the file defines are expanded. See `modeltree.values.words` for the headers that are known.
"""

from __future__ import annotations

import os
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from modeltree.findings import Position, shown
from modeltree.formats.parsing import Lines, limits, refuse_size
from modeltree.formats.printed import SENTINEL, Cell, CellReader, PrintedTable, indent_of
from modeltree.formats.printed.model_tables import TableOptions, read_tables
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.models import reader
from modeltree.records import Relation
from modeltree.values.addresses import link_labeled

_COMMENT = re.compile(r"\\.|%[^\r\n]*+", re.DOTALL)
_VERBATIM = re.compile(r"\\(begin|end)\s*\{(verbatim|lstlisting|minted|comment|Verbatim)\*?\}")
_ENVIRONMENTS = "tabular tabularx tabulary longtable xltabular tabu longtabu supertabular NiceTabular array tabularray"
_ENVIRONMENTS += " tblr longtblr talltblr NiceTabularX xtabular mpxtabular"
_TABULARS = frozenset(_ENVIRONMENTS.split())
_TABULAR = re.compile(r"\\(begin|end)\s*\{([A-Za-z]+)\*?\}")
_SECTION = re.compile(r"\\(?:chapter|(?:sub){0,2}section|paragraph)\*?\s*(?=\{)")
_CAPTION = re.compile(r"\\caption(?:of\s*\{[a-z]+\})?\*?\s*(?:\[[^\[\]]*\]\s*)?(?=\{)")
_FLOAT = re.compile(r"\\(begin|end)\s*\{(table|sidewaystable|wraptable|figure)\*?\}")
_SIGN = re.compile(
    r"\\(?:begin|end)\s*\{[A-Za-z]+\*?\}|\\\\\*?(?:\s*\[[^\[\]\n]{0,20}\])?|\\(?:[A-Za-z@]+|.)|[{}&]", re.DOTALL
)
_LEAD = re.compile(
    r"\s*+\\(?P<name>hline|toprule|midrule|bottomrule|hhline|cline|cmidrule|addlinespace|specialrule|morecmidrules"
    r"|rowcolor|rowcolors|noalign|endfirsthead|endhead|endfoot|endlastfoot|arrayrulecolor|Xhline|Xcline|caption|label"
    r"|centering|small|footnotesize|scriptsize|tiny|rowfont|heavyrulewidth|arraystretch|setlength|cdashline|hdashline"
    r"|hspace|vspace|SetRow|SetRows|SetHline|SetHlines|SetVlines|SetColumn|SetTblrInner|SetTblrOuter)(?![A-Za-z])\*?"
)
_ARGUMENT = re.compile(r"\s*+(?:\([^()]*\)|\[[^\[\]]*\])")
_BRACE = re.compile(r"\s*+(?=\{)")
_SET_CELL = re.compile(r"\s*\\SetCell\s*(?:\[(?P<spans>[^\[\]]*)\])?\s*(?=\{)")
_DEFINED = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|DeclareRobustCommand|NewDocumentCommand|def|gdef|xdef|edef)\*?\s*"
    r"(?:\{\s*\\(?P<name>[A-Za-z@]+)\s*\}|\\(?P<bare>[A-Za-z@]+))\s*"
    r"(?:\[(?P<count>[1-9])\]|(?P<given>(?:#[1-9])+)|\{\s*(?P<kinds>(?:m\s*)*)\}(?=\s*\{))?\s*(?=\{)"
)
_MOST_MACROS = 2000
_SPANNED = re.compile(r"\s*\\multi(row|column)\s*")
_RULES = frozenset({"hline", "midrule", "Xhline", "hhline", "specialrule", "toprule", "hdashline"})
_PARTS = frozenset({"endfirsthead", "endhead", "endfoot", "endlastfoot"})
_MOST_HEADER_ROWS = 3
_LONGEST = limits.PRINTED_CELL  # what stands in braces


@reader
def read_latex(
    path: str | os.PathLike[str],
    *,
    table: int | str | None = None,
    columns: Mapping[str, str] | None = None,
    relation: Relation | str | None = None,
    aliases: Mapping[str, str] | None = None,
) -> Claims:
    """Read a lineage from the tables in a LaTeX file, with the options of `TableOptions`."""
    return read_tables(path, _tables, TableOptions.of(table, columns, relation), aliases)


def _tables(lines: Lines) -> Iterator[PrintedTable]:
    """The tables of a text, in their order, with their captions."""
    text = _without_verbatim(_COMMENT.sub(_blank_comment, lines.text))
    floats = list(_floats(text))
    macros = _macros(text)
    captions = [(match.start(), match.end()) for match in _CAPTION.finditer(text)]
    sections = [(match.start(), match.end()) for match in _SECTION.finditer(text)]

    @lru_cache(maxsize=16)
    def text_at(start: int) -> str:
        begin, end = _braced(text, start)
        return latex_cell(text[begin:end], lines.position(begin), macros=macros).line

    rows = 0
    for number, (start, begin, end) in enumerate(_tabulars(text), 1):
        if number > limits.PRINTED_TABLES:
            refuse_size(lines.position(start), f"more than {limits.PRINTED_TABLES:,} tables", "split the file")
        table = PrintedTable(number, lines.position(start))
        _TabularBody(lines, text, begin, end, macros).fill(table, limits.PRINTED_ROWS - rows)
        rows += len(table.rows)
        index = bisect_right(floats, (start, 0)) - 1
        around = floats[index] if index >= 0 and start < floats[index][1] else (start, end)
        index = bisect_right(captions, (around[0], 0))
        if index < len(captions) and captions[index][0] < around[1]:
            table.caption = text_at(captions[index][1])
        index = bisect_right(sections, (start, 0)) - 1
        table.heading = text_at(sections[index][1]) if index >= 0 else ""
        yield table


def _macros(text: str) -> dict[str, Macro]:
    """The commands that a text defines, of those without optional arguments; the last definition of each."""
    macros: dict[str, Macro] = {}
    for match in islice(_DEFINED.finditer(text), _MOST_MACROS):
        begin, end = _braced(text, match.end())
        count = int(match["count"] or 0) or len(match["given"] or "") // 2 or (match["kinds"] or "").count("m")
        macros[match["name"] or match["bare"]] = Macro(count, text[begin:end])
    return macros


def _blank_comment(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith("\\") else " " * len(match[0])


def _without_verbatim(text: str) -> str:
    """A text with its verbatim parts and comments blanked."""
    parts, done, inside = [], 0, ""
    for match in _VERBATIM.finditer(text):
        if not inside and match[1] == "begin":
            parts.append(text[done : match.end()])
            done, inside = match.end(), match[2]
        elif inside == match[2] and match[1] == "end":
            parts.append(re.sub(r"[^\r\n]", " ", text[done : match.start()]))
            done, inside = match.start(), ""
    return "".join((*parts, text[done:]))


def _floats(text: str) -> Iterator[tuple[int, int]]:
    """Where the environments for tables with captions begin and end."""
    start = None
    for match in _FLOAT.finditer(text):
        if match[1] == "begin":
            start = match.start()
        elif start is not None:
            yield start, match.end()
            start = None


def _tabulars(text: str) -> Iterator[tuple[int, int, int]]:
    """Where each tabular starts, where its rows begin, and where they end; those within another are part of it."""
    depth, start, begin = 0, 0, 0
    for match in _TABULAR.finditer(text):
        if match[2] not in _TABULARS:
            continue
        if match[1] == "begin":
            if not depth:
                start, begin = match.start(), match.end()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                yield start, begin, match.start()
    if depth:
        yield start, begin, len(text)


def _braced(text: str, start: int) -> tuple[int, int]:
    """Where the content of the braces at an index begins and ends."""
    depth = 0
    for match in _SIGN.finditer(text, start, min(len(text), start + _LONGEST)):
        if match[0] in "{}":
            depth += 1 if match[0] == "{" else -1
            if not depth:
                return start + 1, match.start()
    return start, start


def _opened(text: str, start: int) -> int:
    """Where the next brace is, if nothing but white space stands before it."""
    match = _BRACE.match(text, start)
    return match.end() if match else start


def _past_option(text: str, start: int) -> int:
    match = _ARGUMENT.match(text, start)
    return match.end() if match else start


def _past_all(text: str, start: int, end: int) -> int:
    """Where the text behind the arguments of a command begins."""
    while True:
        if match := _ARGUMENT.match(text, start, end):
            start = match.end()
        elif match := _BRACE.match(text, start, end):
            opened, close = _braced(text, match.end())
            if close < opened or opened == match.end():
                return start
            start = close + 1
        else:
            return start


Row = list[tuple[Cell, int]]
"""Cells, and over how many rows each goes: below it, or with a minus above it."""


@dataclass
class _TabularBody:
    """The text between the begin and the end of a tabular."""

    lines: Lines
    text: str
    begin: int
    end: int
    macros: Mapping[str, Macro]
    _ruled: list[int] = field(default_factory=list)  # the rows below a rule

    def fill(self, table: PrintedTable, most: int) -> None:
        """Give a table its rows."""
        rows: list[Row] = []
        head: list[Row] | None = None
        for start, end in self._rows():
            if len(rows) >= most:
                where = self.lines.position(start)
                table.report(
                    "too-large", f"more than {limits.PRINTED_ROWS:,} rows", "split the file", where, "reading ends here"
                )
                break
            first, leads = self._after_leads(start, end)
            for lead in leads:
                if lead in _RULES:
                    self._ruled.append(len(rows))
                elif lead in _PARTS:
                    if lead in ("endfirsthead", "endhead") and head is None:
                        head = rows
                    rows, self._ruled = [], []
            if self.text[first:end].strip():
                rows.append(list(self._cells(first, end)))
        if head is None:
            count = self._header_rows(len(rows))
            head, rows = rows[:count], rows[count:]
        width = max((sum(cell.columns for cell, _ in row) for row in head), default=0)
        head = [row for row in head if not (len(row) == 1 and row[0][0].columns >= width > 1)] or head
        table.headings, table.rows = _laid(head, table), _laid(rows, table)

    def _header_rows(self, count: int) -> int:
        """How many rows are the header: those before the first rule below them, if they are few; else one."""
        first = next((row for row in self._ruled if row), 0)
        return first if 0 < first <= _MOST_HEADER_ROWS and first < count else min(count, 1)

    def _rows(self) -> Iterator[tuple[int, int]]:
        """Where the rows begin and end."""
        start = _past_all(self.text, self.begin, self.end)  # the position, the width, the columns
        for match in self._signs(start, self.end):
            if match[0].startswith("\\\\") or match[0] == "\\tabularnewline":
                yield start, match.start()
                start = match.end()
        yield start, self.end

    def _signs(self, start: int, end: int) -> Iterator[re.Match[str]]:
        """The signs that stand in no braces and in no environment of their own."""
        braces = environments = 0
        for match in _SIGN.finditer(self.text, start, end):
            sign = match[0]
            if sign == "{":
                braces += 1
            elif sign == "}":
                braces = max(braces - 1, 0)
            elif sign.startswith(("\\begin", "\\end")) and sign.endswith("}"):
                environments = max(environments + (1 if sign.startswith("\\begin") else -1), 0)
            elif not braces and not environments:
                yield match

    def _after_leads(self, start: int, end: int) -> tuple[int, list[str]]:
        """Where the first cell of a row begins, and the rules and the like before it."""
        leads = []
        while match := _LEAD.match(self.text, start, end):
            leads.append(match["name"])
            start = _past_all(self.text, match.end(), end)
        return start, leads

    def _cells(self, start: int, end: int) -> Iterator[tuple[Cell, int]]:
        signs = (match.start() for match in self._signs(start, end) if match[0] == "&")
        bars = list(islice(signs, limits.PRINTED_COLUMNS))
        ends = [*bars, end][: limits.PRINTED_COLUMNS]
        for begin, stop in zip([start, *(bar + 1 for bar in bars)], ends, strict=False):
            yield self._cell(begin, stop)

    def _cell(self, start: int, end: int) -> tuple[Cell, int]:
        """A cell and how many rows it spans, as its commands say."""
        source = self.text[start:end]
        at = self.lines.position(start + indent_of(source))
        spans = {"row": 1, "column": 1}
        if set_cell := _SET_CELL.match(source):
            counts = dict(re.findall(r"\b([rc])\s*=\s*([0-9]{1,5})", set_cell["spans"] or ""))
            spans = {"row": int(counts.get("r", 1)) or 1, "column": int(counts.get("c", 1)) or 1}
            source = source[_braced(source, set_cell.end())[1] + 1 :]
        while match := _SPANNED.match(source):
            arguments, index = [], match.end()
            for _ in range(2):
                begin, stop = _braced(source, _opened(source, _past_option(source, index)))
                arguments.append(source[begin:stop])
                index = stop + 1
            count = re.fullmatch(r"\s*(-?[0-9]{1,5})(?:\.[0-9]+)?\s*", arguments[0])
            if not count or spans[match[1]] != 1:
                break
            spans[match[1]] = int(count[1]) or 1
            begin, stop = _braced(source, _opened(source, _past_option(source, index)))
            source = source[begin:stop] + source[stop + 1 :]
        columns = min(max(spans["column"], 1), limits.PRINTED_COLUMNS)
        cell = latex_cell(source, at, columns=columns, merged=spans["row"] != 1, macros=self.macros)
        return cell, spans["row"]


def _laid(rows: list[Row], table: PrintedTable) -> list[list[Cell]]:
    """The cells of all rows by their columns; a cell over several rows stands in each of them that leaves room."""
    grid: list[list[Cell]] = []
    tall: list[tuple[int, int, Cell, int]] = []
    for index, row in enumerate(rows):
        laid: list[Cell] = []
        for cell, span in row:
            if span != 1:
                tall.append((index, len(laid), cell, span))
            laid += [cell] * min(cell.columns, limits.PRINTED_COLUMNS - len(laid))
        grid.append(laid)
    for index, column, cell, span in tall:
        up = range(index - 1, max(index + span, -1), -1)
        for other in (grid[row] for row in (up if span < 0 else range(index + 1, min(index + span, len(grid))))):
            columns = range(column, min(column + cell.columns, len(other)))
            taken = next((other[at] for at in columns if other[at].text), None)
            if taken:
                message = f"{shown(taken.line)} stands where {shown(cell.line)} reaches"
                table.report("faulty-markup", message, None, taken.position, f"{shown(taken.line)} is kept")
                break
            for at in columns:
                other[at] = cell
    return grid


# Cells

_MOST_EXPANSIONS = 200
_DEEPEST = 30
_TOKEN = re.compile(r"\\[A-Za-z@]+\*?[ \t]*|\\.|[{}$~^_&]|-{2,3}|``|''|[^\\{}$~^_&`'-]+|.", re.DOTALL)

# By how many arguments come before the one that is their text, the commands of which only that is read.
_TEXTS_AFTER = (
    "textbf textit emph texttt textsc underline text mathrm mathbf mathit mathsf mathtt mathcal textrm textsf mbox hbox"
    " makecell shortstack thead textnormal boldsymbol bm ensuremath uline hl textsl textmd textup makebox fbox"
    " centerline textsubscript operatorname Centerstack",
    "textcolor colorbox rotatebox scalebox parbox raisebox adjustbox",
    "resizebox multicolumn multirow fcolorbox",
)
_TEXTS = {command: before for before, commands in enumerate(_TEXTS_AFTER) for command in commands.split()}
_UNREAD = (
    "cellcolor color rowcolor label ref vspace hspace phantom hphantom vphantom fontsize hskip vskip rule"
    " includegraphics icon linespread"
)
_UNREAD_COMMANDS = frozenset(_UNREAD.split())
_SILENT_COMMANDS = (
    "small footnotesize scriptsize tiny normalsize large Large LARGE huge Huge bf it sc tt rm sf em bfseries itshape"
    " ttfamily scshape rmfamily sffamily mdseries upshape slshape centering raggedright raggedleft arraybackslash"
    " noindent strut protect relax displaystyle textstyle scriptstyle left right limits hfill hss null leavevmode"
    " selectfont allowbreak nobreak ignorespaces unskip xspace"
)
_SILENT = frozenset(_SILENT_COMMANDS.split())
_FOOTNOTES = {"footnote", "footnotemark", "tnote", "textsuperscript", "tablefootnote", "footnotetext", "thanks"}
_CITES = re.compile(r"(?:no|foot|text|paren|auto|super|full|short)?[Cc]ite[a-z]*")
_SPACES = {" ", ",", ";", ":", "\n", "\t", "quad", "qquad", "enspace", "thinspace", "space", "enskip"}
_SYMBOLS = {
    "textasciitilde": "~", "sim": "~", "approx": "≈", "textbackslash": "\\", "checkmark": "✓", "cmark": "✓",
    "Checkmark": "✓", "CheckmarkBold": "✓", "XSolidBrush": "✗", "xmark": "✗", "times": "×", "XSolid": "✗",
    "textemdash": "—", "textendash": "–", "dagger": "†", "ddagger": "‡", "dag": "†", "ddag": "‡", "ast": "*",
    "S": "§", "P": "¶", "star": "⋆", "bullet": "•", "cdot": "·", "dots": "…", "ldots": "…", "textellipsis": "…",
    "geq": "≥", "ge": "≥", "leq": "≤", "le": "≤", "pm": "±", "to": "→", "rightarrow": "→", "textless": "<",
    "textgreater": ">", "textunderscore": "_", "slash": "/", "LaTeX": "LaTeX", "TeX": "TeX", "alpha": "α", "beta": "β",
    "gamma": "γ", "delta": "δ", "epsilon": "ε", "lambda": "λ", "mu": "μ", "pi": "π", "sigma": "σ", "phi": "φ",
    "omega": "ω", "Delta": "Δ", "Omega": "Ω", "Phi": "Φ", "Psi": "Ψ", "Sigma": "Σ", "infty": "∞", "ss": "ß", "ae": "æ",
    "AE": "Æ", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å", "l": "ł", "L": "Ł", "oe": "œ", "OE": "Œ", "i": "ı",
    "textsection": "§", "textdagger": "†", "textbar": "|", "textasteriskcentered": "*", "textasciicircum": "^",
    "lbrack": "[", "rbrack": "]", "colon": ":", "langle": "⟨", "rangle": "⟩", "textregistered": "®", "copyright": "©",
}  # fmt: skip
_DINGS = {"51": "✓", "52": "✔", "53": "✕", "54": "✖", "55": "✗", "56": "✘", "72": "★"}
_ACCENTS = {"'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307"}
_ACCENTS |= {"c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "r": "\u030a", "k": "\u0328"}
_LIGATURES = {"--": "–", "---": "—", "``": "“", "''": "”", "~": " "}
_INNER_ENVIRONMENTS = ("tabular", "tabular*", "tabularx", "minipage", "array")
_IS_MARK = re.compile(r"[*†‡§¶⋆\s,]+|[a-z0-9](?:,\s*[a-z0-9])*")


class Macro(NamedTuple):
    """A command that a file of LaTeX defines: how many arguments it takes, and what it stands for."""

    arguments: int
    body: str


def latex_cell(
    source: str,
    position: Position,
    columns: int = 1,
    merged: bool = False,
    macros: Mapping[str, Macro] = MappingProxyType({}),
) -> Cell:
    """The cell that a piece of LaTeX without comments stands for; `macros` are those that its file defines."""
    is_bold = bool(re.fullmatch(r"\s*\{?\\(textbf\s*\{|bf\s|bfseries\s)[^{}]*\}?\s*", source))
    return _LatexReader(position, macros).cell(source, is_bold, columns, merged)


class _LatexReader(CellReader):
    """The work on a cell of LaTeX: commands that say how text looks, or that the file defines, are followed."""

    def __init__(self, position: Position, macros: Mapping[str, Macro]) -> None:
        super().__init__(position)
        self.macros = macros
        self._expansions = 0

    def text(self, source: str) -> str:
        """The text without markup."""
        lines = [" ".join(line.split()) for line in self.render(_TOKEN.findall(source), 0).split(SENTINEL)]
        return unicodedata.normalize("NFC", "\n".join(filter(None, lines)))

    def render(self, source: list[str], depth: int) -> str:
        """The text of some tokens."""
        if depth > _DEEPEST:
            self.report("too-deep", f"nested more than {_DEEPEST} deep", "what is deeper is left out")
            return ""
        out: list[str] = []
        tokens, in_math, begun = _Tokens(source), False, 0
        while tokens.left:
            sign = tokens.next()
            if sign in ("$", "\\(", "\\)"):
                in_math, begun = not in_math, len(out)
            elif sign == "{":
                tokens.index -= 1
                out.append(self.render(tokens.argument(), depth + 1))
            elif sign == "^" or (sign == "_" and in_math):
                out.append(self._raised(sign, self.render(tokens.argument(), depth + 1), "".join(out[begun:])))
            elif sign in _LIGATURES and not (in_math and sign != "~"):
                out.append(_LIGATURES[sign])
            elif sign.startswith("\\") and len(sign) > 1:
                out.append(self._expanded(sign[1:].rstrip() or " ", tokens, depth))
            elif sign != "}":
                out.append(" " if sign == "&" else sign)
        return "".join(out)

    def _raised(self, sign: str, text: str, before: str) -> str:
        """A raised or lowered text: a footnote mark is left out, an exponent is kept."""
        is_symbol = bool(text) and not any(map(str.isalnum, text))
        if sign == "^" and _IS_MARK.fullmatch(text) and (is_symbol or not before.rstrip()[-1:].isalnum()):
            self.report("ignored", f"footnote mark {shown(text)}")
            return ""
        return f"{sign}{text}"

    def _expanded(self, name: str, tokens: _Tokens, depth: int) -> str:
        """The text of a command, which the file may define; a macro is expanded a bounded number of times."""
        if name not in self.macros or self._expansions >= _MOST_EXPANSIONS:
            return self._command(name, tokens, depth)
        self._expansions += 1
        count, body = self.macros[name]
        for index in range(1, count + 1):
            body = body.replace(f"#{index}", "".join(tokens.argument()))
        return self.render(_TOKEN.findall(body[: limits.PRINTED_CELL]), depth + 1)

    def _command(self, name: str, tokens: _Tokens, depth: int) -> str:
        """The text of a command and its arguments."""
        plain = name.rstrip("*")
        if name in ("\\", "newline", "par", "linebreak", "tabularnewline"):
            return SENTINEL
        if name in _SPACES or plain in _SYMBOLS:
            return " " if name in _SPACES else _SYMBOLS[plain]
        if plain in _SILENT or name in "!/@-":
            return ""
        if plain in ("begin", "end"):
            if "".join(tokens.argument()).strip() in _INNER_ENVIRONMENTS and plain == "begin":
                tokens.skip_option()
                tokens.argument()
            return " "
        if plain.isalpha() and len(plain) > 1:
            tokens.skip_option()
        if plain == "ding":
            return _DINGS.get("".join(tokens.argument()).strip(), "?")
        if name in _ACCENTS and (not name.isalpha() or tokens.at_brace):
            letters = self.render(tokens.argument(), depth + 1).replace("ı", "i")
            return letters[:1] + _ACCENTS[name] + letters[1:]
        if plain in ("href", "url", "nolinkurl", "path"):
            return self._link(plain, tokens, depth)
        if plain in _TEXTS:
            for _ in range(_TEXTS[plain]):
                tokens.argument()
                tokens.skip_option()
            return self.render(tokens.argument(), depth + 1)
        return self._without_text(plain, tokens, depth)

    def _without_text(self, name: str, tokens: _Tokens, depth: int) -> str:
        """The rest of a command that is not read."""
        if name in _FOOTNOTES or _CITES.fullmatch(name):
            mark = "".join(tokens.argument()).strip() if tokens.at_brace else ""
            self.report("ignored", f"{'footnote' if name in _FOOTNOTES else 'citation'} {shown(mark)}")
            return ""
        if name in _UNREAD_COMMANDS:
            tokens.argument()
            return ""
        if not name.isalpha():
            return name  # \%, \&, \_ and the like
        self.report("faulty-markup", f"macro {shown(chr(92) + name)} is not expanded", "it is kept as it is")
        group = tokens.argument() if tokens.at_brace else []
        return f"\\{name}" + ("{" + self.render(group, depth + 1) + "}" if group else "")

    def _link(self, name: str, tokens: _Tokens, depth: int) -> str:
        address = re.sub(r"\\([%#&_~])", r"\1", "".join(tokens.argument())).strip()
        label = ""
        if name == "href":
            label = " ".join(self.render(tokens.argument(), depth + 1).replace(SENTINEL, " ").split())
        self.links.append((label, address))
        return "" if not label or link_labeled(label) else label


class _Tokens:
    """Tokens of LaTeX, from an index on."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.index = tokens, 0

    @property
    def left(self) -> bool:
        """Whether there are any more."""
        return self.index < len(self.tokens)

    @property
    def at_brace(self) -> bool:
        """Whether the next one opens a group."""
        return self.tokens[self.index : self.index + 1] == ["{"]

    def next(self) -> str:
        """The next token."""
        self.index += 1
        return self.tokens[self.index - 1]

    def argument(self) -> list[str]:
        """The tokens of an argument: those in braces, or one sign."""
        tokens = self.tokens
        while self.left and tokens[self.index].isspace():
            self.index += 1
        if not self.left:
            return []
        if not self.at_brace:
            sign = tokens[self.index]
            if sign.startswith("\\") or len(sign) == 1:
                return [self.next()]
            tokens[self.index] = sign[1:]  # one letter of a word; the tokens are the reader's own
            return [sign[0]]
        start, depth = self.index + 1, 0
        for end in range(self.index, len(tokens)):
            depth += (tokens[end] == "{") - (tokens[end] == "}")
            if not depth:
                self.index = end + 1
                return tokens[start:end]
        self.index = len(tokens)
        return tokens[start:]

    def skip_option(self) -> None:
        """Pass over an argument in square brackets, if there is one."""
        if not (self.left and self.tokens[self.index].lstrip().startswith("[")):
            return
        for end in range(self.index, min(self.index + 20, len(self.tokens))):
            if "]" in self.tokens[end]:
                rest = self.tokens[end].split("]", 1)[1]
                self.index = end if rest else end + 1
                if rest:
                    self.tokens[end] = rest
                return
