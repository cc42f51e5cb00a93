"""What all drawings of a lineage have in common: they are saved, show themselves in notebooks, and check options."""

from __future__ import annotations

import base64
import io
import math
import os
import re
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

from modeltree._util.arguments import checked
from modeltree._util.files import write_whole
from modeltree._util.html import block, image
from modeltree._util.languages import ENGLISH, Language, Words, words_of
from modeltree._util.text import alternatives, enumerated, printable
from modeltree.draw.fonts import INTER, FontChoice, Typeface
from modeltree.draw.icons import Badge, IconFolders
from modeltree.draw.theme import THEMES, Theme
from modeltree.findings import Finding, FindingsWarning, Severity, UnknownFormatError, shown
from modeltree.layout.sheet import INCH, TitleBlock, check_page, page_size

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from modeltree.draw.charts import GrowthTable, SizeTable
    from modeltree.draw.display import Look
    from modeltree.figures.coloring import Groups
    from modeltree.layout.geometry import Layout

LegendChoice = bool | Mapping[str, str]
"""Whether there is a legend; or other texts by those that it has, empty ones to leave entries out."""


@dataclass(frozen=True, slots=True)
class Lettering:
    """The language and the typeface of a drawing, and what stands in place of its own footnote and legend."""

    words: Words = ENGLISH
    typeface: Typeface = INTER
    footnote: str | None = None
    legend: LegendChoice = True

    @classmethod
    def of(
        cls, language: Language, font: FontChoice, footnote: str | None = None, legend: LegendChoice = True
    ) -> Lettering:
        """What options ask for; a ValueError where there is no such language or font."""
        words = words_of(language)
        return cls(words, Typeface.of(font, words.name), footnote, legend)

    def title_block(
        self, title: str | None, legend: Sequence[tuple[str, str]] = (), footnote: Iterable[str] = ()
    ) -> TitleBlock:
        """The words around the figure; a ValueError where the legend has no entry that is to be another."""
        notes = tuple(footnote) if self.footnote is None else tuple(filter(None, self.footnote.split("\n")))
        entries = tuple((key, printable(text)) for key, text in self._entries(legend))
        return TitleBlock(title and printable(title), entries, tuple(map(printable, notes)))

    def _entries(self, legend: Sequence[tuple[str, str]]) -> Iterable[tuple[str, str]]:
        if not isinstance(self.legend, Mapping):
            return legend if self.legend else ()
        known = [text for _, text in legend]
        for text in self.legend:
            if text not in known:
                raise ValueError(f"the legend has no entry {text!r}: it has {alternatives(known)}")
        entries = ((key, self.legend.get(text, text)) for key, text in legend)
        return [(key, text) for key, text in entries if text]


PLAIN = Lettering()
"""English, in Inter."""


PageSize = str | tuple[float, float | None]
"""Width and height in inches, or a text as `modeltree.layout.sheet.page_size` takes it."""
IconFolder = IconFolders | None
ThemeName = Literal["light", "dark", "print", "colorblind"]

_PAGE = (14.0, 13.5)
# A label that moves by less, in points, stays; if more than so many of them move, that is said.
_STILL, _MOST_MOVED = 0.1, 0.1
# A chart's page, and the height of one that has none, of its width.
_CHART_PAGE, _CHART_ASPECT = (10.0, None), 0.72
# Where an SVG has most of its numbers, and what of them is finer than a hundredth of a point.
_PATH, _FINER = re.compile(r' d="[^"]*"'), re.compile(r"(\.[0-9]{2})[0-9]+")


