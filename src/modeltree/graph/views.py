"""A lineage at a glance: the text tree, lines that are indented, and what a notebook shows, as HTML."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import chain

import numpy

from modeltree._util.html import block, head, table
from modeltree._util.text import counted, printable
from modeltree.graph.families import Families, by_preference
from modeltree.graph.index import AncestryIndex
from modeltree.graph.store import EdgeStore, NodeStore
from modeltree.records import Relation

# Lines that are deeper begin with their level, and are indented by so many: text of a chain grows with its length,
# and not with the square of it.
_DEEPEST = 30
_INDENT = 3
_MOST_FAMILIES = 8
_COLUMNS = (("family", ""), ("models", "number"), ("first", ""), ("last", ""), ("", ""))


def outline(
    nodes: NodeStore,
    edges: EdgeStore,
    index: AncestryIndex,
    chosen: frozenset[Relation],
    root: int | None = None,
    max_depth: int | None = None,
) -> str:
    """The text tree of some models; `modeltree.Lineage.tree` says how to read it."""
    places = _Places.of(nodes, edges, index, chosen, root, max_depth)
    shown = set(chain(places.tops, places.under, *(index.parents[node] for node in chain(places.tops, places.under))))
    names = Counter(printable(nodes.name(node)) for node in shown)
    lines = list(_Writer(nodes, edges, index, places, names).lines())
    if places.deeper:
        lines.append(f"{counted(places.deeper, 'more model')} deeper")
    if places.single:
        lines.append(f"{counted(places.single, 'more model')} with neither parents nor children")
    return "\n".join(lines) or "no models"


@dataclass(frozen=True, slots=True)
class _Places:
    """Where each model stands."""

    tops: tuple[int, ...]  # those at the margin
    under: Mapping[int, int]  # for all others the parent under which they stand in full
    open: frozenset[int]  # those whose children stand under them
    deeper: int  # how many are left out since they are too deep
    single: int

    @classmethod
    def of(
        cls,
        nodes: NodeStore,
        edges: EdgeStore,
        index: AncestryIndex,
        chosen: frozenset[Relation],
        root: int | None,
        max_depth: int | None,
    ) -> _Places:
        """Each under the parent that it prefers, among those that are not too deep."""
        if root is None:
            related = (index.parents.lengths > 0) | (index.children.lengths > 0)
            within = numpy.flatnonzero(related)
            tops = tuple(index.roots[related[index.roots]].tolist())
            deeper, single = len(within), len(nodes) - len(within)
        else:
            below = index.descendants(root, max_depth)
            within, tops = numpy.sort(numpy.append(below, root)), (root,)
            deeper, single = 1 + len(below if max_depth is None else index.descendants(root)), 0
        preferred: dict[int, list[int]] = {}
        parent, child, relation = edges.of_children(within, chosen)
        best_first = by_preference(parent, child, relation, nodes.dates)
        for above, node in zip(parent[best_first].tolist(), child[best_first].tolist(), strict=True):
            preferred.setdefault(node, []).append(above)
        levels = dict.fromkeys(tops, 0)
        under: dict[int, int] = {}
        for node in index.ordered(within).tolist():
            if node in levels:
                continue
            for above in preferred[node]:
                if above in levels and (max_depth is None or levels[above] < max_depth):
                    under[node] = above
                    levels[node] = levels[above] + 1
                    break
        expanded = frozenset(node for node, level in levels.items() if max_depth is None or level < max_depth)
        return cls(tops, under, expanded, deeper - len(levels), single)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the lines."""

    nodes: NodeStore
    edges: EdgeStore
    index: AncestryIndex
    places: _Places
    names: Mapping[str, int]

    def lines(self) -> Iterator[str]:
        """From the top to the bottom."""
        # Of each line that is still to come: parent and model, what stands before it and its children, and its level.
        waiting: list[tuple[int | None, int, str, str, int]] = [
            (None, top, "", "", 0) for top in reversed(self.places.tops)
        ]
        while waiting:
            parent, node, stem, inner, level = waiting.pop()
            margin = f"{level} … " if level > _DEEPEST else ""
            if parent is not None and self.places.under[node] != parent:
                yield f"{margin}{stem}{self._again(parent, node)}"
                continue
            yield f"{margin}{stem}{self._in_full(node)}"
            if node in self.places.open:
                inner = inner[-_INDENT * (_DEEPEST - 1) :]
                last = f"{inner}└─ ", f"{inner}   "
                for child in reversed(self.index.children[node]):
                    waiting.append((node, child, *last, level + 1))
                    last = f"{inner}├─ ", f"{inner}│  "

    def _in_full(self, node: int) -> str:
        under, parents = self.places.under.get(node), self.index.parents[node]
        words = [self._relation(under, node)] if under is not None else []
        others = [parent for parent in parents if parent != under]
        if others:
            names = ", ".join(f"{self._name(parent)} ({self._relation(parent, node)})" for parent in others)
            words.append(f"{'also ' if words else ''}from {names}")
        if node not in self.places.open and self.index.children[node]:
            words.append("…")
        mark = "◆ " if len(parents) > 1 else ""
        released = self.nodes.released(node)
        date = f"  {released}" if released else ""
        return " · ".join([f"{mark}{self._name(node)}{date}", *words])

    def _again(self, parent: int, node: int) -> str:
        """The line of a model that stands in full elsewhere."""
        where = self._name(self.places.under[node])
        return f"◇ {self._name(node)} · {self._relation(parent, node)} · see under {where}"

    def _name(self, node: int) -> str:
        name = printable(self.nodes.name(node))
        return name if self.names[name] == 1 else f"{name} [{printable(self.nodes.ids[node])}]"

    def _relation(self, parent: int, child: int) -> str:
        return self.edges.relation_of(parent, child)


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
