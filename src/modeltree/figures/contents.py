"""What all drawings of single models show: who is drawn and set off, how that looks, and the words that say so."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from modeltree._util.languages import ENGLISH, Words
from modeltree._util.text import counted, enumerated, printable
from modeltree.analysis.difference import Difference
from modeltree.draw.display import Look, Style
from modeltree.draw.icons import Badge, IconFolders, badges, icons_in
from modeltree.draw.theme import Paint, Theme, faint
from modeltree.figures.coloring import ColorBy, Groups, groups_of
from modeltree.figures.drawing import PLAIN, Lettering
from modeltree.findings import Finding, LayoutError
from modeltree.graph.store import Conditions
from modeltree.layout.sheet import TitleBlock
from modeltree.lineage import Lineage
from modeltree.records import Kind, Model

_COUNTS = {
    Kind.MODEL: ("{count} model", "{count} models"),
    Kind.APPLICATION: ("{count} product", "{count} products"),
    Kind.DATASET: ("{count} data set", "{count} data sets"),
}
# So many models are named in a list in the footnote.
_MOST_NAMES = 40
# The edge of a box that has nothing but its edge to say what it belongs to, of the usual width.
_HOLLOW = 1.5
# More could not be laid out within a minute, nor be told apart.
_MOST_DRAWN = {
    "an evolution figure": 10_000, "a diagram": 10_000, "a family tree": 5_000, "a page": 20_000, "a table": 20_000,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contents(ABC):
    """What is drawn: models in time order; some `strong` while all others are faint, some `outlined` or `gone`."""

    lineage: Lineage
    models: tuple[Model, ...]
    groups: Groups
    strong: frozenset[str] | None
    outlined: frozenset[str]
    title_block: TitleBlock
    gone: frozenset[str] = field(default=frozenset(), kw_only=True)
    lettering: Lettering = field(default=PLAIN, kw_only=True)

    @property
    @abstractmethod
    def summary(self) -> tuple[str, str]:
        """Title and description for those who cannot see the figure."""

    def look(self, theme: Theme, icon_dir: IconFolders | None) -> Look:
        """How everything looks, with icons of organizations from folders."""
        paints = self.groups.paints(theme)
        swatches = {key: Style(paint, theme.edge_width) for key, paint in paints.items()}
        swatches["outline"] = Style(Paint(theme.page, theme.outline, theme.ink), theme.strong_width)
        labels = {model.id: self._style(model, theme, paints) for model in self.models}
        marks, findings = self._marks(theme, icon_dir)
        return Look(theme, labels, swatches, marks, self.lettering.typeface, findings)

    def _style(self, model: Model, theme: Theme, paints: Mapping[str, Paint]) -> Style:
        paint, width = self.groups.paint(model.id, theme, paints), theme.edge_width
        stands_out = self.strong is not None and model.id in self.strong
        if model.id in self.groups.hollow:
            width *= _HOLLOW
        recedes = (self.strong is not None and not stands_out) or model.id in self.gone
        if recedes:
            paint = faint(paint, theme)
        elif stands_out:
            paint, width = Paint(paint.fill, theme.strong, paint.text), theme.strong_width
        if model.id in self.outlined:
            paint, width = Paint(paint.fill, theme.outline, paint.text), theme.strong_width
        return Style(paint, width, accessible_name(self.lineage, model), main_address(model), recedes, stands_out)

    def _marks(
        self, theme: Theme, icon_dir: IconFolders | None
    ) -> tuple[dict[str, Badge | bytes], tuple[Finding, ...]]:
        """What stands for each organization that made a model which is drawn, and which have no icon in the folders."""
        ids = dict.fromkeys(id for model in self.models for id in model.organizations)
        organizations = [self.lineage.organizations[id] for id in ids]
        # Beside icons a badge is grey: what has none should not be the loudest.
        saturation = theme.badge_saturation if icon_dir is None else 0.0
        letters = badges([printable(record.name) for record in organizations], theme.badge_lightness, saturation)
        marks: dict[str, Badge | bytes] = dict(zip((record.id for record in organizations), letters, strict=True))
        if icon_dir is None:
            return marks, ()
        marks.update(icons_in(icon_dir, organizations))
        names = [record.name for record in organizations if isinstance(marks[record.id], Badge)]
        if not names:
            return marks, ()
        count = f"{counted(len(names), 'organization')} of {len(organizations):,}"
        hint = "a file that is called as the icon, id or name of each"
        return marks, (Finding("missing-icon", f"no icon for {count}: {enumerated(names, 20)}", hint),)


class Captions:
    """Chooses models to be set off, and collects what legend and footnote must say of that."""

    def __init__(self, lineage: Lineage, drawn: Sequence[Model], words: Words = ENGLISH) -> None:
        self._lineage, self._words = lineage, words
        self._models = drawn
        self._drawn = frozenset(model.id for model in drawn)
        self.legend: list[tuple[str, str]] = []
        self.notes: list[str] = []

    def grouped(
        self, color_by: ColorBy, palette: Mapping[str, str] | None = None, like: Groups | None = None
    ) -> Groups:
        """The models in groups of one color."""
        groups = groups_of(self._lineage, self._models, color_by, self._words, palette, like)
        if groups.note:
            self.notes.append(groups.note)
        return groups

    def highlighted(self, names: str | Sequence[str] | None) -> frozenset[str] | None:
        """Some models and all that they descend from."""
        if names is None:
            return None
        models = [self._lineage[name] for name in ([names] if isinstance(names, str) else names)]
        for model in models:
            if model.id not in self._drawn:
                why = {Kind.APPLICATION: "is a product", Kind.DATASET: "is a data set"}.get(model.kind, "has no date")
                raise LayoutError(f"{model.name} cannot be highlighted: it {why} and is not drawn")
        strong = {id: None for model in models for id in (model.id, *self._lineage.ancestors(model.id))}
        hidden = [self._lineage[id].name for id in strong if id not in self._drawn]
        note = "Drawn strong: {model} and all that it descends from by any relation."
        if len(models) > 1:
            note = "Drawn strong: {model} and all that they descend from by any relation."
        elif hidden:
            note = "Drawn strong: {model} and all that it descends from by any relation; not drawn of these: {models}."
        names_drawn = listed((model.name for model in models), self._words)
        self.notes.append(self._words(note, model=names_drawn, models=listed(hidden, self._words)))
        return frozenset(strong) & self._drawn

    def outlined(self, name: str | None) -> frozenset[str]:
        """The models that have the weights of what a model's family began with."""
        if name is None:
            return frozenset()
        family = self._lineage.family(name)
        members = self._drawn.intersection(family.members)
        if not members:
            raise LayoutError(f"the family of {family.name} cannot be outlined: none of it is drawn")
        self.legend.append(("outline", self._words("family of {model}", model=family.name)))
        self.notes.append(self._words("Outlined: {model} and what was made from its weights.", model=family.name))
        return members

    def changed(self, changes: Difference) -> tuple[frozenset[str], frozenset[str]]:
        """The models that were added since, and those that are gone; of these only what is drawn."""
        added, gone = (
            self._drawn.intersection(model.id for model in models)
            for models in (changes.models_added, changes.models_removed)
        )
        if added:
            self.legend.append(("outline", self._words("added")))
        counts = (self._words.count(len(models), *_COUNTS[Kind.MODEL]) for models in (added, gone))
        note = "Outlined: {added} added; faint: {gone} gone."
        self.notes.append(self._words(note, **dict(zip(("added", "gone"), counts, strict=True))))
        return added, gone

    def linked(self, among: frozenset[str] | None) -> tuple[tuple[str, str], ...]:
        """The derivations of which both ends are drawn, and are among some models."""
        ends = self._drawn if among is None else among
        edges = [(edge.parent, edge.child) for edge in self._lineage.derivations]
        pairs = tuple(pair for pair in edges if ends.issuperset(pair))
        if among is None:
            others = len(edges) - len(pairs)
            note = "Thin curves: {count} derivations, by any relation."
            if others:
                note = "Thin curves: {count} derivations, by any relation; {others} more have an end that is not drawn."
            self.notes.append(self._words(note, count=len(pairs), others=others))
        return pairs


