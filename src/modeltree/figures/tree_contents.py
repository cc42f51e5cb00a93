"""What a family tree shows of a lineage, by which rule, and the words that say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from modeltree.figures.coloring import ColorBy, Groups, groups_of
from modeltree.figures.contents import Words, counted_models, left_out, listed, title_of
from modeltree.figures.folding import Abridgement, abridged
from modeltree.figures.genealogy import Collapse, Genealogy, genealogy_of
from modeltree.findings import LayoutError
from modeltree.layout.family_tree.tree import Offspring
from modeltree.layout.title_block import Furniture
from modeltree.lineage import Lineage
from modeltree.records import Kind, Model, Relation, Relations

__all__ = ["RELATION_WORDS", "TreeContents"]

RELATION_WORDS = {
    Relation.CONTINUED_PRETRAINING: "continued pretraining",
    Relation.FINETUNE: "fine-tuning",
    Relation.ADAPTER: "adapter",
    Relation.QUANTIZED: "quantization",
    Relation.PRUNING: "pruning",
    Relation.MERGE: "merge",
    Relation.COMPONENT: "component",
    Relation.DISTILLATION: "distillation",
    Relation.SUCCESSOR: "successor, trained afresh",
    Relation.REPLICATION: "replication",
    Relation.ARCHITECTURE: "architecture",
    Relation.APPLICATION: "application",
    Relation.DATA: "training data",
    Relation.GENERATED: "generated data",
    Relation.UNSPECIFIED: "relation not stated",
}
"""What a legend calls each relation."""


@dataclass(frozen=True, slots=True)
class TreeContents:
    """What is drawn of a lineage.

    Parameters
    ----------
    lineage : Lineage
        All of it that may be drawn.
    genealogy : Genealogy
        What is drawn, and what hangs from what.
    groups : Groups
        Which models have the same color.
    strong : frozenset of str, optional
        Those that are drawn strong while all others are faint.
    outlined : frozenset of str
        Those of the family that has an edge of one color.
    furniture : Furniture
        Title, legend and footnote.
    """

    lineage: Lineage
    genealogy: Genealogy
    groups: Groups
    strong: frozenset[str] | None
    outlined: frozenset[str]
    furniture: Furniture

    @classmethod
    def of(
        cls,
        lineage: Lineage,
        *,
        title: str | None = None,
        applications: bool = False,
        relations: Relations = None,
        collapse: Collapse | str | None = None,
        color_by: ColorBy = "openness",
        highlight: str | None = None,
        outline: str | None = None,
        abridgement: Abridgement | None = None,
    ) -> TreeContents:
        """What the options of `modeltree.figures.recipes.family_tree_layout` choose.

        Parameters
        ----------
        lineage : Lineage
            All of it that may be drawn.
        title, applications, relations, collapse, color_by, highlight, outline : optional
            As for `modeltree.figures.recipes.family_tree_layout`.
        abridgement : Abridgement, optional
            What it lacks of a larger one.

        Raises
        ------
        LayoutError
            When there is nothing to draw, or what is highlighted is not drawn.
        """
        drawn = {Kind.MODEL, Kind.APPLICATION} if applications else {Kind.MODEL}
        others = [model for model in lineage.models if model.kind not in drawn]
        lineage = lineage.select(lambda model: model.kind in drawn) if others else lineage
        rule = Collapse.parse(collapse) if isinstance(collapse, str) else collapse
        genealogy = genealogy_of(lineage, relations, rule)
        if abridgement is not None:
            genealogy = abridged(genealogy, abridgement)
        if not genealogy.entries:
            raise LayoutError("there is nothing to draw: no model has a date, nor kin that has one")
        single = tuple(entry.models[0] for entry in genealogy.entries if not entry.folded)
        words = Words(lineage, frozenset(model.id for model in single))
        if abridgement is not None:
            words.said.append(abridgement.note)
        groups = groups_of(lineage, single, color_by)
        strong = None if highlight is None else words.highlighted(highlight)
        outlined = frozenset() if outline is None else words.outlined(outline)
        if groups.note:
            words.said.append(groups.note)
        furniture = Furniture(
            title=title_of(lineage, title),
            legend=(*groups.legend, *words.legend, *_legend(genealogy)),
            footnote=tuple(_footnote(lineage, genealogy, others, words.said)),
        )
        return cls(lineage, genealogy, groups, strong, outlined, furniture)

    @property
    def models(self) -> tuple[Model, ...]:
        """The models that have a node of their own, in time order."""
        return tuple(entry.models[0] for entry in self.genealogy.entries if not entry.folded)

    @property
    def items(self) -> list[Offspring]:
        """What is to be laid out."""
        return [
            Offspring(
                entry.id,
                entry.label,
                entry.at,
                () if entry.folded else entry.models[0].organizations,
                entry.parent,
                entry.relation,
                tuple((node, str(relation)) for node, relation in entry.further),
            )
            for entry in self.genealogy.entries
        ]

    @property
    def summary(self) -> tuple[str, str]:
        """Title and description for those who cannot see the figure."""
        described = (
            f"A family tree of {counted_models(self.lineage.models)} along an axis of time: each is a box with its "
            "name that begins at its date, and lines lead from each to what was made from it."
        )
        return self.furniture.title or "Family tree", " ".join([described, *self.furniture.footnote])


def _legend(genealogy: Genealogy) -> Iterator[tuple[str, str]]:
    """The relations that occur, and the kinds of nodes."""
    entries = genealogy.entries
    occurring = {entry.relation for entry in entries if entry.relation}
    occurring |= {relation for entry in entries for _, relation in entry.further}
    yield from ((f"link:{relation}", words) for relation, words in RELATION_WORDS.items() if relation in occurring)
    if any(entry.inferred for entry in entries):
        yield "inferred", "date inferred"
    if any(entry.folded for entry in entries):
        yield "folded", "several models, folded"


def _footnote(lineage: Lineage, genealogy: Genealogy, others: list[Model], said: list[str]) -> Iterator[str]:
    entries = genealogy.entries
    drawn = [model for entry in entries for model in entry.models]
    parts = [f"Drawn: {counted_models(drawn)}."]
    if unlisted := sum(entry.unlisted for entry in entries):
        several = sum(entry.unlisted > 0 for entry in entries)
        parts.append(f"{unlisted:,} more are counted in {several:,} folded {'branches' if several > 1 else 'branch'}.")
    if folded := [entry for entry in entries if len(entry.models) > 1]:
        several = sum(len(entry.models) for entry in folded)
        within = f"{genealogy.hidden:,} derivation{'s' if genealogy.hidden != 1 else ''}"
        parts.append(f"{several:,} of them are folded into {len(folded):,}, with {within}.")
    if any(entry.parent is not None for entry in entries):
        parts.append("Each branches off its primary parent, at its date on an exact axis.")
    if further := sum(len(entry.further) for entry in entries):
        parts.append(f"Lines with a head: {further:,} further {'parent' if further == 1 else 'parents'}.")
    if any(_vague(model) for model in drawn):
        parts.append("A date known only to the month or year stands at its middle, or nearer where its kin ask for it.")
    if genealogy.against_time:
        pairs = (f"{lineage[step.child].name} from {lineage[step.parent].name}" for step in genealogy.against_time)
        parts.append(f"Made from what is dated later: {listed(pairs)}.")
    parts += left_out(others)
    if lineage.about.date:
        parts.append(f"Data as of {lineage.about.date}.")
    yield " ".join([*parts, *said])
    if inferred := [entry for entry in entries if entry.inferred]:
        yield (
            "No date is known of these; they stand between their parents and children, or beside the only ones: "
            f"{listed(entry.label for entry in inferred)}."
        )
    if genealogy.undated:
        yield f"Left out because no date is known of them or their kin: {listed(m.name for m in genealogy.undated)}."


def _vague(model: Model) -> bool:
    return model.released is not None and model.released.day is None
