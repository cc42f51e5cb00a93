r"""Markdown, HTML and LaTeX within a cell: plain text, the links in it, and what is wrong with the markup.

In Markdown, text that stands for itself, as code and escaped signs do, is set aside while the rest is read, in time
proportional to the length of the cell. In LaTeX, commands that only say how text looks are followed, and so
are those that the file defines; another, as ``\ours``, stays, with a finding.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from modeltree.findings import Finding, Position, shown
from modeltree.formats.parsing import limits
from modeltree.formats.printed import Cell
from modeltree.values.addresses import link_labeled

_MOST_FINDINGS = 20
_MOST_EXPANSIONS = 200
_SENTINEL = "\0"  # no text has it: see `headings.text_of`

# Markdown and HTML

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

# LaTeX

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


def markdown_cell(
    source: str, position: Position, defined: Mapping[str, str] | None = None, columns: int = 1, merged: bool = False
) -> Cell:
    """The cell that a piece of Markdown or HTML stands for; `defined` has addresses of links by their folded labels."""
    is_bold = bool(re.fullmatch(r"\s*(\*\*|__|<b>|<strong>).+(\*\*|__|</b>|</strong>)\s*", source, re.DOTALL))
    return _MarkdownReader(position, defined or {}).cell(source, is_bold, columns, merged)


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


class _CellReader:
    """The work on one cell: its text, links and findings."""

    def __init__(self, position: Position) -> None:
        self.position = position
        self.links: list[tuple[str, str]] = []
        self.findings: list[Finding] = []

    def cell(self, source: str, is_bold: bool, columns: int, merged: bool) -> Cell:
        """The cell; one that is too long is left out, and findings beyond the first twenty are only counted."""
        if len(source) > limits.PRINTED_CELL:
            self._report(
                "too-large",
                f"a cell of {len(source):,} characters: at most {limits.PRINTED_CELL:,} are read",
                "it is left out",
            )
            return Cell("", self.position, findings=tuple(self.findings))
        text = self.text(source)
        if len(self.findings) > _MOST_FINDINGS:
            message = f"{len(self.findings)} problems with the markup of this cell: the others are not listed"
            del self.findings[_MOST_FINDINGS:]
            self._report("faulty-markup", message)
        return Cell(text, self.position, tuple(self.links), is_bold, tuple(self.findings), columns, merged)

    def text(self, source: str) -> str:
        """The text of a cell without markup, one line of it on each line."""
        raise NotImplementedError

    def _report(self, kind: str, message: str, done: str | None = None) -> None:
        self.findings.append(Finding(kind, message, position=self.position, done=done))


class _MarkdownReader(_CellReader):
    """The work on a cell of Markdown or HTML."""

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
        return f"{_SENTINEL}{len(self._aside) - 1}{_SENTINEL}"

    def _put_back(self, text: str) -> str:
        parts = text.split(_SENTINEL)
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
        self._report("ignored", f"footnote mark {shown(self._put_back(mark).strip())}")
        return ""

    def _tag(self, match: re.Match[str]) -> str:
        name = match[1].casefold()
        if name not in _KNOWN_TAGS:
            self._report("faulty-markup", f"stray markup {shown(match[0])}", done="it is left out")
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
                self._report("faulty-markup", f"{shown(mark_text)} is not closed", done="it is left out")
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
        self._report("faulty-markup", message, done=f"it is read as {shown(cell.text)}")
        return cell.text


class _LatexReader(_CellReader):
    """The work on a cell of LaTeX."""

    def __init__(self, position: Position, macros: Mapping[str, Macro]) -> None:
        super().__init__(position)
        self.macros = macros
        self._expansions = 0

    def text(self, source: str) -> str:
        """The text without markup."""
        lines = [" ".join(line.split()) for line in self.render(_TOKEN.findall(source), 0).split(_SENTINEL)]
        return unicodedata.normalize("NFC", "\n".join(filter(None, lines)))

    def render(self, source: list[str], depth: int) -> str:
        """The text of some tokens."""
        if depth > _DEEPEST:
            self._report("too-deep", f"nested more than {_DEEPEST} deep", "what is deeper is left out")
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
            self._report("ignored", f"footnote mark {shown(text)}")
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
            return _SENTINEL
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
            self._report("ignored", f"{'footnote' if name in _FOOTNOTES else 'citation'} {shown(mark)}")
            return ""
        if name in _UNREAD_COMMANDS:
            tokens.argument()
            return ""
        if not name.isalpha():
            return name  # \%, \&, \_ and the like
        self._report("faulty-markup", f"macro {shown(chr(92) + name)} is not expanded", "it is kept as it is")
        group = tokens.argument() if tokens.at_brace else []
        return f"\\{name}" + ("{" + self.render(group, depth + 1) + "}" if group else "")

    def _link(self, name: str, tokens: _Tokens, depth: int) -> str:
        address = re.sub(r"\\([%#&_~])", r"\1", "".join(tokens.argument())).strip()
        label = ""
        if name == "href":
            label = " ".join(self.render(tokens.argument(), depth + 1).replace(_SENTINEL, " ").split())
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
