"""Corrections: what published sources print of models, and what the records hold instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from modeltree.analysis import markdown_cell
from modeltree.findings import shown
from modeltree.lineage import Lineage
from modeltree.records import Model, Reference

_NONE = "–"


@dataclass(frozen=True, slots=True)
class CorrectedValue:
    """A value that a source printed wrongly, beside the value of the record."""

    source: str  # a data set, or a part of a publication
    model: str  # its id
    name: str
    field: str
    printed: str  # what the source printed, and what the record holds; "–" where it holds nothing
    right: str
    reason: str  # why the record differs
    references: tuple[Reference, ...]  # the sources of the record's value


def corrections(lineage: Lineage, source: str | None = None) -> tuple[CorrectedValue, ...]:
    """All values that published sources got wrong, by source, then in date order of the models.

    Parameters
    ----------
    lineage : Lineage
        The records; each model lists its ``corrections``.
    source : str, optional
        Only those of this source.

    Returns
    -------
    tuple of CorrectedValue
        One for each correction of each model.

    Raises
    ------
    ValueError
        When no correction is of that source; the message lists the sources there are.

    Examples
    --------
    >>> import modeltree
    >>> rows = corrections(modeltree.datasets.load("survey"), "survey-figure2")
    >>> next((row.name, row.printed, row.right) for row in rows if row.model == "codegeex")
    ('CodeGeeX', '2023-03', '2022-09-30')
    """
    values = [
        CorrectedValue(
            correction.source,
            model.id,
            model.name,
            correction.field,
            correction.printed,
            ", ".join(_texts(lineage, model, correction.field)) or _NONE,
            correction.reason,
            correction.references,
        )
        for model in lineage.models
        for correction in model.corrections
    ]
    sources = sorted({value.source for value in values})
    if source is not None and source not in sources:
        known = f"there are {', '.join(sources)}" if sources else "there are no corrections"
        raise ValueError(f"no correction is of the source {shown(source)}; {known}")
    return tuple(sorted((v for v in values if source in (None, v.source)), key=lambda value: value.source))


def _texts(lineage: Lineage, model: Model, field: str) -> Iterator[str]:
    """What a record holds in a field, as texts."""
    match field:
        case "derived_from":
            for parent in lineage.parents(model.id):
                yield f"{lineage[parent].name} ({lineage.derivation(parent, model.id).relation})"
        case "organizations":
            yield from (lineage.organizations[id].name for id in model.organizations)
        case "links":
            yield from (address for _, address in model.links if address)
        case "license":
            yield from [model.license.name] if model.license else []
        case _:
            value = getattr(model, field)
            yield from map(str, value if isinstance(value, tuple) else [] if value is None else [value])


def corrections_markdown(values: Iterable[CorrectedValue], title: str) -> str:
    """Corrected values as Markdown, with a table for each source.

    Parameters
    ----------
    values : iterable of CorrectedValue
        In the order of `corrections`.
    title : str
        The heading.

    Examples
    --------
    >>> print(corrections_markdown([], "Nothing is wrong"))
    # Nothing is wrong
    <BLANKLINE>
    """
    lines = [f"# {markdown_cell(title)}", ""]
    for source, group in groupby(values, key=lambda value: value.source):
        rows = list(group)
        lines += [f"## {markdown_cell(source)} ({len(rows)})", ""]
        lines += ["| model | field | printed | right | why | sources |", "|---|---|---|---|---|---|"]
        for row in rows:
            sources = ", ".join(f"[{index}]({url.url})" for index, url in enumerate(row.references, 1))
            cells = map(markdown_cell, (row.name, row.field.replace("_", " "), row.printed, row.right, row.reason))
            lines.append(f"| {' | '.join([*cells, sources])} |")
        lines.append("")
    return "\n".join(lines)
