"""Graphs in languages of text, which are written and not read: Mermaid flowcharts, DOT as plain data, Newick's trees.

``docs/formats.md`` has what each of them holds.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Literal, get_args

from modeltree._util.files import write_whole
from modeltree._util.progress import Progress, no_progress, with_progress
from modeltree.findings import Finding, LineageError, shown
from modeltree.formats.graphs.graph_claims import graph_to_write, writer
from modeltree.formats.repair.record_findings import losses
from modeltree.graph.csr import CsrRows
from modeltree.graph.families import PrimaryForest
from modeltree.lineage import Lineage
from modeltree.records import PartialDate, Relations, relation_set

Direction = Literal["LR", "RL", "TB", "BT"]
"""The direction of descent: from left to right, from right to left, down, or up."""

_NO_LETTER = re.compile("[^A-Za-z0-9]+")
_LETTER = re.compile(r"[^\W\d]")
_PLAIN = " -.,()/"
# Graphviz reads no quoted text of more than 16384 bytes, but any number of them joined by "+".
_LONGEST = 4000
_DAYS_OF_A_YEAR = 365.25
_UNQUOTED = re.compile(r"[A-Za-z0-9.+*/@-]+")


# Mermaid


def mermaid_lines(lineage: Lineage, direction: Direction = "LR", progress: Progress = no_progress) -> Iterator[str]:
    """A lineage as a Mermaid flowchart: the models in date order, then the derivations."""
    if direction not in get_args(Direction):
        raise ValueError(f"{shown(direction)} is no direction; there are {', '.join(get_args(Direction))}")
    nodes = _node_names(lineage)
    yield f"flowchart {direction}\n"
    models, edges = lineage.models, lineage.derivations
    count = len(models) + len(edges)
    for model in with_progress(models, progress, "write", count):
        yield f'    {nodes[model.id]}["{_escaped(model.name)}"]\n'
    for edge in with_progress(edges, progress, "write", count, len(models)):
        yield f'    {nodes[edge.parent]} -->|"{edge.relation}"| {nodes[edge.child]}\n'


def write_mermaid(
    lineage: Lineage,
    path: str | os.PathLike[str],
    direction: Direction = "LR",
    *,
    progress: Progress = no_progress,
) -> tuple[Finding, ...]:
    """Write a Mermaid flowchart, and return a finding for each sort of thing that it cannot hold."""
    write_whole(path, map(str.encode, mermaid_lines(lineage, direction, progress)))
    return losses(lineage, "Mermaid", models=("name",), derivations=("relation",))


def _node_names(lineage: Lineage) -> dict[str, str]:
    """A name for each node that is no word of the language, as ``end`` would be; of Latin letters and digits only."""
    names: dict[str, str] = {}
    counts: dict[str, int] = {}  # of each name, how often it was wanted
    for model in sorted(lineage.models, key=lambda model: model.id):
        stem = f"m_{_NO_LETTER.sub('_', model.id).strip('_')[:100]}"
        name = stem
        while name in counts:
            counts[stem] += 1
            name = f"{stem}_{counts[stem]}"
        counts[name] = 1
        names[model.id] = name
    return names


def _escaped(text: str) -> str:
    """A text in which nothing means anything to Mermaid, to Markdown, which it reads in labels, or to HTML."""
    first = _LETTER.search(text)
    begun = first.end() if first else len(text)  # up to there, hyphens, digits and dots could begin a list
    return "".join(
        letter
        if letter.isalnum() or (index >= begun and letter in _PLAIN and text[index : index + 2] != "  ")
        else f"#{ord(letter)};"
        for index, letter in enumerate(text)
    )


# DOT


def dot_lines(lineage: Lineage, *, progress: Progress = no_progress) -> Iterator[str]:
    """A lineage as a graph in DOT: the models in date order, then the derivations."""
    about, nodes, edges = graph_to_write(lineage, progress, by_parent=False)
    yield "digraph {\n"
    if about:
        yield f"    graph{_attributes(about)};\n"
    for id, fields in nodes:
        named = {"label" if name == "name" else name: value for name, value in fields.items()}
        yield f"    {_node_name(id)}{_attributes(named)};\n"
    for parent, child, fields in edges:
        yield f"    {_node_name(parent)} -> {_node_name(child)}{_attributes(fields)};\n"
    yield "}\n"


write_dot = writer(dot_lines, is_read=False)
"""Write a graph in DOT, which carries all of a lineage."""


def _node_name(id: str) -> str:
    """An id as DOT has it; to Graphviz a node whose name begins with a percent sign has none."""
    return _quoted(id).replace('"%', '"\\%', 1) if id.startswith("%") else _quoted(id)


def _attributes(values: Mapping[str, str]) -> str:
    listed = ", ".join(f"{name}={_quoted(value)}" for name, value in values.items())
    return f" [{listed}]"


def _quoted(text: str) -> str:
    """A text as DOT has it: always in quotes, so that none is a keyword, a number, HTML or a port."""
    parts = [text[start : start + _LONGEST] for start in range(0, len(text), _LONGEST)]
    return " + ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)


# Newick


def newick_text(lineage: Lineage, spanning: bool = False, relations: Relations = None, *, lengths: bool = False) -> str:
    """A lineage as trees in Newick's notation, one a line, in the order of the dates of their roots.

    With `spanning` only the primary parent counts where a model has several; else that is a `LineageError` that names
    all of them. With `lengths` branches have the years from the parent's date to the child's, of imprecise dates from
    their first days, but where a date is not known or the parent is newer. `relations` are those to go by.
    """
    return _Forest(lineage, relations, spanning).text(lengths)


def write_newick(
    lineage: Lineage,
    path: str | os.PathLike[str],
    spanning: bool = False,
    relations: Relations = None,
    *,
    lengths: bool = False,
    progress: Progress = no_progress,
) -> tuple[Finding, ...]:
    """Write a lineage as `newick_text` has it; what is left out is returned, each derivation by itself."""
    forest = _Forest(lineage, relations, spanning)
    write_whole(path, forest.text(lengths, progress))
    kept = ("id", "released") if lengths else ("id",)
    return (*forest.dropped(), *losses(lineage, "Newick", models=kept))


class _Forest:
    """The trees of a lineage.

    Nothing here recurses: a chain of descent can be longer than Python's stack.
    """

    def __init__(self, lineage: Lineage, relations: Relations, spanning: bool) -> None:
        self.lineage = lineage
        self._edges, self._chosen = lineage._edges, relation_set(relations)
        parent, child, relation = self._edges.arrays(self._chosen)
        if not spanning:
            self._check(CsrRows.of(len(lineage), child, parent))
        self._forest = PrimaryForest.of(parent, child, relation, lineage._nodes.dates)
        self._parent: list[int] = self._forest.parent.tolist()
        self._children = list(self._forest.children)

    def text(self, lengths: bool, progress: Progress = no_progress) -> str:
        """All trees, each on a line."""
        return "".join(self._pieces(lengths, progress))

    def dropped(self) -> Iterator[Finding]:
        """The derivations that have no place in the trees."""
        chosen, ids = self._edges.chosen(self._chosen), self.lineage.ids
        left_out = ~chosen | (self._forest.parent[self._edges.child] != self._edges.parent)
        for edge in left_out.nonzero()[0].tolist():
            step = self._edges.records[edge]
            what = f"the derivation of {step.child!r} from {step.parent!r} ({step.relation})"
            if chosen[edge]:
                primary = ids[self._parent[int(self._edges.child[edge])]]
                done = f"left out: the primary parent of {step.child!r} is {primary!r}"
            else:
                done = "left out: it is of another relation than those asked for"
            yield Finding("not-carried", f"Newick has no place for {what}", ids=(step.child, step.parent), done=done)

    def _check(self, parents: CsrRows) -> None:
        ids = self.lineage.ids
        problems = []
        for child, several in enumerate(parents):
            if len(several) > 1:
                names = ", ".join(repr(ids[parent]) for parent in several)
                message = f"{ids[child]!r} has several parents: {names}; a tree has room for one"
                hint = "spanning=True, or --spanning at the shell, keeps the primary parent of each"
                problems.append(Finding("not-a-tree", message, hint, ids=(ids[child],)))
        if problems:
            raise LineageError(problems)

    def _pieces(self, lengths: bool, progress: Progress) -> Iterator[str]:
        roots = self._forest.roots.tolist()
        for root in with_progress(roots, progress, "write", len(roots)):
            # A node is visited twice: before its children, and after them, when its own label is written.
            left = [(root, False)]
            while left:
                node, done = left.pop()
                if self._children[node] and not done:
                    yield "("
                    left.append((node, True))
                    left += [(child, False) for child in reversed(self._children[node])]
                    continue
                yield self._label(node, lengths)
                above = self._parent[node]
                if above >= 0:
                    yield "" if node == self._children[above][-1] else ","
                    if node == self._children[above][-1]:
                        yield ")"
            yield ";\n"

    def _label(self, node: int, lengths: bool) -> str:
        released, parent = self.lineage._nodes.released, self._parent[node]
        years = _years(released(parent), released(node)) if lengths and parent >= 0 else None
        return _newick_label(self.lineage.ids[node]) + (f":{years}" if years else "")


def _years(parent: PartialDate | None, child: PartialDate | None) -> str | None:
    """The years from one date to another, or None where there are none to tell."""
    days = (child.lower - parent.lower).days if parent and child else -1
    return f"{days / _DAYS_OF_A_YEAR:.4f}".rstrip("0").rstrip(".") if days >= 0 else None


def _newick_label(label: str) -> str:
    """A label as Newick has it: in quotes where a sign means something, an underscore a space among them."""
    return label if _UNQUOTED.fullmatch(label) else "'" + label.replace("'", "''") + "'"
