"""Artists that are one thing to whoever reads the file: in SVG a named group, in SVG and PDF a link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.transforms import Bbox

__all__ = ["Group"]


class Group(Artist):
    """Several artists that are drawn one after the other, as one thing.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where they are drawn, in its data coordinates.
    parts : sequence of matplotlib.artist.Artist
        The first one is drawn first; nothing else may have drawn them.
    gid : str
        The id in SVG.
    name : str
        What a screen reader says, and a browser shows on hovering.
    url : str, optional
        Where a click on any of it leads to.
    extent : (float, float, float, float), optional
        Left, right, bottom and top of what can be clicked in PDF.
    """

    def __init__(
        self,
        ax: Axes,
        parts: Sequence[Artist],
        gid: str,
        name: str,
        url: str | None = None,
        extent: tuple[float, float, float, float] | None = None,
    ) -> None:
        super().__init__()
        self.set(gid=gid, url=url)
        self._name = name
        self._extent = extent
        self._parts = tuple(parts)
        for part in self._parts:
            part.set_figure(ax.figure)
            part.axes = ax
            if not part.is_transform_set():
                part.set_transform(ax.transData)

    def get_children(self) -> list[Artist]:
        """The parts."""
        return list(self._parts)

    def get_window_extent(self, renderer: RendererBase | None = None) -> Bbox:
        """The box around all parts."""
        return Bbox.union([part.get_window_extent(renderer) for part in self._parts])

    def draw(self, renderer: RendererBase) -> None:
        """Draw all parts."""
        if not self.get_visible():
            return
        # Only SVG has a writer of elements, and only PDF a file with annotations, those of the page the last.
        writer: Any = getattr(renderer, "writer", None)
        annotations = getattr(getattr(renderer, "file", None), "_annotations", None)
        if writer is not None:
            self._open(writer)
        for part in self._parts:
            part.draw(renderer)
        if writer is not None:
            if self.get_url():
                writer.end("a")
            writer.end("g")
        elif annotations:
            self._annotate(annotations[-1][1])
        self.stale = False

    def _open(self, writer: Any) -> None:
        name = {"aria-label": self._name}
        writer.start("g", attrib={"id": str(self.get_gid()), "role": "graphics-object", **name})
        writer.element("title", text=self._name)
        if self.get_url():
            writer.start("a", attrib={"xlink:href": str(self.get_url()), "target": "_blank", **name})

    def _annotate(self, annotations: list[Any]) -> None:
        """A link on all of the extent; matplotlib's own is as large as a text."""
        from matplotlib.backends import backend_pdf

        name: Any = backend_pdf.Name
        if not self.get_url() or self._extent is None:
            return
        left, right, bottom, top = self._extent
        (x, y), (right, top) = self.get_transform().transform([(left, bottom), (right, top)])
        annotations.append(
            {
                "Type": name("Annot"),
                "Subtype": name("Link"),
                "Rect": (x, y, right, top),
                "Border": [0, 0, 0],
                "Contents": self._name,
                "A": {"S": name("URI"), "URI": str(self.get_url())},
            }
        )
