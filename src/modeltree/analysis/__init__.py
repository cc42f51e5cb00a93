"""What is computed from a lineage and returned as frozen records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from textwrap import wrap
from typing import Any

from modeltree._util.text import counted, printable, table
from modeltree.findings import Finding

_WIDTH = 100
_MOST_ROWS = 1000
"""So many rows of a section are printed; all are in the records and in JSON."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report: a table under a title."""

    title: str  # what the rows are
    header: tuple[str, ...]
    rows: Iterable[Sequence[str]]  # of very many only the first are asked for
    count: int

    @property
    def _first(self) -> list[Sequence[str]]:
        return list(islice(self.rows, _MOST_ROWS))

    @property
    def _rest(self) -> str:
        return f"… and {self.count - _MOST_ROWS:,} more" if self.count > _MOST_ROWS else ""

    def text(self) -> str:
        """The section for a terminal."""
        lines = [f"{self.title} ({self.count:,})", table(self.header, self._first, _WIDTH), self._rest]
        return "\n".join(filter(None, lines))

    def markdown(self) -> str:
        """The section as a table of Markdown."""
        lines = [f"## {markdown_cell(self.title)} ({self.count:,})", ""]
        lines += [f"| {' | '.join(self.header)} |", "|---" * len(self.header) + "|"]
        lines += [f"| {' | '.join(map(markdown_cell, row))} |" for row in self._first]
        return "\n".join([*lines, *filter(None, ["", self._rest])])


class Report:
    """An answer that shows itself: ``print`` gives text of at most 100 columns."""

    __slots__ = ()

    def _summary(self) -> str:
        """One sentence that says how much there is."""
        raise NotImplementedError

    def _sections(self) -> Iterator[Section]:
        """The tables, but for those without rows."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values, as JSON has them.

        Returns
        -------
        dict of str to object
            Texts, numbers, lists and dictionaries.
        """
        raise NotImplementedError

    def __str__(self) -> str:
        summary = "\n".join(wrap(self._summary(), _WIDTH))
        return "\n\n".join([summary, *(section.text() for section in self._sections() if section.count)])

    def to_markdown(self, title: str) -> str:
        """All of it as Markdown, with a table for each part.

        Parameters
        ----------
        title : str
            The heading.

        Returns
        -------
        str
            The text; it ends without a line break.
        """
        parts = [f"# {markdown_cell(title)}", self._summary()]
        return "\n\n".join([*parts, *(section.markdown() for section in self._sections() if section.count)])


@dataclass(frozen=True, slots=True)
class FindingsReport(Report):
    """What was found, for a lineage that was made of several."""

    made: str  # what was made, in words
    findings: tuple[Finding, ...]  # what was found on the way

    def _summary(self) -> str:
        return f"{self.made}; {counted(len(self.findings), 'finding') if self.findings else 'nothing was found'}."

    def _sections(self) -> Iterator[Section]:
        rows = ((str(one.severity), one.kind, str(one)) for one in self.findings)
        yield Section("findings", ("severity", "kind", "finding"), rows, len(self.findings))

    def __str__(self) -> str:
        # What is lost stands at the end of a finding: in a terminal it goes on in a further line.
        lines = (f"{one.severity}: {one} [{one.kind}]" for one in self.findings)
        wrapped = ("\n".join(wrap(printable(line), _WIDTH, subsequent_indent="    ")) for line in lines)
        return "\n".join([self._summary(), *wrapped])

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values, as JSON has them.

        Returns
        -------
        dict of str to object
            What was made, and the findings as dictionaries.
        """
        names = ("kind", "severity", "message", "hint", "done")
        return {
            "made": self.made,
            "findings": [
                {name: getattr(one, name) for name in names} | {"ids": list(one.ids), "source": str(one.position or "")}
                for one in self.findings
            ],
        }


def markdown_cell(text: str) -> str:
    """A text in a cell of a Markdown table: no markup, no line breaks."""
    plain = " ".join(text.split())
    return "".join(f"\\{letter}" if letter in "\\|`*_[]<>#" else letter for letter in plain)
