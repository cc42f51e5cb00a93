"""Pictures that were looked at and found good: what is drawn now is like them.

They are compared by their mean difference after a blur, so that another version of FreeType, which sets each letter a
little differently, does not break them, and another color, width or place does. After a change that is meant,
look at ``MODELTREE_BASELINES=renew pytest tests/test_baselines.py`` and commit the pictures.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

import modeltree
from modeltree import evolution
from modeltree.draw.theme import COLORBLIND, DARK, PRINT
from modeltree.figures.drawing import LayoutDrawing

BASELINES = Path(__file__).parent / "baselines"
DPI = 60
# Of 255. Another FreeType makes less than 0.5; a theme, a width or a layout that is changed makes more than 2.
TOLERANCE = 1.0

VARIANTS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark-highlight": {"theme": DARK, "highlight": "stablevicuna"},
    "print-family": {"theme": PRINT, "color_by": "organization", "outline": "alpaca"},
    "colorblind-links": {"theme": COLORBLIND, "color_by": "domain", "links": True},
}


def drawn(**options: Any) -> LayoutDrawing:
    clade = modeltree.datasets.load("survey").clade("llama", relations="weights")
    return evolution(clade, page=(7.0, 4.5), title="What became of LLaMA", **options)


def blurred(path: Path) -> NDArray[np.float64]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB").filter(ImageFilter.GaussianBlur(2)), dtype=float)


def difference(one: Path, other: Path) -> float:
    """Of two pictures, from 0 to 255; the greatest there is where they are not of one size."""
    first, second = blurred(one), blurred(other)
    return float(np.abs(first - second).mean()) if first.shape == second.shape else 255.0


@pytest.mark.parametrize("name", VARIANTS)
def test_a_figure_is_like_its_baseline(name: str, tmp_path: Path) -> None:
    path, baseline = tmp_path / f"{name}.png", BASELINES / f"{name}.png"
    drawn(**VARIANTS[name]).save(path, dpi=DPI)
    if os.environ.get("MODELTREE_BASELINES") == "renew":
        BASELINES.mkdir(exist_ok=True)
        with Image.open(path) as image:
            image.convert("RGB").quantize(128).save(baseline, optimize=True)
    far = difference(path, baseline)
    assert far < TOLERANCE, (
        f"{path} differs by {far:.2f}; if that is meant: MODELTREE_BASELINES=renew pytest {__file__}"
    )


def test_a_figure_that_is_changed_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "changed.png"
    drawn(outline="alpaca").save(path, dpi=DPI)
    assert difference(path, BASELINES / "light.png") > TOLERANCE
    drawn(font_size=6.0).save(path, dpi=DPI)
    assert difference(path, BASELINES / "light.png") > TOLERANCE