class Drawing(ABC):
    """A picture of a lineage, made when it is asked for: `save` writes it to a file, and a notebook shows it.

    Examples
    --------
    >>> import modeltree
    >>> modeltree.growth(modeltree.datasets.load("survey"), title="Growth")
    <Drawing: growth, 'Growth'; save it as .svg, .pdf, .png, .json>
    """

    # There is no `_repr_mimebundle_`: IPython asks for it at a terminal, too, and a picture would be drawn for nobody.

    suffixes: ClassVar[tuple[str, ...]] = ()
    """How the paths end that it can be saved to."""

    def __init__(self, kind: str, title: str, description: str) -> None:
        self.kind, self.title, self.description = kind, printable(title), printable(description)

    @checked
    def save(self, path: str | os.PathLike[str], *, dpi: float = 200.0) -> None:
        """Write the drawing to a file, in the format that the path ends in: the whole file or nothing.

        Parameters
        ----------
        path : path-like
            The file; it ends in one of `suffixes`.
        dpi : float
            Of PNG, in dots per inch.

        Raises
        ------
        UnknownFormatError
            When the path ends in something else.
        LayoutError
            When the drawing does not fit on its page.
        ValueError
            When `dpi` is not above 0.
        OSError
            When the file cannot be written; what was there before is still there.

        Examples
        --------
        >>> import modeltree
        >>> modeltree.growth(modeltree.datasets.load("survey")).save("growth.png", dpi=300)  # doctest: +SKIP
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix not in self.suffixes:
            raise UnknownFormatError(path, self.suffixes)
        check_number("dpi", dpi, above=0)
        write_whole(path, self._content(suffix[1:], dpi))

    @abstractmethod
    def _content(self, kind: str, dpi: float) -> str | bytes:
        """What a file of a kind has in it."""

    @abstractmethod
    def _repr_html_(self) -> str:
        """What a notebook shows."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is not drawn as it should be: letters that no typeface here has, organizations without an icon.

        Examples
        --------
        >>> import modeltree
        >>> modeltree.evolution(modeltree.datasets.load("survey-figure2")).findings
        ()
        """
        return self._found()

    def _found(self) -> tuple[Finding, ...]:
        return ()

    def _warn(self) -> None:
        """Warn of what is likely wrong."""
        for finding in self.findings:
            if finding.severity != Severity.NOTE:
                warnings.warn(str(finding), FindingsWarning, stacklevel=3)

    def __repr__(self) -> str:
        return f"<Drawing: {self.kind}, {self.title!r}; save it as {', '.join(self.suffixes)}>"


class FigureDrawing(Drawing):
    """A drawing by matplotlib; saved as JSON it is its `layout`."""

    suffixes = (".svg", ".pdf", ".png", ".json")

    def __init__(self, kind: str, summary: tuple[str, str], page: PageSize | None) -> None:
        super().__init__(kind, *summary)
        self._page = page

    @property
    @abstractmethod
    def layout(self) -> Layout | GrowthTable | SizeTable:
        """What is drawn, as plain numbers.

        Examples
        --------
        >>> import modeltree
        >>> layout = modeltree.evolution(modeltree.datasets.load("survey")).layout
        >>> layout.boxes[0].id
        'gpt-1'
        """

    def figure(self) -> Figure:
        """The drawing as a new figure of matplotlib, which is not bound to pyplot.

        Returns
        -------
        matplotlib.figure.Figure
            As large as the page; its ``savefig`` writes the same bytes each time.

        Raises
        ------
        LayoutError
            When the drawing does not fit on its page.

        Examples
        --------
        >>> import modeltree
        >>> modeltree.growth(modeltree.datasets.load("survey"), page=(10, 8)).figure().get_size_inches().tolist()
        [10.0, 8.0]
        """
        self._warn()
        return self._figure()

    def draw(self, ax: Axes) -> Axes:
        """Draw on axes of your own, in type that fits them as large as they are now.

        Parameters
        ----------
        ax : matplotlib.axes.Axes
            Where to draw; they are the page.

        Returns
        -------
        matplotlib.axes.Axes
            The same axes.

        Raises
        ------
        TypeError
            When a page was given, too, or the axes are in no figure.
        LayoutError
            When the drawing does not fit on the axes.

        Examples
        --------
        >>> import modeltree
        >>> from matplotlib.figure import Figure
        >>> ax = Figure(figsize=(12, 9)).add_subplot()
        >>> modeltree.growth(modeltree.datasets.load("survey")).draw(ax) is ax
        True
        """
        if self._page is not None:
            raise TypeError("axes are a page of their own: draw on axes without page=")
        if not hasattr(ax, "get_figure"):
            raise TypeError(f"{shown(ax)} are no axes of matplotlib")
        figure = ax.get_figure(root=True)
        if figure is None:
            raise TypeError("these axes are in no figure")
        self._warn()
        self._draw(ax, (float(ax.bbox.width / figure.dpi), float(ax.bbox.height / figure.dpi)))
        return ax

    @abstractmethod
    def _figure(self) -> Figure: ...

    def _new_figure(self, width: float, height: float, theme: Theme, typeface: Typeface) -> tuple[Figure, Axes]:
        """A figure of a size in points, and axes that fill it."""
        from modeltree.draw.artists import LayoutFigure

        figure = LayoutFigure(figsize=(width / INCH, height / INCH), facecolor=theme.page)
        figure.summary, figure.typeface = (self.title, self.description), typeface
        return figure, figure.add_axes((0.0, 0.0, 1.0, 1.0))

    @abstractmethod
    def _draw(self, ax: Axes, page: tuple[float, float]) -> None:
        """Draw on axes that are so large, in inches."""

    def _content(self, kind: str, dpi: float) -> str | bytes:
        if kind == "json":
            return self.layout.to_json()
        buffer = io.BytesIO()
        self.figure().savefig(buffer, format=kind, dpi=dpi)
        return buffer.getvalue()

    def _repr_html_(self) -> str:
        svg = self._content("svg", 72.0)
        assert isinstance(svg, bytes)
        return svg_image(svg, self.title)


class LayoutDrawing(FigureDrawing):
    """A drawing of which it is known where everything goes: its `layout`."""

    def __init__(
        self,
        kind: str,
        summary: tuple[str, str],
        lay_out: Callable[[PageSize | None], Layout],
        look: Callable[[], Look],
        page: PageSize | None = None,
        font_size: float | None = None,
        groups: Groups | None = None,
        like: Layout | None = None,
    ) -> None:
        super().__init__(kind, summary, page)
        page_points(page, font_size)
        self.groups, self._like = groups, like
        self._lay_out, self._make_look = lay_out, look

    @cached_property
    def layout(self) -> Layout:
        """Where everything goes, in points, laid out when it is first asked for; a LayoutError where it has no room."""
        return self._lay_out(self._page)

    @cached_property
    def _look(self) -> Look:
        return self._make_look()

    def _found(self) -> tuple[Finding, ...]:
        layout, look = self.layout, self._look
        badges = (mark.text for mark in look.marks.values() if isinstance(mark, Badge))
        labels = (*(box.label for box in layout.boxes), *(tick.label for tick in layout.ticks))
        texts = (*labels, *(line.text for line in layout.texts), *(stub.text for stub in layout.stubs), *badges)
        departed = _departed(self._like, layout) if self._like else ()
        return (*look.findings, *look.typeface.findings(texts), *departed)

    def _figure(self) -> Figure:
        from modeltree.draw.artists import draw_layout

        page, look = self.layout.page, self._look
        figure, ax = self._new_figure(page.width, page.height, look.theme, look.typeface)
        draw_layout(self.layout, ax, look)
        return figure

    def _draw(self, ax: Axes, page: tuple[float, float]) -> None:
        from modeltree.draw.artists import draw_layout

        draw_layout(self._lay_out(page), ax, self._look)


class ChartDrawing(FigureDrawing):
    """A drawing of counts, as bars, areas and curves: its `layout` is these counts, in a table."""

    def __init__(
        self,
        kind: str,
        table: GrowthTable | SizeTable,
        title_block: TitleBlock,
        theme: Theme,
        summary: tuple[str, str],
        page: PageSize | None = None,
        font_size: float | None = None,
        lettering: Lettering = PLAIN,
    ) -> None:
        title, description = map(lettering.words, summary)
        description = lettering.words.sentences([description, *title_block.footnote])
        super().__init__(kind, (title_block.title or title, description), page)
        self._table, self._block, self._theme = table, title_block, theme
        self._lettering = lettering
        self._font_size = font_size
        (self._width, height), _ = page_points(page or _CHART_PAGE, font_size)
        self._height = _CHART_ASPECT * self._width if height is None else height

    @property
    def layout(self) -> GrowthTable | SizeTable:
        """The counts that are drawn: matplotlib places them on its scales."""
        return self._table

    def _found(self) -> tuple[Finding, ...]:
        block = self._block
        return self._lettering.typeface.findings((block.title or "", *block.footnote, *self._table.names))

    def _figure(self) -> Figure:
        figure, ax = self._new_figure(self._width, self._height, self._theme, self._lettering.typeface)
        self._draw_chart(ax, self._width, self._height)
        return figure

    def _draw(self, ax: Axes, page: tuple[float, float]) -> None:
        self._draw_chart(ax, page[0] * INCH, page[1] * INCH)

    def _draw_chart(self, ax: Axes, width: float, height: float) -> None:
        from modeltree.draw.charts import draw_chart

        typeface, words = self._lettering.typeface, self._lettering.words
        draw_chart(self._table, ax, self._theme, (width, height), self._block, self._font_size, typeface, words)


def _departed(like: Layout, layout: Layout) -> Iterator[Finding]:
    """A finding where more labels moved than have to, and why they did."""
    before = {box.id: box for box in like.boxes}
    known = [(before[box.id], box) for box in layout.boxes if box.id in before]
    moved = [box for old, box in known if math.dist((old.x, old.y), (box.x, box.y)) > _STILL]
    if len(moved) <= _MOST_MOVED * len(known):
        return
    dates = {tick.id for tick in layout.ticks} - {tick.id for tick in like.ticks}
    why = "there is no free place for what is new"
    if like.page.width != layout.page.width:
        why = "the page is another"
    elif dates:
        why = f"the curve has no place yet for {enumerated(sorted(dates))}"
    yield Finding("like-not-followed", f"{len(moved):,} of {len(known):,} labels moved: {why}")


def svg_image(svg: bytes, description: str) -> str:
    """An SVG as an image in HTML, whose styles stay in it."""
    shorter = _PATH.sub(lambda path: _FINER.sub(r"\1", path.group()), svg.decode())
    return block([image(f"data:image/svg+xml;base64,{base64.b64encode(shorter.encode()).decode()}", description)])


# Options


def page_points(page: PageSize | None, font_size: float | None = None) -> tuple[tuple[float, float | None], bool]:
    """A page in points, and whether it may be made less high; with a type of some size it grows with what is drawn."""
    width, height = page_size(page) if isinstance(page, str) else page or _PAGE
    if page is None and font_size is not None:
        height = None
    size = (width * INCH, None if height is None else height * INCH)
    check_page(*size, font_size)
    return size, page is None


def theme_named(theme: Theme | ThemeName) -> Theme:
    """A theme, or the one of a name."""
    if isinstance(theme, Theme):
        return theme
    if theme not in THEMES:
        raise ValueError(f"theme cannot be {theme!r}: say {alternatives(THEMES)}, or give a Theme")
    return THEMES[theme]


def check_word(option: str, word: object, words: object, *, optional: bool = False) -> None:
    """Refuse what is none of the words of a Literal."""
    known = (*get_args(words), None) if optional else get_args(words)
    if word not in known:
        raise ValueError(f"{option} cannot be {word!r}: say {alternatives(known)}")


def check_number(option: str, number: float | None, *, above: float | None = None, least: float | None = None) -> None:
    """Refuse a number that is too small or without end; None is left to defaults."""
    if number is None:
        return
    too_small = number <= above if above is not None else least is not None and number < least
    if not math.isfinite(number) or too_small:
        raise ValueError(
            f"{option} cannot be {number}: it is {f'more than {above}' if least is None else f'{least} or more'}"
        )
