"""Icons from files: a picture on a disc, as large as the disc allows, sharp in every format."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.image import AxesImage
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from modeltree.findings import IconError

__all__ = ["Picture", "pixels", "placed"]

# Of the disc's radius: how far out from the middle the picture reaches.
_REACH = 0.9
# What is less opaque than this, of 255, is not seen.
_SEEN = 24
_MOST_PIXELS = 192


class Picture(AxesImage):
    """An image that goes into SVG and PDF as it is, and is scaled well for all else."""

    def draw(self, renderer: RendererBase) -> None:
        """Draw it."""
        self.set_interpolation("none" if renderer.option_scale_image() else "lanczos")
        super().draw(renderer)


@lru_cache(maxsize=512)
def pixels(png: bytes) -> NDArray[np.uint8]:
    """A picture as red, green, blue and opacity, without a margin that is not seen.

    Raises
    ------
    IconError
        When the bytes are no picture.
    """
    try:
        with Image.open(io.BytesIO(png)) as opened:
            image = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise IconError(f"an icon is no picture: {error}") from None
    seen = image.getchannel("A").point(lambda opacity: 255 * (opacity > _SEEN)).getbbox()
    if seen:
        image = image.crop(seen)
    image.thumbnail((_MOST_PIXELS, _MOST_PIXELS))
    return np.asarray(image)


def placed(image: NDArray[np.uint8], centre: tuple[float, float], diameter: float) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of a picture on a disc, with y growing downward; it keeps its aspect."""
    height, width = image.shape[:2]
    rows, columns = np.nonzero(image[:, :, 3] > _SEEN)
    far = np.hypot(np.abs(columns + 0.5 - width / 2) + 0.5, np.abs(rows + 0.5 - height / 2) + 0.5)
    scale = _REACH * diameter / 2 / (float(far.max()) if far.size else max(width, height))
    x, y = centre
    return (x - width / 2 * scale, x + width / 2 * scale, y + height / 2 * scale, y - height / 2 * scale)
