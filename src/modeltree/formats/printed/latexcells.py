r"""LaTeX within a cell: plain text, the links in it, and what is wrong with the markup.

Commands that only say how text looks are followed; macros are not expanded: ``\ours`` stays, with a finding.
"""

from __future__ import annotations

import re
import unicodedata

from modeltree.findings import Finding, Position, shown
from modeltree.formats.printed.table import MAX_CELL, Cell, few
from modeltree.formats.printed.values import link_kind

__all__ = ["latex_cell"]

_DEEPEST = 30
_BREAK = "\0"  # no text has it: see `text_of`
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
_MARKS = {"footnote", "footnotemark", "tnote", "textsuperscript", "tablefootnote", "footnotetext", "thanks"}
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
_IS_MARK = re.compile(r"[*†‡§¶⋆\s,]+|[a-z0-9](?:,\s*[a-z0-9])*")


def latex_cell(source: str, position: Position, columns: int = 1, merged: bool = False) -> Cell:
    r"""The cell that a piece of LaTeX stands for.

    Parameters
    ----------
    source : str
        What stands in it, without comments.
    position : Position
        Where it begins.
    columns, merged : int, bool
        See `Cell`.

    Examples
    --------
    >>> from pathlib import Path
    >>> cell = latex_cell(r"\textbf{LLaMA}~2 ($\sim$7B) \href{https://example.org}{code}", Position(Path("a.tex"), 1))
    >>> cell.text, cell.links
    ('LLaMA 2 (~7B)', (('code', 'https://example.org'),))
    """
    if len(source) > MAX_CELL:
        message = f"a cell of {len(source):,} characters: at most {MAX_CELL:,} are read"
        return Cell("", position, findings=(Finding("too-large", message, position=position, done="it is left out"),))
    reader = _Reader(position)
    text = reader.render(_TOKEN.findall(source), 0)
    lines = [" ".join(line.split()) for line in text.split(_BREAK)]
    bold = bool(re.fullmatch(r"\s*\{?\\(textbf\s*\{|bf\s|bfseries\s)[^{}]*\}?\s*", source))
    plain = unicodedata.normalize("NFC", "\n".join(filter(None, lines)))
    return Cell(plain, position, tuple(reader.links), bold, few(reader.findings), columns, merged)


