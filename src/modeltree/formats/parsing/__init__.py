"""Hardened reading of YAML, JSON, CSV and lines of text, with where each part stands; and writing of YAML."""

from __future__ import annotations

import codecs
from bisect import bisect_right, insort
from pathlib import Path
from typing import NoReturn

from modeltree.findings import Finding, Position, SourceError
from modeltree.formats.parsing import limits

_STRIDE = 1000


def decoded(content: bytes, max_bytes: int, begin: Position, hint: str = "split it into several") -> str:
    """The UTF-8 text of a file, or of the part of it that begins at a position; a SourceError where it is none."""
    if len(content) > max_bytes:
        refuse_size(begin, f"the file is too large: more than {max_bytes // 2**20} MiB", hint)
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8").removeprefix("\ufeff")
        position = Lines(begin.path, before, begin.line or 1).position(len(before))
        message = f"not UTF-8: byte 0x{content[error.start]:02x}"
        raise SourceError.of("encoding", message, "save the file as UTF-8 text", position) from None


def refuse_size(where: Path | Position, message: str, hint: str | None = "split it into several") -> NoReturn:
    """Refuse a file, or what stands in it at a position, as too large."""
    raise SourceError.of("too-large", message, hint, where if isinstance(where, Position) else Position(where))


def add_finding(findings: list[Finding], finding: Finding) -> None:
    """Add a finding to those of a source, of which there may be so many that each has still a place in memory."""
    if len(findings) >= limits.FINDINGS:
        message = f"more than {limits.FINDINGS:,} findings: reading ends here"
        raise SourceError([*findings[: limits.PROBLEMS], Finding("too-large", message, position=finding.position)])
    findings.append(finding)


def unmarked(content: bytes) -> bytes:
    """Text in UTF-16 that begins with its mark as UTF-8; other bytes as they are."""
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if content.startswith(mark):
            return content[2 : len(content) // 2 * 2].decode(name, "replace").encode()
    return content


class Lines:
    """Positions in a text that stands in a file from the line `first` on, with lines as editors count them."""

    # Line ends are counted from the nearest offset before that is known, so that a text of a hundred million lines
    # costs no more memory than its own.

    def __init__(self, path: Path, text: str, first: int = 1) -> None:
        self.path, self.text, self.first = path, text, first
        # Offsets in the text, each with the count of line ends before it and the start of its line.
        self._known = [(0, 0, 0)]

    def position(self, offset: int) -> Position:
        """The position of the character at an offset."""
        end = offset - (self.text[max(offset - 1, 0) : offset + 1] == "\r\n")  # one line end, in two characters
        before, lines, start = self._known[bisect_right(self._known, (end, len(self.text), 0)) - 1]
        ends = self.text.count("\n", before, end) + self.text.count("\r", before, end)
        if ends:
            ends -= self.text.count("\r\n", before, end)
            start = max(self.text.rfind("\n", before, end), self.text.rfind("\r", before, end)) + 1
        if end - before > _STRIDE:
            insort(self._known, (end, lines + ends, start))
        return Position(self.path, lines + ends + self.first, offset - start + 1)
