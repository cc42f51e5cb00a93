r"""Markdown and HTML within a cell: plain text, the links in it, and what is wrong with the markup.

Text that stands for itself, as code and escaped signs do, is set aside while the rest is read. Everything here takes
time in proportion to the length of the cell.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from modeltree.findings import Finding, Position, shown
from modeltree.formats.printed.latexcells import latex_cell
from modeltree.formats.printed.table import MAX_CELL, Cell, few
from modeltree.formats.printed.values import link_kind

__all__ = ["blanked", "markdown_cell", "without_comments"]

_ASIDE = "\0"  # no text has it: see `text_of`
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_TICKS = re.compile(r"`+")
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
_TAG = re.compile(r"</?([a-z][a-z0-9]*)\b[^<>]*>", re.IGNORECASE)
_INK = re.compile(r"[^\r\n]")
_BREAKS = {"br", "p", "div", "li", "ul", "ol", "tr", "td", "th", "table", "tbody", "thead"}
_PLAIN_TAGS = (
    "a b strong i em u s del ins sub sup small big code kbd tt span font center img mark q cite abbr picture source"
    " details summary nobr wbr input var samp h1 h2 h3 h4 h5 h6 hr caption blockquote pre"
)
_KNOWN_TAGS = _BREAKS | set(_PLAIN_TAGS.split())
_MARKS = re.compile(r"\*+|_+|~~")
_EMPTIED = re.compile(r"[(\[][\s,;/|·&+-]*[)\]]")
_LATEX = re.compile(r"\\[A-Za-z]{2,}|\$[^$]*\\[^$]*\$")


def markdown_cell(
    source: str, position: Position, defined: Mapping[str, str] | None = None, columns: int = 1, merged: bool = False
) -> Cell:
    """The cell that a piece of Markdown or HTML stands for.

    Parameters
    ----------
    source : str
        What stands in it.
    position : Position
        Where it begins.
    defined : mapping of str to str
        The addresses of links that are defined elsewhere, by their labels in small letters.
    columns, merged : int, bool
        See `Cell`.

    Examples
    --------
    >>> from pathlib import Path
    >>> cell = markdown_cell("**LLaMA**<br>[[paper](https://arxiv.org/abs/2302.13971)]", Position(Path("a.md"), 1))
    >>> cell.text, cell.links
    ('LLaMA', (('paper', 'https://arxiv.org/abs/2302.13971'),))
    """
    if len(source) > MAX_CELL:
        message = f"a cell of {len(source):,} characters: at most {MAX_CELL:,} are read"
        return Cell("", position, findings=(Finding("too-large", message, position=position, done="it is left out"),))
    reader = _Reader(source, position, defined or {})
    text = reader.text()
    bold = bool(re.fullmatch(r"\s*(\*\*|__|<b>|<strong>).+(\*\*|__|</b>|</strong>)\s*", source, re.DOTALL))
    return Cell(text, position, tuple(reader.links), bold, few(reader.findings), columns, merged)


def blanked(text: str) -> str:
    """A text of as many lines and characters that has nothing in it."""
    return _INK.sub(" ", text)


def without_comments(text: str) -> str:
    """A text with its comments blanked; one that is not closed is none."""
    parts, end = [], 0
    while (start := text.find("<!--", end)) >= 0 and (close := text.find("-->", start + 4)) >= 0:
        parts += [text[end:start], blanked(text[start : close + 3])]
        end = close + 3
    return "".join((*parts, text[end:]))


class _Reader:
    """The work on one cell."""

    def __init__(self, source: str, position: Position, defined: Mapping[str, str]) -> None:
        self.source, self.position, self.defined = source, position, defined
        self.links: list[tuple[str, str]] = []
        self.findings: list[Finding] = []
        self._aside: list[str] = []

    def text(self) -> str:
        """The text without markup; links and findings are kept on the way."""
        text = self._without_code(self.source)
        text = _ESCAPED.sub(lambda match: self._set_aside(match[1]), text)
        text = without_comments(text)
        text = _IMAGE.sub(" ", text)
        text = _ANCHOR.sub(lambda match: self._link(match[2], match[1]), text)
        text = _LINK.sub(lambda match: self._link(match[1], match[2]), text)
        text = _FOOTNOTE.sub(self._footnote, text)
        text = _DEFINED.sub(self._link_defined, text)
        text = _ADDRESS.sub(lambda match: self._link("", match[1].rstrip(".,;:!?)")), text)
        text = _TAG.sub(self._tag, text)
        text = self._without_emphasis(text)
        text = _EMPTIED.sub(" ", text)
        text = self._put_back(html.unescape(text)).replace("\xa0", " ")
        lines = [" ".join(line.split()) for line in text.split("\n")]
        return self._without_latex("\n".join(filter(None, lines)).strip(" ,;|·"))

    def _report(self, kind: str, message: str, hint: str | None = None, done: str | None = None) -> None:
        self.findings.append(Finding(kind, message, hint, position=self.position, done=done))

    def _set_aside(self, text: str) -> str:
        self._aside.append(text)
        return f"{_ASIDE}{len(self._aside) - 1}{_ASIDE}"

    def _put_back(self, text: str) -> str:
        parts = text.split(_ASIDE)
        parts[1::2] = [self._aside[int(number)] for number in parts[1::2]]
        return "".join(parts)

    def _without_code(self, text: str) -> str:
        """The text with what stands between equal runs of backticks set aside."""
        runs = list(_TICKS.finditer(text))
        parts, end, unclosed = [], 0, set[int]()
        for number, run in enumerate(runs):
            length = len(run[0])
            if run.start() < end or length in unclosed or text[run.start() - 1 : run.start()] == "\\":
                continue
            close = next((other for other in runs[number + 1 :] if len(other[0]) == length), None)
            if close is None:
                unclosed.add(length)
                continue
            parts += [text[end : run.start()], self._set_aside(text[run.end() : close.start()].strip(" "))]
            end = close.end()
        return "".join((*parts, text[end:]))

    def _link(self, label: str, address: str) -> str:
        """Keep a link, and give what stands in the text for it: nothing where the label only says what it leads to."""
        plain = self._put_back(html.unescape(_TAG.sub(" ", _IMAGE.sub(" ", label)))).strip(" *_")
        self.links.append((" ".join(plain.split()), self._put_back(html.unescape(address))))
        return " " if link_kind(plain, address)[0] or not plain else label

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
        marks = list(_MARKS.finditer(text))
        for number, mark in enumerate(marks):
            before, after = text[mark.start() - 1 : mark.start()] or " ", text[mark.end() : mark.end() + 1] or " "
            # Between the letters of a word, underscores belong to it.
            inside = mark[0][0] == "_" and before.isalnum() and after.isalnum()
            if inside or (before.isspace() and after.isspace()):
                continue
            closes = not before.isspace() and opened and opened[-1][0] == mark[0]
            if closes and not (mark[0][0] == "_" and after.isalnum()):
                gone |= {opened.pop()[1], number}
            elif not after.isspace() and not (mark[0][0] == "_" and before.isalnum()):
                opened.append((mark[0], number))
        for mark_text, number in opened:
            if mark_text in ("**", "__", "***"):
                gone.add(number)
                self._report("faulty-markup", f"{shown(mark_text)} is not closed", done="it is left out")
        parts, end = [], 0
        for number, mark in enumerate(marks):
            if number in gone:
                parts.append(text[end : mark.start()])
                end = mark.end()
        return "".join((*parts, text[end:]))

    def _without_latex(self, text: str) -> str:
        """The text with LaTeX in it decoded, which no Markdown has but which tables are often converted from."""
        if not _LATEX.search(text):
            return text
        cell = latex_cell(text, self.position)
        self.findings += cell.findings
        message = f"stray LaTeX in {shown(text)}"
        self._report("faulty-markup", message, done=f"it is read as {shown(cell.text)}")
        return cell.text
