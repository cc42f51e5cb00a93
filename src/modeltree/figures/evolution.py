"""The evolution figure: every dated model along a serpentine of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from modeltree._util.arguments import checked
from modeltree._util.languages import Language, Words
from modeltree._util.text import printable
from modeltree.analysis.difference import Difference
from modeltree.draw.fonts import FontChoice
from modeltree.draw.theme import Theme
from modeltree.figures.coloring import ColorBy, Groups
from modeltree.figures.contents import (
    Captions,
    Contents,
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
    check_number,
    check_word,
    page_points,
    theme_named,
)
from modeltree.findings import LayoutError
from modeltree.layout.geometry import Layout
from modeltree.layout.links import with_links
from modeltree.layout.serpentine import TimeScale, serpentine
from modeltree.layout.serpentine.blocks import DatedItem
from modeltree.lineage import Lineage
from modeltree.records import Grain, Model

__all__ = ["EvolutionContents", "evolution", "evolution_contents"]


@checked
def evolution(
    lineage: Lineage,
    *,
    title: str | None = None,
    page: PageSize | None = None,
    font_size: float | None = None,
    time_scale: TimeScale = "ticks",
    grain: Grain | None = None,
    rows: int | None = None,
    fall: float = 0.0,
    like: Layout | LayoutDrawing | None = None,
    changes: Difference | None = None,
    applications: bool = False,
    datasets: bool = False,
    color_by: ColorBy = "openness",
    palette: Mapping[str, str] | None = None,
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
    """The evolution figure: every dated model along a serpentine of time.

    Parameters
    ----------
    lineage : Lineage
        What to draw.
    title : str, optional
        By default the title of the lineage; none where it is empty.
    page : (float, float or None) or str, optional
        Exactly this width and height, in inches, or ``"A4"``, ``"A0-landscape"``, ``"355x343mm"``. By default 14
        inches wide; a page without a height is as high as it need be: it suits its width, and is higher where labels
        would have less than 6.7 points.
    font_size : float, optional
        Of the labels, in points; by default the largest with which all fit on the page, up to 20 on 14 inches and 12
        on a column. Title and legend follow it.
    time_scale : {"ticks", "linear"}
        Whether dates are as far apart as their labels need, or as they are in time.
    grain : {"year", "quarter", "month", "day"}, optional
        What a tick stands for; by default what tells the dates apart best.
    rows : int, optional
        How many rows there must be.
    fall : float
        How far each row falls from its beginning to its end, in ems.
    like : LayoutDrawing or Layout, optional
        An earlier drawing or its layout, from which no more moves than must; of a drawing the colors stay, too. Where
        much has to move, the `findings` say why.
    changes : Difference, optional
        What changed since, as `modeltree.diff` gives it: models that were added have an edge of one color, and those
        that are gone are drawn faint where they were.
    applications, datasets : bool
        Whether products and data sets are drawn beside models; the footnote counts what is left out.
    color_by : {"openness", "family", "organization", "domain", "license", "effective-license"} or callable
        What color says; a function gets each `Model` and returns its group, or None.
    palette : mapping of str to str, optional
        Colors of groups, as ``#rrggbb``, by their names: ``{"LLaMA": "#5b8def"}``. All others have colors of the
        theme, and these follow from their names.
    highlight : str or sequence of str, optional
        Models that are drawn strong, with all that they descend from, while the rest is faint.
    outline : str, optional
        A model whose family has an edge of one color.
    links : bool, optional
        Whether derivations are drawn as curves; by default those of the ancestry that is highlighted.
    theme : {"light", "dark", "print", "colorblind"} or Theme
        How it looks.
    icon_dir : path-like, optional
        A folder with icons of organizations, SVG or PNG, named as in `Organization.icon`. SVG needs the extra
        ``icons``. Organizations without an icon there have a badge.
    font : str, path-like or sequence of these, optional
        The typeface: a family that is installed, or a file (TrueType, OpenType or a collection of these). Several are
        looked in one after the other for each letter, and Inter, which ships with the library, after them. Text is
        measured as it is drawn.
    language : {"en", "de", "fr", "es", "zh", "ja"} or dict of str
        In which language months, legend, notes and numbers are; or a table of words by the English ones.
    legend : bool or dict of str
        Whether there is a legend; or other texts by those that it has, where an empty one leaves an entry out.
    footnote : str, optional
        What stands below the figure instead of its notes; ``""`` for nothing.

    Returns
    -------
    LayoutDrawing
        It is laid out when it is first saved, shown, or asked for its ``layout``.

    Raises
    ------
    LayoutError
        When no model has a date, or there are more than 10,000 models; and, when it is laid out, when the models do
        not fit on the page in type of any size.
    ValueError
        When an option is none of what it can be; the message says what it can be. When there are both `changes` and an
        `outline`.

    Examples
    --------
    >>> import modeltree
    >>> drawing = modeltree.evolution(modeltree.datasets.load("survey-figure2"), page="A4")
    >>> len(drawing.layout.boxes)
    92
    >>> drawing.save("evolution.svg")  # doctest: +SKIP
    """
    check_word("time_scale", time_scale, TimeScale)
    check_word("grain", grain, Grain, optional=True)
    check_number("rows", rows, least=1)
    check_number("fall", fall, least=0)
    groups = like.groups if isinstance(like, LayoutDrawing) else None
    contents = evolution_contents(
        lineage, title=title, changes=changes, applications=applications, datasets=datasets, color_by=color_by,
        palette=palette, like=groups, highlight=highlight, outline=outline, links=links,
        lettering=Lettering.of(language, font, footnote, legend),
    )  # fmt: skip
    earlier = like.layout if isinstance(like, LayoutDrawing) else like
    lay_out = partial(
        contents.layout, font_size=font_size, time_scale=time_scale, grain=grain, rows=rows, fall=fall, like=earlier
    )
    look = partial(contents.look, theme_named(theme), icon_dir)
    return LayoutDrawing("evolution", contents.summary, lay_out, look, page, font_size, contents.groups, earlier)


@dataclass(frozen=True, slots=True)
class EvolutionContents(Contents):
    """What an evolution figure shows of a lineage; ``pairs`` are the derivations that are drawn."""

    pairs: tuple[tuple[str, str], ...]

    @property
    def items(self) -> list[DatedItem]:
        """What is to be laid out."""
        return [
            DatedItem(model.id, printable(model.name), model.released, model.organizations)
            for model in self.models
            if model.released is not None
        ]

    @property
    def summary(self) -> tuple[str, str]:
        """Title and description for those who cannot see the figure."""
        dates, words = [model.released for model in self.models], self.lettering.words
        description = words(
            "A timeline of {models} from {first} to {last}: each is a box with its name, tied to the date of its "
            "release.",
            models=counted_models(self.models, words), first=dates[0], last=dates[-1],
        )  # fmt: skip
        title = self.title_block.title or words("Model evolution")
        return title, words.sentences([description, *self.title_block.footnote])

    def layout(self, page: PageSize | None = None, font_size: float | None = None, **options: Any) -> Layout:
        """The layout on a page, with other options of `serpentine`."""
        (width, height), trim = page_points(page, font_size)
        layout = serpentine(
            self.items, self.lettering.typeface.measure, page=(width, None if trim else height), trim=trim,
            font_size=font_size, title_block=self.title_block, words=self.lettering.words, **options,
        )  # fmt: skip
        return with_links(layout, self.pairs)


def evolution_contents(
    lineage: Lineage,
    *,
    title: str | None = None,
    changes: Difference | None = None,
    applications: bool = False,
    datasets: bool = False,
    color_by: ColorBy = "openness",
    palette: Mapping[str, str] | None = None,
    like: Groups | None = None,
    highlight: str | Sequence[str] | None = None,
    outline: str | None = None,
    links: bool | None = None,
    lettering: Lettering = PLAIN,
) -> EvolutionContents:
    """What the options of `evolution` choose; a LayoutError where there is nothing to draw or to highlight."""
    if changes is not None:
        if outline is not None:
            raise ValueError("both outline and changes set models off by their edges: give one of the two")
        lineage = _with_those_gone(lineage, changes)
    wanted, others = split_by_kind(lineage, applications, datasets, "an evolution figure")
    dated = tuple(model for model in wanted if model.released)
    if not dated:
        raise LayoutError("there is nothing to draw: no model has a date")
    captions = Captions(lineage, dated, lettering.words)
    strong = captions.highlighted(highlight)
    outlined, gone = captions.changed(changes) if changes else (captions.outlined(outline), frozenset[str]())
    pairs: tuple[tuple[str, str], ...] = ()
    if links or (links is None and strong):
        pairs = captions.linked(strong if not links else None)
    groups = captions.grouped(color_by, palette, like)
    undated = [model for model in wanted if not model.released]
    title_block = lettering.title_block(
        title_of(lineage, title),
        (*groups.legend, *captions.legend),
        _footnote(lettering.words, lineage, dated, undated, others, captions.notes),
    )
    return EvolutionContents(
        lineage, dated, groups, strong, outlined, title_block, pairs, gone=gone, lettering=lettering
    )


def _with_those_gone(lineage: Lineage, changes: Difference) -> Lineage:
    """A lineage with the models that are gone from it, by themselves, and with those that made them."""
    before = {change.old.id: change.old for change in changes.organizations if change.old}
    gone = [model for model in changes.models_removed if model.id not in lineage.ids]
    models = [*lineage.models, *(model.model_copy(update={"aliases": ()}) for model in gone)]
    organizations = before | dict(lineage.organizations)
    return Lineage(models, lineage.derivations, organizations.values(), about=lineage.about)


def _footnote(
    words: Words, lineage: Lineage, dated: Sequence[Model], undated: Sequence[Model], others: Sequence[Model],
    notes: Iterable[str],
) -> Iterator[str]:  # fmt: skip
    drawn = words("Drawn: {models}, every one that has a date.", models=counted_models(dated, words))
    yield words.sentences([drawn, *left_out(words, count_kinds(others)), *data_date(words, lineage), *notes])
    if undated:
        names = listed((model.name for model in undated), words)
        yield words("Left out because no date is known: {models}.", models=names)
