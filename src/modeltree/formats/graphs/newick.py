"""A lineage as trees in Newick's notation, which programs for phylogenies read.

Newick is for trees: a model has at most one parent. A lineage with merges is refused, or, with ``spanning=True``,
written without all but the primary parent of each model (see `modeltree.graph.primary`); each derivation that is left
out is a finding. Each root is a tree, on a line of its own, and a model without parents and children is one too. What a
tree has are the ids of the models and, with ``lengths=True``, the time between parent and child; names, relations and
everything else it cannot hold.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from modeltree._util.files import write_whole
from modeltree.findings import Finding, LineageError
from modeltree.formats.repair.record_findings import losses
from modeltree.graph.csr import Rows
from modeltree.graph.primary import PrimaryForest
from modeltree.lineage import Lineage
from modeltree.records import PartialDate, Relations, relation_set

__all__ = ["newick_text", "write_newick"]

_DAYS_OF_A_YEAR = 365.25
_UNQUOTED = re.compile(r"[A-Za-z0-9.+*/@-]+")


def newick_text(lineage: Lineage, spanning: bool = False, relations: Relations = None, *, lengths: bool = False) -> str:
    """A lineage as trees in Newick's notation, one a line, in the order of the dates of their roots.

    Parameters
    ----------
    lineage : Lineage
        What to write.
    spanning : bool
        Whether only the primary parent counts where a model has several.
    relations : optional
        The derivations to go by; by default all.
    lengths : bool
        Whether branches have lengths: the years from the parent's date to the child's, of imprecise dates from their
        first days. A branch has none where a date is not known or the parent is newer.

    Raises
    ------
    LineageError
        When models have several parents and `spanning` is false; the error names all of them.

    Examples
    --------
    >>> import modeltree
    >>> clade = modeltree.datasets.load("survey-table1").clade("GLM")
    >>> print(newick_text(clade), end="")
    (chatglm,chatglm2)glm;
    >>> print(newick_text(clade, lengths=True), end="")
    (chatglm:1.9986,chatglm2:2.2505)glm;
    """
    return _Forest(lineage, relations, spanning).text(lengths)


def write_newick(
    lineage: Lineage,
    path: str | os.PathLike[str],
    spanning: bool = False,
    relations: Relations = None,
    *,
    lengths: bool = False,
) -> tuple[Finding, ...]:
    """Write a lineage as `newick_text` has it; what is left out is returned, each derivation by itself."""
    forest = _Forest(lineage, relations, spanning)
    write_whole(path, forest.text(lengths))
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
            self._check(Rows.of(len(lineage), child, parent))
        self._forest = PrimaryForest.of(parent, child, relation, lineage._nodes.dates)
        self._parent: list[int] = self._forest.parent.tolist()
        self._children = list(self._forest.children)

    def text(self, lengths: bool) -> str:
        """All trees, each on a line."""
        return "".join(self._pieces(lengths))

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

    def _check(self, parents: Rows) -> None:
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

    def _pieces(self, lengths: bool) -> Iterator[str]:
        for root in self._forest.roots.tolist():
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
        return _quoted(self.lineage.ids[node]) + (f":{years}" if years else "")


def _years(parent: PartialDate | None, child: PartialDate | None) -> str | None:
    """The years from one date to another, or None where there are none to tell."""
    days = (child.lower - parent.lower).days if parent and child else -1
    return f"{days / _DAYS_OF_A_YEAR:.4f}".rstrip("0").rstrip(".") if days >= 0 else None


def _quoted(label: str) -> str:
    """A label as Newick has it: in quotes where a sign means something, an underscore a space among them."""
    return label if _UNQUOTED.fullmatch(label) else "'" + label.replace("'", "''") + "'"
