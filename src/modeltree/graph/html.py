"""What a notebook shows of a lineage: its largest families and its years, as HTML."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from html import escape

from modeltree._util.html import block, head, table
from modeltree._util.text import counted
from modeltree.graph.families import Families

_MOST_FAMILIES = 8
_COLUMNS = (("family", ""), ("models", "number"), ("first", ""), ("last", ""), ("", ""))


def lineage_html(title: str, counts: str, families: Families, years: Mapping[int, int]) -> str:
    """Title and counts, a table of the largest families, and how many models there are of each year as bars."""
    span = f", {'–'.join(dict.fromkeys(map(str, (min(years), max(years)))))}" if years else ""
    return block([head(title, counts + span), *_families(families), *_years(years)])


def _families(families: Families) -> Iterator[str]:
    """The largest ones as a table, with bars as long as they are large."""
    several = sum(size > 1 for size in families.sizes)
    if not several:
        return
    rows = []
    for family in families[: min(several, _MOST_FAMILIES)]:
        first, last = map(str, family.span) if family.span else ("", "")
        width = max(120 * family.size / families.sizes[0], 1)
        bar = f'<span class="bar" style="width:{width:.0f}px"></span>'
        rows.append((escape(family.name), f"{family.size:,}", first, last, bar))
    yield table(_COLUMNS, rows)
    if several > _MOST_FAMILIES:
        more = counted(several - _MOST_FAMILIES, "smaller family", "smaller families")
        yield f'<p class="quiet">and {more}</p>'


def _years(counts: Mapping[int, int]) -> Iterator[str]:
    """How many models there are of each year, as bars."""
    if not counts:
        return
    years = range(min(counts), max(counts) + 1)
    step, high, margin = max(min(46.0, 860 / len(years)), 4.0), 80, 14
    every = math.ceil(40 / step)  # so that what is written below them does not run together
    most = max(counts.values())
    parts = []
    for index, year in enumerate(years):
        x, count = margin + index * step, counts.get(year, 0)
        top = 16 + high * (1 - count / most)
        words = f'x="{x + step / 2:.1f}" text-anchor="middle"'
        parts.append(
            f'<rect x="{x + 0.1 * step:.1f}" y="{top:.1f}" width="{0.8 * step:.1f}" height="{16 + high - top:.1f}" '
            f'opacity=".4"><title>{year}: {count:,}</title></rect>'
        )
        if every == 1:
            parts.append(f'<text {words} y="{top - 5:.1f}">{count:,}</text>')
        if index % every == 0:
            parts.append(f'<text {words} y="{high + 31}" opacity=".68">{year}</text>')
    size = f'width="{step * len(years) + 2 * margin:.0f}" height="{high + 36}"'
    yield f'<svg {size} role="img" aria-label="Models by year">{"".join(parts)}</svg>'
