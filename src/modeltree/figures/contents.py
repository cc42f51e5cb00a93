"""What a figure shows of a lineage, by which rule, and the words that say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from modeltree.figures.coloring import ColorBy, Groups, groups_of
from modeltree.findings import LayoutError
from modeltree.layout.serpentine.curve import Item
from modeltree.layout.title_block import TitleBlock
from modeltree.lineage import Lineage
from modeltree.records import Kind, Model

__all__ = ["Contents", "Words", "accessible_name", "counted_models", "listed", "title_of"]

# So many models are named in a list in the footnote.
_MOST_NAMES = 40


@dataclass(frozen=True, slots=True)
class Contents:
    """What is drawn of a lineage.

    Parameters
    ----------
    lineage : Lineage
        All of it.
    models : tuple of Model
        Those that are drawn, in time order.
    groups : Groups
        Which of them have the same color.
    strong : frozenset of str, optional
        Those that are drawn strong while all others are faint.
    outlined : frozenset of str
        Those of the family that has an edge of one color.
    pairs : tuple of (str, str)
        The derivations that are drawn, as parent and child.
    furniture : TitleBlock
        Title, legend and footnote.
    """

    lineage: Lineage
    models: tuple[Model, ...]
    groups: Groups
    strong: frozenset[str] | None
    outlined: frozenset[str]
    pairs: tuple[tuple[str, str], ...]
    furniture: TitleBlock

    @classmethod
    def of(
        cls,
        lineage: Lineage,
        *,
        title: str | None = None,
        applications: bool = False,
        color_by: ColorBy = "openness",
        highlight: str | None = None,
        outline: str | None = None,
        links: bool | None = None,
    ) -> Contents:
        """What the options of `modeltree.figures.recipes.evolution_layout` choose.

        Raises
        ------
        LayoutError
            When there is nothing to draw, or what is highlighted is not drawn.
        """
        chosen = _Chosen.of(lineage, applications)
        if not chosen.dated:
            raise LayoutError("there is nothing to draw: no model has a date")
        drawn = frozenset(model.id for model in chosen.dated)
        words = Words(lineage, drawn)
        groups = groups_of(lineage, chosen.dated, color_by)
        strong = None if highlight is None else words.highlighted(highlight)
        outlined = frozenset() if outline is None else words.outlined(outline)
        pairs: tuple[tuple[str, str], ...] = ()
        if links or (links is None and strong):
            pairs = words.linked(strong if not links else None)
        if groups.note:
            words.said.append(groups.note)
        furniture = TitleBlock(
            title=title_of(lineage, title),
            legend=(*groups.legend, *words.legend),
            footnote=tuple(_footnote(lineage, chosen, words.said)),
        )
        return cls(lineage, chosen.dated, groups, strong, outlined, pairs, furniture)

    @property
    def items(self) -> list[Item]:
        """What is to be laid out."""
        return [
            Item(model.id, model.name, model.released, model.organizations)
            for model in self.models
            if model.released is not None
        ]

    @property
    def summary(self) -> tuple[str, str]:
        """Title and description for those who cannot see the figure."""
        dates = [model.released for model in self.models]
        described = (
            f"A timeline of {counted_models(self.models)} from {dates[0]} to {dates[-1]}: each is a box with its "
            "name, tied to the date of its release."
        )
        return self.furniture.title or "Model evolution", " ".join([described, *self.furniture.footnote])


def title_of(lineage: Lineage, title: str | None) -> str | None:
    """The title of a figure: that of the lineage, unless there is another; none where that is empty."""
    return lineage.about.title if title is None else title


def accessible_name(lineage: Lineage, model: Model) -> str:
    """What a screen reader says of a model: name, date, organizations."""
    makers = (lineage.organizations[id].name for id in model.organizations)
    return ", ".join(map(str, filter(None, (model.name, model.released, *makers))))


def counted_models(models: Iterable[Model]) -> str:
    """How many there are of each kind, in words."""
    numbers = Counter(model.kind for model in models)
    things = {Kind.MODEL: "model", Kind.APPLICATION: "product", Kind.DATASET: "data set"}
    counts = [
        f"{numbers[kind]:,} {thing}{'s' * (numbers[kind] != 1)}" for kind, thing in things.items() if numbers[kind]
    ]
    return " and ".join(filter(None, (", ".join(counts[:-1]), *counts[-1:])))


def left_out(others: Sequence[Model]) -> Iterator[str]:
    """What a footnote says of products and data sets that are not drawn."""
    if others:
        numbers = Counter(model.kind for model in others)
        things = {Kind.APPLICATION: "products that run on models", Kind.DATASET: "data sets"}
        said = (f"{thing} ({numbers[kind]:,})" for kind, thing in things.items() if numbers[kind])
        yield f"Left out: {', '.join(said)}."


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What of a lineage is drawn, and what is left out for want of a date or as no model."""

    dated: tuple[Model, ...]
    undated: tuple[Model, ...]
    others: tuple[Model, ...]

    @classmethod
    def of(cls, lineage: Lineage, applications: bool) -> _Chosen:
        drawn = {Kind.MODEL, Kind.APPLICATION} if applications else {Kind.MODEL}
        others = tuple(model for model in lineage.models if model.kind not in drawn)
        wanted = [model for model in lineage.models if model.kind in drawn]
        return cls(
            tuple(model for model in wanted if model.released),
            tuple(model for model in wanted if not model.released),
            others,
        )