class _Reader:
    """The work on one cell."""

    def __init__(self, position: Position) -> None:
        self.position = position
        self.links: list[tuple[str, str]] = []
        self.findings: list[Finding] = []

    def _report(self, kind: str, message: str, done: str | None = None) -> None:
        self.findings.append(Finding(kind, message, position=self.position, done=done))

    def render(self, tokens: list[str], depth: int) -> str:
        """The text of some tokens."""
        if depth > _DEEPEST:
            self._report("too-deep", f"nested more than {_DEEPEST} deep", "what is deeper is left out")
            return ""
        out: list[str] = []
        place, in_math, begun = 0, False, 0
        while place < len(tokens):
            sign = tokens[place]
            place += 1
            if sign == "$" or sign in ("\\(", "\\)"):
                in_math, begun = not in_math, len(out)
            elif sign == "{":
                group, place = _group(tokens, place - 1)
                out.append(self.render(group, depth + 1))
            elif sign in ("^", "_") and (in_math or sign == "^"):
                group, place = _group(tokens, place)
                out.append(self._raised(sign, self.render(group, depth + 1), "".join(out[begun:])))
            elif sign in _LIGATURES and not (in_math and sign != "~"):
                out.append(_LIGATURES[sign])
            elif sign.startswith("\\") and len(sign) > 1:
                piece, place = self._command(sign[1:].rstrip() or " ", tokens, place, depth)
                out.append(piece)
            elif sign != "}":
                out.append(" " if sign == "&" else sign)
        return "".join(out)

    def _raised(self, sign: str, text: str, before: str) -> str:
        """What stands raised or lowered: a footnote mark is left out, an exponent is kept."""
        symbol = bool(text) and not any(map(str.isalnum, text))
        if sign == "^" and _IS_MARK.fullmatch(text) and (symbol or not before.rstrip()[-1:].isalnum()):
            self._report("ignored", f"footnote mark {shown(text)}")
            return ""
        return f"{sign}{text}"

    def _command(self, name: str, tokens: list[str], place: int, depth: int) -> tuple[str, int]:
        """The text of a command and its arguments, and where the tokens go on."""
        plain = name.rstrip("*")
        if name in ("\\", "newline", "par", "linebreak", "tabularnewline"):
            return _BREAK, place
        if name in _SPACES:
            return " ", place
        if plain in _SYMBOLS:
            return _SYMBOLS[plain], place
        if plain in _SILENT or name in "!/@-":
            return "", place
        if plain in ("begin", "end"):
            return self._environment(plain, tokens, place)
        place = _past_optional(tokens, place) if plain.isalpha() and len(plain) > 1 else place
        if plain == "ding":
            group, place = _group(tokens, place)
            return _DINGS.get("".join(group).strip(), "?"), place
        if name in _ACCENTS and (not name.isalpha() or tokens[place : place + 1] == ["{"]):
            group, place = _group(tokens, place)
            letters = self.render(group, depth + 1).replace("ı", "i")
            return letters[:1] + _ACCENTS[name] + letters[1:], place
        if plain in ("href", "url", "nolinkurl", "path"):
            return self._link(plain, tokens, place, depth)
        if plain in _TEXTS:
            for _ in range(_TEXTS[plain]):
                _, place = _group(tokens, place)
                place = _past_optional(tokens, place)
            group, place = _group(tokens, place)
            return self.render(group, depth + 1), place
        return self._without_text(plain, tokens, place, depth)

    def _without_text(self, name: str, tokens: list[str], place: int, depth: int) -> tuple[str, int]:
        """What is left of a command of which nothing is read."""
        if name in _MARKS or _CITES.fullmatch(name):
            group: list[str] = []
            if tokens[place : place + 1] == ["{"]:
                group, place = _group(tokens, place)
            what = "footnote" if name in _MARKS else "citation"
            self._report("ignored", f"{what} {shown(''.join(group).strip())}")
            return "", place
        if name in _UNREAD_COMMANDS:
            return "", _group(tokens, place)[1]
        if not name.isalpha():
            return name, place  # \%, \&, \_ and the like
        self._report("faulty-markup", f"macro {shown(chr(92) + name)} is not expanded", "it is kept as it is")
        argument = ""
        if tokens[place : place + 1] == ["{"]:
            group, place = _group(tokens, place)
            argument = "{" + self.render(group, depth + 1) + "}" if group else ""
        return f"\\{name}{argument}", place

    def _environment(self, name: str, tokens: list[str], place: int) -> tuple[str, int]:
        """Nothing for the begin and end of what stands in a cell, as a table of one column for its line breaks."""
        group, place = _group(tokens, place)
        if name == "begin" and "".join(group).strip() in ("tabular", "tabular*", "tabularx", "minipage", "array"):
            place = _past_optional(tokens, place)
            _, place = _group(tokens, place)
        return " ", place

    def _link(self, name: str, tokens: list[str], place: int, depth: int) -> tuple[str, int]:
        group, place = _group(tokens, place)
        address = re.sub(r"\\([%#&_~])", r"\1", "".join(group)).strip()
        label = ""
        if name == "href":
            group, place = _group(tokens, place)
            label = " ".join(self.render(group, depth + 1).replace(_BREAK, " ").split())
        self.links.append((label, address))
        return ("" if not label or link_kind(label, address)[0] else label), place


def _group(tokens: list[str], place: int) -> tuple[list[str], int]:
    """The tokens of an argument, and where what follows it begins: what stands in braces, or one sign."""
    while place < len(tokens) and tokens[place].isspace():
        place += 1
    if place >= len(tokens):
        return [], place
    if tokens[place] != "{":
        sign = tokens[place]
        if sign.startswith("\\") or len(sign) == 1:
            return [sign], place + 1
        tokens[place] = sign[1:]  # one letter of a word; the tokens are the reader's own
        return [sign[0]], place
    depth = 0
    for end in range(place, len(tokens)):
        depth += (tokens[end] == "{") - (tokens[end] == "}")
        if not depth:
            return tokens[place + 1 : end], end + 1
    return tokens[place + 1 :], len(tokens)


def _past_optional(tokens: list[str], place: int) -> int:
    """Where what follows an argument in square brackets begins; the same place where there is none."""
    if place < len(tokens) and tokens[place].lstrip().startswith("["):
        for end in range(place, min(place + 20, len(tokens))):
            if "]" in tokens[end]:
                rest = tokens[end].split("]", 1)[1]
                if rest:
                    tokens[end] = rest
                return end if rest else end + 1
    return place