def split_by_kind(
    lineage: Lineage, applications: bool, datasets: bool, drawing: str = ""
) -> tuple[list[Model], list[Model]]:
    """The models of the kinds that are drawn, and all others."""
    drawn = {Kind.MODEL, *([Kind.APPLICATION] * applications), *([Kind.DATASET] * datasets)}
    if len(lineage) > _MOST_DRAWN.get(drawing, len(lineage)):
        check_count(sum(len(lineage._nodes.meeting(Conditions(kind=kind))) for kind in drawn), drawing)
    return [m for m in lineage.models if m.kind in drawn], [m for m in lineage.models if m.kind not in drawn]


def check_count(count: int, drawing: str) -> None:
    """Refuse more models than a drawing can have that shows each."""
    most = _MOST_DRAWN[drawing]
    if count > most:
        fold = ", or fold branches with collapse= (--collapse)" if drawing == "a family tree" else ""
        raise LayoutError(
            f"{count:,} models are too many for {drawing}, which shows up to {most:,}: draw a part of them, as "
            f"lineage.select() and lineage.clade() give it (--since, --clade and other filters){fold}; "
            "largest_families, family_sizes and growth draw any number"
        )


# Words


def title_of(lineage: Lineage, title: str | None) -> str | None:
    """The title of a figure: that of the lineage, unless there is another; none where that is empty."""
    return lineage.about.title if title is None else title


