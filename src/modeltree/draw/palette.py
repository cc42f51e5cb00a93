"""Colors as classes: whatever looks the same in a page has one class, which has its colors in each theme."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from modeltree.draw.colors import contrast, mixed
from modeltree.draw.icons import Badge
from modeltree.draw.pictures import pixels, placed
from modeltree.draw.style import Style
from modeltree.draw.theme import Paint, Theme

__all__ = ["Palette"]

# A badge of less contrast to its label than this has a ring around it.
_ALIKE = 1.5


class Palette:
    """Gives a class to whatever differs in color, and has the colors of each class in each theme.

    Parameters
    ----------
    themes : sequence of Theme
        All that the page has; everything gets as many colors as there are themes.
    """

    def __init__(self, themes: Sequence[Theme]) -> None:
        self._themes = tuple(themes)
        self._labels: dict[tuple[Paint, ...], str] = {}
        self._badges: dict[tuple[object, ...], str] = {}
        self._colors: dict[str, tuple[str, ...]] = {}
        self._rules: list[str] = []
        self._pictures: dict[bytes, str] = {}
        names = ("page", "ink", "quiet", "axis", "leader", "link", "panel", "year_fill", "year_text", "band", "guide",
                 "descent", "idea", "strong", "icon_ground")  # fmt: skip
        for name in names:
            self._colors[name.replace("_", "-")] = tuple(getattr(theme, name) for theme in self._themes)

    def label(self, styles: Sequence[Style]) -> str:
        """The class of labels, or samples, that look like this in each theme."""
        paints = tuple(_dashed(style.paint) if style.dashed else style.paint for style in styles)
        if paints not in self._labels:
            name = self._labels[paints] = f"p{len(self._labels)}"
            self._define(f"{name}f", [paint.fill for paint in paints])
            self._define(f"{name}e", [paint.edge for paint in paints])
            self._define(f"{name}t", [paint.text for paint in paints])
            self._rules.append(f".{name}>rect{{fill:var(--{name}f);stroke:var(--{name}e)}}")
            self._rules.append(f".{name}>text{{fill:var(--{name}t)}}")
        return self._labels[paints]

    def badge(self, badges: Sequence[Badge], styles: Sequence[Style]) -> tuple[str, bool]:
        """The class of an organization's badge on labels that look like this, and whether it has a ring."""
        alike = [contrast(badge.fill, style.paint.fill) < _ALIKE for badge, style in zip(badges, styles, strict=True)]
        rings = tuple(
            mixed(style.paint.fill, style.paint.text, 0.5) if like else badge.fill
            for like, badge, style in zip(alike, badges, styles, strict=True)
        )
        key = (tuple(badges), rings if any(alike) else None)
        if key not in self._badges:
            name = self._badges[key] = f"o{len(self._badges)}"
            self._define(f"{name}f", [badge.fill for badge in badges])
            self._define(f"{name}t", [badge.ink for badge in badges])
            ring = ""
            if any(alike):
                self._define(f"{name}r", rings)
                ring = f";stroke:var(--{name}r)"
            self._rules.append(f"circle.{name}{{fill:var(--{name}f){ring}}}")
            self._rules.append(f".m>text.{name}{{fill:var(--{name}t)}}")
        return self._badges[key], any(alike)

    def picture(self, png: bytes) -> str:
        """The id of an icon from a file, which is in the page once; see `pictures`."""
        return self._pictures.setdefault(png, f"i{len(self._pictures)}")

    def pictures(self) -> Iterator[str]:
        """The icons as elements for use, each one unit wide or high, with its middle at the origin."""
        for png, name in self._pictures.items():
            image = pixels(png)
            left, right, bottom, top = placed(image, (0.0, 0.0), 1.0)
            source = f"data:image/png;base64,{base64.b64encode(_as_png(image)).decode()}"
            yield (
                f'<image id="{name}" x="{left:.4f}" y="{top:.4f}" width="{right - left:.4f}" '
                f'height="{bottom - top:.4f}" href="{source}"/>'
            )

    def colors(self, theme: int) -> str:
        """The colors of one theme, as declarations of custom properties."""
        return ";".join(f"--{name}:{colors[theme]}" for name, colors in self._colors.items())

    def rules(self) -> str:
        """Which class has which colors, as CSS."""
        return "\n".join(self._rules)

    def _define(self, name: str, colors: Sequence[str]) -> None:
        self._colors[name] = tuple(colors)


def _dashed(paint: Paint) -> Paint:
    """A paint whose edge is seen even where it has gaps."""
    return Paint(paint.fill, mixed(paint.edge, paint.text, 0.5), paint.text)


def _as_png(image: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "png", optimize=True)
    return buffer.getvalue()