class Words:
    """Chooses models to be set off, and keeps what legend and footnote must say of that.

    Parameters
    ----------
    lineage : Lineage
        Where the models are from.
    drawn : frozenset of str
        Those that are drawn.
    """

    def __init__(self, lineage: Lineage, drawn: frozenset[str]) -> None:
        self._lineage = lineage
        self._drawn = drawn
        self.legend: list[tuple[str, str]] = []
        self.said: list[str] = []

    def highlighted(self, name: str) -> frozenset[str]:
        """A model and all that it descends from."""
        model = self._lineage[name]
        if model.id not in self._drawn:
            why = "is a product" if model.released else "has no date"
            raise LayoutError(f"{model.name} cannot be highlighted: it {why} and is not drawn")
        above = self._lineage.ancestors(model.id)
        hidden = [self._lineage[id].name for id in above if id not in self._drawn]
        said = f"Drawn strong: {model.name} and all that it descends from by any relation"
        self.said.append(f"{said}; not drawn of these: {listed(hidden)}." if hidden else f"{said}.")
        return frozenset({model.id, *above}) & self._drawn

    def outlined(self, name: str) -> frozenset[str]:
        """The models that have the weights of what a model's family began with."""
        family = self._lineage.family(name)
        members = self._drawn.intersection(family.members)
        if not members:
            raise LayoutError(f"the family of {family.name} cannot be outlined: none of it is drawn")
        self.legend.append(("outline", f"family of {family.name}"))
        self.said.append(f"Outlined: {family.name} and what was made from its weights or outputs.")
        return members

    def linked(self, among: frozenset[str] | None) -> tuple[tuple[str, str], ...]:
        """The derivations of which both ends are drawn, and are among some models."""
        ends = self._drawn if among is None else among
        steps = [(step.parent, step.child) for step in self._lineage.derivations]
        pairs = tuple(pair for pair in steps if ends.issuperset(pair))
        if among is None:
            others = len(steps) - len(pairs)
            rest = f"; {others:,} more have an end that is not drawn" if others else ""
            self.said.append(f"Thin curves: {len(pairs):,} derivations, by any relation{rest}.")
        return pairs


def _footnote(lineage: Lineage, chosen: _Chosen, said: Iterable[str]) -> Iterator[str]:
    parts = [f"Drawn: {counted_models(chosen.dated)}, every one that has a date."]
    parts += left_out(chosen.others)
    if lineage.about.date:
        parts.append(f"Data as of {lineage.about.date}.")
    yield " ".join([*parts, *said])
    if chosen.undated:
        yield f"Left out because no date is known: {listed(model.name for model in chosen.undated)}."


def listed(names: Iterable[str]) -> str:
    """Some names in a row, not too many."""
    known = list(names)
    more = len(known) - _MOST_NAMES
    return ", ".join([*known[:_MOST_NAMES], *([f"and {more:,} more"] if more > 0 else [])])
