"""The family tree: every model at its date on an exact axis, branching off what it was made from; or by generations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from modeltree._util.arguments import checked
from modeltree._util.languages import Language, Words
from modeltree._util.text import printable
from modeltree.draw.display import Look, Style
from modeltree.draw.fonts import FontChoice
from modeltree.draw.theme import Paint, Theme, faint, readable
from modeltree.figures.coloring import ColorBy, Groups, groups_of
from modeltree.figures.contents import (
    Captions,
    Contents,
    check_count,
    count_kinds,
    counted_models,
    data_date,
    left_out,
    listed,
    split_by_kind,
    title_of,
)
from modeltree.figures.drawing import (
    PLAIN,
    IconFolder,
    LayoutDrawing,
    LegendChoice,
    Lettering,
    PageSize,
    ThemeName,
    check_word,
    page_points,
    theme_named,
)
from modeltree.figures.genealogy import Collapse, Entry, Genealogy, genealogy_of
from modeltree.findings import LayoutError
from modeltree.graph.families import PrimaryForest
from modeltree.layout.family_tree import Direction, TreeItem
from modeltree.layout.family_tree import family_tree as placed_tree
from modeltree.layout.family_tree.generations import generations_tree
from modeltree.layout.family_tree.placement import TimeScale
from modeltree.layout.geometry import Layout
from modeltree.layout.links import with_branch_words, with_links
from modeltree.lineage import Lineage
from modeltree.records import IDEAS, OUTPUTS, WEIGHTS, Model, Relation, Relations

__all__ = ["PASSED_WORDS", "RELATION_WORDS", "TreeContents", "family_tree", "tree_contents", "tree_drawing"]

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
PASSED_WORDS = {
    "weights": (WEIGHTS, "made from its weights"),
    "outputs": (OUTPUTS, "from its outputs"),
    "ideas": (IDEAS, "from its ideas"),
    "unspecified": (frozenset({Relation.UNSPECIFIED}), RELATION_WORDS[Relation.UNSPECIFIED]),
}
"""What a legend calls the kinds of branches, and by which relations they are."""
_VAGUE = "A date known only to the month or year stands at its middle, or nearer where its kin ask for it."
_INFERRED = (
    "No date is known of these; they stand between their parents and children, or beside the only ones: {models}."
)
_FURTHER = ("An arrow and a name: {count} further parent.", "An arrow and a name: {count} further parents.")
# What makes a child a limb of its parent; where a source states no relation it is taken to.
_LIMB = WEIGHTS | {Relation.UNSPECIFIED}
# A tree that would have type smaller than the first is folded until there is room for type of the second, in points, at
# so many square ems for each model.
_SMALL, _READABLE, _ROOM = 6.0, 7.0, 75.0
# The sizes of branches up to which these are folded then.
_FOLDS = (2, 3, 4, 6, 9, 13, 20, 30, 50, 80, 130, 250, 500, 1000)
# The contrast of a trunk to the page: WCAG 2.2, of what is no text.
_SEEN = 3.0


@checked
def family_tree(
    lineage: Lineage,
    *,
    title: str | None = None,
    page: PageSize | None = None,
    font_size: float | None = None,
    direction: Direction = "right",
    time_scale: TimeScale = "elastic",
    applications: bool = False,
    datasets: bool = False,
    relations: Relations = None,
    collapse: Collapse | str | None = None,
    color_by: ColorBy = "openness",
    highlight: str | Sequence[str] | None = None,
    outline: str | None = None,
    links: bool | None = None,
    theme: Theme | ThemeName = "light",
    icon_dir: IconFolder = None,
    font: FontChoice = None,
    language: Language = "en",
    legend: LegendChoice = True,
    footnote: str | None = None,
) -> LayoutDrawing:
    """The family tree: every model at its date, branching off what it was made from.

    A family is a trunk in its color, as wide as what is still to come of it. A model with several parents branches off
    one; the others' names stand in its label.

    Parameters
    ----------
    lineage : Lineage
        What to draw.
    title, page, font_size : optional
        As for `modeltree.evolution`.
    direction : {"right", "down", "up"}
        Where time runs to; upward it is a growing tree.
    time_scale : {"elastic", "linear"}
        Whether the axis is wider where there are more models, or as wide everywhere.
    applications, datasets : bool
        Whether products and data sets are drawn beside models; the footnote counts what is left out.
    relations : optional
        The derivations to go by; by default all.
    collapse : Collapse or str, optional
        Which branches are folded into one node: a `Collapse`, or words such as ``"smaller=5,quantized,depth=3"``; none
        where there are no words. By default small ones, if the page is too small for readable type; the footnote says
        so.
    color_by, highlight, outline, theme, icon_dir, font, language, legend, footnote : optional
        As for `modeltree.evolution`.
    links : bool, optional
        Whether curves lead from further parents; by default those of the ancestry that is highlighted.

    Returns
    -------
    LayoutDrawing
        It is laid out when it is first saved, shown, or asked for its ``layout``.

    Raises
    ------
    LayoutError
        When no model has a date, nor kin that has one, or more than 5,000 would be shown; and, when it is laid out,
        when the models do not fit on the page in type of any size.
    ValueError
        When an option is none of what it can be; the message says what it can be.

    Examples
    --------
    >>> import modeltree
    >>> lineage = modeltree.datasets.load("survey").clade("llama")
    >>> drawing = modeltree.family_tree(lineage, title="LLaMA")
    >>> drawing.save("llama.svg")  # doctest: +SKIP
    """
    contents = tree_contents(
        lineage, title=title, applications=applications, datasets=datasets, relations=relations, collapse=collapse,
        color_by=color_by, highlight=highlight, outline=outline, links=links, room=_room(page, font_size),
        lettering=Lettering.of(language, font, footnote, legend),
    )  # fmt: skip
    return tree_drawing("family tree", contents, page, font_size, direction, theme, icon_dir, time_scale)


def tree_drawing(
    kind: str,
    contents: TreeContents,
    page: PageSize | None,
    font_size: float | None,
    direction: Direction,
    theme: Theme | ThemeName,
    icon_dir: IconFolder,
    time_scale: TimeScale = "elastic",
) -> LayoutDrawing:
    """A drawing of what a family tree shows."""
    check_word("direction", direction, Direction)
    check_word("time_scale", time_scale, TimeScale)
    lay_out = partial(contents.layout, font_size=font_size, direction=direction, time_scale=time_scale)
    look = partial(contents.look, theme_named(theme), icon_dir)
    return LayoutDrawing(kind, contents.summary, lay_out, look, page, font_size)


@dataclass(frozen=True, slots=True)
class TreeContents(Contents):
    """What a family tree shows of a lineage; the ``genealogy`` says what is drawn, and what hangs from what."""

    genealogy: Genealogy
    limbs: Groups
    pairs: tuple[tuple[str, str], ...]  # the further parents, with their children, from whom curves lead

    @property
    def items(self) -> list[TreeItem]:
        """What is to be laid out; folded families, which are of many dates, in the margin."""
        entries = self.genealogy.entries
        order = sorted(range(len(entries)), key=lambda index: _in_margin(entries[index]))
        moved = {index: place for place, index in enumerate(order)}
        return [
            TreeItem(
                entry.id,
                printable(entry.label),
                math.inf if _in_margin(entry) else entry.at,
                () if entry.folded else entry.models[0].organizations,
                None if entry.parent is None else moved[entry.parent],
                entry.relation,
                tuple((moved[node], str(relation)) for node, relation in entry.further),
                limb=entry.relation in _LIMB,
                count=entry.count,
            )
            for entry in (entries[index] for index in order)
        ]

    @property
    def branch_words(self) -> dict[str, str]:
        """How each model was made, if that is known, nor said by its label, nor of what is faint."""
        return {
            entry.id: self.lettering.words(RELATION_WORDS[entry.relation])
            for entry in self.genealogy.entries
            if entry.relation not in (None, Relation.UNSPECIFIED)
            and not entry.folded  # which several relations may have led to
            and (self.strong is None or entry.id in self.strong)
        }

    @property
    def until(self) -> float:
        """The day at which the axis ends."""
        date = self.lineage.about.date
        return date.upper.toordinal() + 0.5 if date else -math.inf

    @property
    def summary(self) -> tuple[str, str]:
        """Title and description for those who cannot see the figure."""
        words = self.lettering.words
        description = words(
            "A family tree of {models} along an axis of time: each is a dot at its date with its name beside it, and "
            "lines lead from each to what was made from it.",
            models=counted_models(self.lineage.models, words),
        )
        title = self.title_block.title or words("Family tree")
        return title, words.sentences([description, *self.title_block.footnote])

    def layout(
        self,
        page: PageSize | None = None,
        font_size: float | None = None,
        direction: Direction = "right",
        time_scale: TimeScale = "elastic",
    ) -> Layout:
        """The layout on a page."""
        size, trim = page_points(page, font_size)
        measure = self.lettering.typeface.measure
        layout = placed_tree(
            self.items, measure, page=size, trim=trim, font_size=font_size, direction=direction, time_scale=time_scale,
            until=self.until, title_block=self.title_block, words=self.lettering.words,
        )  # fmt: skip
        return with_links(with_branch_words(layout, self.branch_words, measure), self.pairs)

    def look(self, theme: Theme, icon_dir: IconFolder) -> Look:
        """How everything looks, with nodes that stand for several or have no date."""
        look = Contents.look(self, theme, icon_dir)
        limbs = self.limbs.paints(theme)
        folded = Style(Paint(theme.panel, theme.quiet, theme.ink), theme.edge_width)
        inferred = Style(theme.none, theme.edge_width, dashed=True)
        labels, words, entries = dict(look.labels), self.lettering.words, self.genealogy.entries
        for entry in entries:
            on = entry
            if entry.folded and entry.parent is not None and entry.relation in _LIMB:
                on = entries[entry.parent]  # folded branches are of the limb that they are on
            key = self.limbs.keys.get(on.models[0].id, "none") if on.models else "none"
            limb = theme.idea if key in ("none", "other") else readable(limbs[key].fill, theme.page, theme.ink, _SEEN)
            if entry.folded:
                recedes = self.strong is not None
                paint = faint(folded.paint, theme) if recedes else folded.paint
                style = replace(folded, paint=paint, name=printable(entry.label), faint=recedes)
            else:
                style = labels[entry.id]
                if entry.inferred:
                    name = words.listed([style.name, words("date inferred")])
                    style = replace(style, name=name, dashed=True, width=max(style.width, theme.edge_width))
            labels[entry.id] = replace(style, limb=limb)
        return replace(look, labels=labels, swatches={**look.swatches, "folded": folded, "inferred": inferred})


def tree_contents(
    lineage: Lineage,
    *,
    title: str | None = None,
    applications: bool = False,
    datasets: bool = False,
    relations: Relations = None,
    collapse: Collapse | str | None = None,
    color_by: ColorBy = "openness",
    highlight: str | Sequence[str] | None = None,
    outline: str | None = None,
    links: bool | None = None,
    genealogy: Genealogy | None = None,
    note: str = "",
    room: float = math.inf,
    drawing: str = "a family tree",
    lettering: Lettering = PLAIN,
    counts: Mapping[str, int] | None = None,
) -> TreeContents:
    """What the options of `family_tree` choose, or a genealogy; a LayoutError where there is nothing to draw."""
    # Without a rule small branches are folded where the room, in square points, is too small for all.
    rule = Collapse.parse(collapse) if isinstance(collapse, str) else collapse
    words = lettering.words
    # Whether folding leaves few enough is known when it is done.
    wanted, others = split_by_kind(lineage, applications, datasets, "" if rule or genealogy else drawing)
    if others:
        lineage = lineage.subgraph([model.id for model in wanted])
    genealogy = genealogy or genealogy_of(lineage, relations, rule, words)
    if rule is None and len(genealogy.entries) * _SMALL**2 * _ROOM > room:
        for fewer in _FOLDS:
            genealogy = genealogy_of(lineage, relations, Collapse(smaller_than=fewer), words)
            if len(genealogy.entries) * _READABLE**2 * _ROOM <= room:
                break
        note = words(
            "Families and branches of fewer than {count} models are folded, for type that can be read.", count=fewer
        )
    check_count(len(genealogy.entries), "a family tree")
    if not genealogy.entries:
        raise LayoutError("there is nothing to draw: no model has a date, nor kin that has one")
    single = tuple(entry.models[0] for entry in genealogy.entries if not entry.folded)
    captions = Captions(lineage, single, words)
    captions.notes += filter(None, [note])
    strong = captions.highlighted(highlight)
    outlined = captions.outlined(outline)
    drawn = {model.id for entry in genealogy.entries for model in entry.models}
    limbs = _limbs(lineage, [model for model in lineage.models if model.id in drawn], words, counts)
    groups = captions.grouped(color_by)
    if color_by == "family":  # in the colors of the trunks
        groups = limbs
    pairs: tuple[tuple[str, str], ...] = ()
    if links or (links is None and strong):
        ids = [entry.id for entry in genealogy.entries]
        further = ((ids[node], entry.id) for entry in genealogy.entries for node, _ in entry.further)
        pairs = tuple(pair for pair in further if links or frozenset(pair) <= (strong or frozenset()))
    if pairs:
        captions.notes.append(words("Curves with an arrowhead lead from further parents."))
    title_block = lettering.title_block(
        title_of(lineage, title),
        (*groups.legend, *captions.legend, *((key, words(text)) for key, text in _legend(genealogy))),
        _footnote(words, lineage, genealogy, others, captions.notes),
    )
    return TreeContents(
        lineage, single, groups, strong, outlined, title_block, genealogy, limbs, pairs, lettering=lettering
    )


def _legend(genealogy: Genealogy) -> Iterator[tuple[str, str]]:
    """The relations that occur, and the kinds of nodes."""
    entries = genealogy.entries
    yield from _passed(entry.relation for entry in entries)
    if any(entry.inferred for entry in entries):
        yield "inferred", "date inferred"
    if any(entry.folded for entry in entries):
        yield "folded", "several models, folded"


def _passed(relations: Iterable[Relation | None]) -> Iterator[tuple[str, str]]:
    """The kinds of branches that occur, as entries of a legend."""
    occurring = set(relations)
    yield from ((f"link:{name}", words) for name, (members, words) in PASSED_WORDS.items() if members & occurring)


def _footnote(
    words: Words, lineage: Lineage, genealogy: Genealogy, others: Sequence[Model], notes: Sequence[str]
) -> Iterator[str]:
    entries = genealogy.entries
    drawn = [model for entry in entries for model in entry.models]
    parts = [words("Drawn: {models}.", models=counted_models(drawn, words))]
    if unlisted := sum(entry.unlisted for entry in entries):
        several = sum(entry.unlisted > 0 for entry in entries)
        one = "{models} more are counted in {count} folded branch."
        many = "{models} more are counted in {count} folded branches."
        parts.append(words.count(several, one, many, models=unlisted))
    if folded := [entry for entry in entries if len(entry.models) > 1]:
        several = sum(len(entry.models) for entry in folded)
        one = "{several} of them are folded into {folded}, with {count} derivation."
        many = "{several} of them are folded into {folded}, with {count} derivations."
        parts.append(words.count(genealogy.hidden, one, many, several=several, folded=len(folded)))
    if any(entry.parent is not None for entry in entries):
        parts.append(words("Each branches off its primary parent, at the dot at its date."))
    if further := sum(len(entry.further) for entry in entries):
        parts.append(words.count(further, *_FURTHER))
    parts.append(words("The strip along the axis has a cell for each month or year."))
    if any(_vague(model) for model in drawn):
        parts.append(words(_VAGUE))
    if genealogy.against_time:
        pairs = (
            words("{child} from {parent}", child=lineage[edge.child].name, parent=lineage[edge.parent].name)
            for edge in genealogy.against_time
        )
        parts.append(words("Made from what is dated later: {models}.", models=listed(pairs, words)))
    yield words.sentences([*parts, *left_out(words, count_kinds(others)), *data_date(words, lineage), *notes])
    if inferred := [entry for entry in entries if entry.inferred]:
        yield words(_INFERRED, models=listed((entry.label for entry in inferred), words))
    if genealogy.undated:
        names = listed((model.name for model in genealogy.undated), words)
        yield words("Left out because no date is known of them or their kin: {models}.", models=names)


def _limbs(lineage: Lineage, models: Sequence[Model], words: Words, counts: Mapping[str, int] | None) -> Groups:
    """The models by the trunk that they are on: by weights, or where no source says so by relations not stated."""

    def first(model: Model) -> str | None:
        family = lineage.family(model.id, relations=Relation.UNSPECIFIED)
        return family.name if family.size > 1 else None

    stated = any(edge.relation in WEIGHTS for edge in lineage.derivations)
    groups = groups_of(lineage, models, "family" if stated else first, words, counts=counts)
    others = {"other": words("other families"), "none": words("in no family")}
    return replace(groups, legend=tuple((key, others.get(key, text)) for key, text in groups.legend))


def _room(page: PageSize | None, font_size: float | None) -> float:
    """The room for a tree on a page, in square points; without limit where the page grows or the type is given."""
    (width, height), _ = page_points(page, font_size)
    return math.inf if height is None or font_size is not None else width * height


def _in_margin(entry: Entry) -> bool:
    return entry.folded and entry.parent is None


def _vague(model: Model) -> bool:
    return model.released is not None and model.released.day is None


# By generations, which need no dates


@dataclass(frozen=True, slots=True)
class GenerationsContents(Contents):
    """What is shown: each model to the right of the one that it takes after, with the names of further parents."""

    items: tuple[TreeItem, ...]

    @property
    def summary(self) -> tuple[str, str]:
        """Title and description for those who cannot see the figure."""
        words = self.lettering.words
        description = words(
            "A tree of {models} by generations: each is a box with its name, to the right of what it was made from.",
            models=counted_models(self.models, words),
        )
        return words("Generations"), words.sentences([description, *self.title_block.footnote])

    def layout(self, page: tuple[float, float | None]) -> Layout:
        """The layout, in proportions like those of a page."""
        return generations_tree(self.items, self.lettering.typeface.measure, page, self.lettering.words)


def generations_contents(
    lineage: Lineage, models: Sequence[Model], color_by: ColorBy, lettering: Lettering
) -> GenerationsContents:
    """The generations of some models of a lineage."""
    words = lettering.words
    others = count_kinds(lineage.models) - count_kinds(models)
    data = tuple(data_date(words, lineage))
    lineage = lineage.subgraph([model.id for model in models])
    captions = Captions(lineage, models, words)
    groups = captions.grouped(color_by)
    items = tuple(_items(lineage))
    links = ((key, words(text)) for key, text in _passed(edge.relation for edge in lineage.derivations))
    notes = [words("Drawn: {models}.", models=counted_models(lineage.models, words))]
    if lineage.derivations:
        notes.append(words("Each branches off its primary parent, one generation or more after it."))
    if further := sum(len(item.further) for item in items):
        notes.append(words.count(further, *_FURTHER))
    notes += [*left_out(words, others), *data, *captions.notes]
    title_block = lettering.title_block(None, (*groups.legend, *links), [words.sentences(notes)])
    return GenerationsContents(
        lineage, tuple(lineage.models), groups, None, frozenset(), title_block, items, lettering=lettering
    )


def _items(lineage: Lineage) -> Iterator[TreeItem]:
    """The models, each with the parent that it takes after, and its generation in place of a day."""
    index = {model.id: node for node, model in enumerate(lineage.models)}
    level = {id: number for number, layer in enumerate(lineage.generations()) for id in layer}
    primary = PrimaryForest.of(*lineage._edges.arrays(frozenset(Relation)), lineage._nodes.dates).parent.tolist()
    above: list[list[tuple[int, str]]] = [[] for _ in index]
    for edge in lineage.derivations:
        above[index[edge.child]].append((index[edge.parent], str(edge.relation)))
    for node, model in enumerate(lineage.models):
        first = next((each for each in above[node] if each[0] == primary[node]), None)
        above_it, relation = first or (None, None)
        further = tuple(each for each in above[node] if each is not first)
        yield TreeItem(
            model.id, printable(model.name), level[model.id], model.organizations, above_it, relation, further,
        )  # fmt: skip
