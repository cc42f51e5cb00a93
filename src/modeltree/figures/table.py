"""The table: models under the base models that they were made from, for a paper, a README or a web page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Literal, get_args

from modeltree._util.arguments import checked
from modeltree._util.html import block
from modeltree._util.languages import Language, Words, words_of
from modeltree._util.text import printable
from modeltree.figures.contents import split_by_kind, title_of
from modeltree.figures.drawing import Drawing
from modeltree.findings import LayoutError
from modeltree.lineage import Lineage
from modeltree.records import Model, Relations, relation_set

__all__ = ["TableDrawing", "table"]

TableField = Literal["base", "relation", "released", "organizations", "openness", "sizes", "training_data",
                      "architecture", "license", "link"]  # fmt: skip
_HEADINGS = {
    "base": "Base model", "relation": "Made by", "released": "Released", "organizations": "Organization",
    "openness": "Openness", "sizes": "Sizes", "training_data": "Training data", "architecture": "Architecture",
    "license": "License", "link": "Link",
}  # fmt: skip
_DEFAULT: tuple[TableField, ...] = ("base", "released", "sizes", "training_data", "license", "link")
_LINKS = ("weights", "code", "paper", "blog")
_HEAD = '<!doctype html>\n<meta charset="utf-8">\n'
_ALONE = "Models without kin"
_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Cell:
    """What stands in a cell, and the address that it leads to."""

    text: str
    address: str | None = None


@checked
def table(
    lineage: Lineage,
    *,
    fields: Iterable[TableField] = _DEFAULT,
    relations: Relations = "weights",
    title: str | None = None,
    applications: bool = False,
    datasets: bool = False,
    language: Language = "en",
) -> TableDrawing:
    """A table of models, a part for each family, largest families first, models in the order of their dates.

    Parameters
    ----------
    lineage : Lineage
        What to list; `modeltree.Lineage.select` chooses.
    fields : iterable of str
        What stands beside the name: ``"base"`` (the models that it was made from), ``"relation"``, ``"released"``,
        ``"organizations"``, ``"openness"``, ``"sizes"``, ``"training_data"``, ``"architecture"``, ``"license"``,
        ``"link"`` (weights, else code, paper or blog). One of which nothing is known for any model is left out.
    relations : str, Relation or iterable of these, optional
        The derivations by which models have base models and families; None for all.
    title : str, optional
        By default the title of the lineage; ``""`` for none.
    applications, datasets : bool
        Whether products and data sets are listed, too.
    language : optional
        Of its headings; as for `modeltree.evolution`.

    Returns
    -------
    TableDrawing
        Saved as ``.tex`` (for ``booktabs``, ``longtable`` and ``hyperref``), ``.md`` or ``.html``.

    Raises
    ------
    LayoutError
        When there is no model, or there are more than 20,000.
    ValueError
        When a field is none of these, or stands twice; or a relation is none.

    Examples
    --------
    >>> import modeltree
    >>> lineage = modeltree.datasets.load("survey-table1").clade("BLOOM")
    >>> print(modeltree.table(lineage, fields=["base", "released"], title="").markdown, end="")
    | Model | Base model | Released |
    |---|---|---|
    | **BLOOM** | | |
    | BLOOM | – | 2022-07 |
    | BLOOMZ | BLOOM | 2022-11 |
    """
    chosen = list(fields)
    known = get_args(TableField)
    for field in chosen:
        if field not in known or chosen.count(field) > 1:
            wrong = "stands twice" if field in known else f"is none: say {', '.join(known)}"
            raise ValueError(f"the field {field!r} {wrong}")
    relation_set(relations)
    models = split_by_kind(lineage, applications, datasets, "a table")[0]
    if not models:
        raise LayoutError("there is no model to list")
    return TableDrawing(lineage.subgraph([model.id for model in models]), chosen, relations, title, words_of(language))


class TableDrawing(Drawing):
    """A table of models; a notebook shows it as HTML."""

    suffixes = (".tex", ".md", ".html")

    def __init__(
        self, lineage: Lineage, columns: Sequence[TableField], relations: Relations, title: str | None,
        words: Words,
    ) -> None:  # fmt: skip
        super().__init__("table", printable(title_of(lineage, title) or ""), "")
        self._lineage, self._relations, self._words = lineage, relations, words
        kept = [column for column in columns if any(self._cell(model, column).text != "–" for model in lineage.models)]
        self._columns = tuple(kept)

    @cached_property
    def _groups(self) -> list[tuple[str, list[list[_Cell]]]]:
        """The parts of the table: what each is called, and its rows."""
        groups = [
            (family.name, family.primary)
            for family in self._lineage.families(relations=self._relations)
            if len(family.primary) > 1
        ]
        placed = {id for _, ids in groups for id in ids}
        alone = [id for id in self._lineage.ids if id not in placed]
        return [
            (printable(name), [self._row(self._lineage[id]) for id in ids])
            for name, ids in [*groups, *([(self._words(_ALONE), alone)] if alone else [])]
        ]

    def _row(self, model: Model) -> list[_Cell]:
        return [_Cell(printable(model.name)), *(self._cell(model, column) for column in self._columns)]

    def _cell(self, model: Model, column: TableField) -> _Cell:
        lineage = self._lineage
        if column == "link":
            name, address = next(((name, link) for name in _LINKS if (link := getattr(model.links, name))), ("–", None))
            return _Cell(name, address and str(address))
        if column in ("base", "relation"):
            parents = lineage.parents(model.id, self._relations)
            edges = [lineage.derivation(parent, model.id) for parent in parents]
            words = [lineage[edge.parent].name if column == "base" else str(edge.relation) for edge in edges]
        elif column == "organizations":
            words = [lineage.organizations[id].name for id in model.organizations]
        elif column == "license":
            words = [model.license.spdx or model.license.name] if model.license else []
        else:
            value = getattr(model, column)
            words = list(map(str, value)) if isinstance(value, tuple) else [str(value)] if value else []
        return _Cell(printable(", ".join(dict.fromkeys(words))) or "–")

    @property
    def _headings(self) -> list[str]:
        return [printable(self._words(text)) for text in ("Model", *(_HEADINGS[column] for column in self._columns))]

    @cached_property
    def markdown(self) -> str:
        """The table in Markdown, as GitHub reads it."""

        def line(cells: Iterable[str]) -> str:
            return f"| {' | '.join(cells)} |".replace("|  |", "| |").replace("|  |", "| |")

        def written(cell: _Cell) -> str:
            text = escape(cell.text, quote=False).replace("\\", "\\\\").replace("|", "\\|")
            for mark in "*_`[]":
                text = text.replace(mark, f"\\{mark}")
            return f"[{text}](<{cell.address}>)" if cell.address else text

        lines = [f"# {self.title}", ""] if self.title else []
        lines += [line(self._headings), "|" + "---|" * len(self._headings)]
        for name, rows in self._groups:
            lines.append(line([f"**{written(_Cell(name))}**", *[""] * len(self._columns)]))
            lines += [line(map(written, row)) for row in rows]
        return "\n".join(lines) + "\n"

    @cached_property
    def latex(self) -> str:
        r"""The table in LaTeX, for the packages ``booktabs``, ``longtable`` and ``hyperref``."""

        def written(cell: _Cell) -> str:
            text = "".join(_LATEX.get(letter, letter) for letter in cell.text)
            text = "--" if text == "–" else text
            address = cell.address and "".join(f"\\{each}" if each in "%#&_{}" else each for each in cell.address)
            return rf"\href{{{address}}}{{{text}}}" if address else text

        width = len(self._headings)
        lines = [rf"\begin{{longtable}}{{@{{}}{'l' * width}@{{}}}}"]
        lines += [rf"\caption{{{written(_Cell(self.title))}}} \\"] if self.title else []
        lines += [
            r"\toprule",
            " & ".join(self._headings) + r" \\",
            r"\midrule",
            r"\endhead",
            r"\bottomrule",
            r"\endfoot",
        ]
        for number, (name, rows) in enumerate(self._groups):
            lines += [r"\midrule"] if number else []
            lines.append(rf"\multicolumn{{{width}}}{{@{{}}l}}{{\textbf{{{written(_Cell(name))}}}}} \\")
            lines += [" & ".join(map(written, row)) + r" \\" for row in rows]
        return "\n".join([*lines, r"\end{longtable}"]) + "\n"

    @cached_property
    def html(self) -> str:
        """The table as an element of HTML, which takes its looks from the page around it."""

        def written(cell: _Cell) -> str:
            text = escape(cell.text)
            return f'<a href="{escape(cell.address)}">{text}</a>' if cell.address else text

        lines = ["<table>", *([f"<caption>{escape(self.title)}</caption>"] if self.title else [])]
        heads = "".join(f'<th scope="col">{name}</th>' for name in self._headings)
        lines.append(f"<thead><tr>{heads}</tr></thead>")
        for name, rows in self._groups:
            head = f'<tr><th scope="rowgroup" colspan="{len(self._headings)}">{escape(name)}</th></tr>'
            lines += ["<tbody>", head]
            for first, *others in rows:
                cells = "".join(f"<td>{written(cell)}</td>" for cell in others)
                lines.append(f'<tr><th scope="row">{written(first)}</th>{cells}</tr>')
            lines.append("</tbody>")
        return "\n".join([*lines, "</table>"]) + "\n"

    def _content(self, kind: str, dpi: float) -> str:
        written: dict[str, Callable[[], str]] = {
            "tex": lambda: self.latex,
            "md": lambda: self.markdown,
            "html": lambda: f"{_HEAD}<title>{escape(self.title)}</title>\n{self.html}",
        }
        return written[kind]()

    def _repr_html_(self) -> str:
        return block([self.html])