def accessible_name(lineage: Lineage, model: Model) -> str:
    """What a screen reader says of a model: name, date, organizations."""
    organizations = (lineage.organizations[id].name for id in model.organizations)
    return printable(", ".join(map(str, filter(None, (model.name, model.released, *organizations)))))


def main_address(model: Model) -> str | None:
    """The address that tells most about a model."""
    links = model.links
    return links.paper or links.code or links.weights or links.blog or links.website


def count_kinds(models: Iterable[Model]) -> Counter[Kind]:
    """How many models, products and data sets there are."""
    return Counter(model.kind for model in models)


def counted_models(models: Iterable[Model], words: Words = ENGLISH) -> str:
    """How many there are of each kind, in words."""
    counts = count_kinds(models)
    *most, last = (words.count(counts[kind], *texts) for kind, texts in _COUNTS.items() if counts[kind])
    return words("{most} and {last}", most=words.listed(most), last=last) if most else last


def left_out(words: Words, counts: Mapping[Kind, int], *others: str) -> Iterator[str]:
    """What a footnote says of what is not drawn: of some models, of products and of data sets."""
    things = {Kind.APPLICATION: "products that run on models ({count})", Kind.DATASET: "data sets ({count})"}
    kinds = (words(thing, count=counts[kind]) for kind, thing in things.items() if counts.get(kind))
    if names := words.listed([*filter(None, others), *kinds]):
        yield words("Left out: {names}.", names=names)


def data_date(words: Words, lineage: Lineage) -> Iterator[str]:
    """What a footnote says of when the data were collected."""
    if lineage.about.date:
        yield words("Data as of {date}.", date=lineage.about.date)


def listed(names: Iterable[str], words: Words = ENGLISH) -> str:
    """Some names in a row, not too many."""
    known = list(names)
    more = len(known) - _MOST_NAMES
    return words.listed([*known[:_MOST_NAMES], *([words("and {count} more", count=more)] if more > 0 else [])])
