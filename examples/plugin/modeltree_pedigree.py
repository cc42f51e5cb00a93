"""A format and a drawing of another package: pedigrees as text, and a punch card of who released when.

A pedigree has a line for each model, ``child = parent + parent``, or its name alone.
"""

from __future__ import annotations

import io
import os
from collections import Counter
from pathlib import Path

from matplotlib.figure import Figure

from modeltree import Finding, Lineage
from modeltree.figures.drawing import Drawing, svg_image
from modeltree.findings import Position
from modeltree.formats.registry import Format
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.models import reader
from modeltree.formats.repair.record_findings import losses

PEDIGREE = Format(
    "pedigree", "a pedigree", "modeltree_pedigree", "read_pedigree", "write_pedigree", suffixes=(".pedigree",)
)


@reader
def read_pedigree(path: str | os.PathLike[str]) -> Claims:
    """Read a pedigree: the reader says where each name stands, and the library mends what is wrong."""
    claims = Claims(names=True, exact=True)
    for number, line in enumerate(Path(path).read_text(encoding="utf-8").splitlines(), start=1):
        where = Position(Path(path), number, 1)
        child, _, parents = (part.strip() for part in line.partition("="))
        if child:
            added = claims.add(child, where)
            for parent in filter(None, map(str.strip, parents.split("+"))):
                claims.derive(added, parent, None, where)
    return claims


def write_pedigree(lineage: Lineage, path: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Write a pedigree; what it cannot carry are findings."""
    lines = []
    for model in lineage.models:
        parents = " + ".join(lineage[parent].name for parent in lineage.parents(model.id))
        lines.append(f"{model.name} = {parents}" if parents else model.name)
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return losses(lineage, "a pedigree", models=("name",))


def punchcard(lineage: Lineage, *, title: str | None = None) -> PunchCard:
    """Draw how many models each organization released in each year."""
    return PunchCard(lineage, title or "Who released when")


class PunchCard(Drawing):
    """Discs as large as the number of models, for years and the twelve busiest organizations."""

    suffixes = (".svg", ".png")

    def __init__(self, lineage: Lineage, title: str) -> None:
        super().__init__("punch card", title, "Models by organization and year")
        self._counts = Counter(
            (maker, model.released.year) for model in lineage.models if model.released for maker in model.organizations
        )
        totals = Counter[str]()
        for (maker, _), count in self._counts.items():
            totals[maker] += count
        self._makers = [maker for maker, _ in totals.most_common(12)]

    def _content(self, kind: str, dpi: float) -> bytes:
        figure = Figure(figsize=(8, 5), layout="constrained")
        ax = figure.subplots()
        shown = [(maker, year, count) for (maker, year), count in self._counts.items() if maker in self._makers]
        ax.scatter(
            [year for _, year, _ in shown],
            [self._makers.index(maker) for maker, _, _ in shown],
            [30 * count for _, _, count in shown],
        )
        ax.set_yticks(range(len(self._makers)), self._makers)
        ax.invert_yaxis()
        ax.set_title(self.title)
        buffer = io.BytesIO()
        figure.savefig(buffer, format=kind, dpi=dpi)
        return buffer.getvalue()

    def _repr_html_(self) -> str:
        return svg_image(self._content("svg", 72.0), self.title)
