"""Figures as files: the same file each time, whole or not at all."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from modeltree._util.files import write_whole
from modeltree.draw.artists import drawing_style
from modeltree.draw.svg import finished_svg

__all__ = ["LayoutFigure"]

_SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "modeltree",
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
    "text.hinting": "none",
    "image.composite_image": False,  # icons that are drawn one after the other stay several
}
# Of each format: what matplotlib would put into it that changes from day to day.
_UNDATED: dict[str, dict[str, str | None]] = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
    "png": {"Software": None},
}
# What each calls the description; SVG has an element of its own for it.
_DESCRIPTION = {"pdf": "Subject", "png": "Description"}


class LayoutFigure(Figure):
    """A figure that is the same file each time it is saved, with text that can be selected and searched."""

    summary: tuple[str, str] = ("", "")
    """Title and description for those who cannot see it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        with drawing_style():
            super().__init__(*arguments, **options)

    def savefig(self, fname: Any, **options: Any) -> None:
        """Save as `matplotlib.figure.Figure.savefig` does; SVG keeps text as text, PDF embeds its fonts.

        Parameters
        ----------
        fname : path-like or file object
            A path gives the format by its suffix, and the file is written whole or not at all.
        **options
            As for matplotlib: ``format``, ``dpi``, ``metadata``, …
        """
        if isinstance(fname, str | os.PathLike):
            path = Path(fname)
            kind = options.pop("format", None) or path.suffix[1:].lower() or matplotlib.rcParams["savefig.format"]
            buffer = io.BytesIO()
            self._save(buffer, kind, options)
            write_whole(path if path.suffix else path.with_suffix(f".{kind}"), buffer.getvalue())
        else:
            self._save(fname, options.pop("format", None) or matplotlib.rcParams["savefig.format"], options)

    def _save(self, file: Any, kind: str, options: dict[str, Any]) -> None:
        title, description = self.summary
        titles = {"Title": title, _DESCRIPTION[kind]: description} if title and kind in _DESCRIPTION else {}
        metadata = {**_UNDATED.get(kind, {}), **titles, **(options.pop("metadata", None) or {})}
        with drawing_style(_SETTINGS):
            if kind != "svg":
                super().savefig(file, format=kind, metadata=metadata or None, **options)
                return
            buffer = io.BytesIO()
            with warnings.catch_warnings():
                # A letter that no typeface here has may be in one where the file is read.
                warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font", UserWarning)
                super().savefig(buffer, format=kind, metadata=metadata, **options)
        svg = finished_svg(buffer.getvalue().decode(), *self.summary)
        file.write(svg if isinstance(file, io.TextIOBase) else svg.encode())

    def _repr_png_(self) -> bytes:
        """What a notebook shows."""
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=100)
        return buffer.getvalue()
