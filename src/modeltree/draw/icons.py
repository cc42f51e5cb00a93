"""The marks of organizations: icons from a folder, else badges, that is monograms on a color.

Brand icons are trademarks, so none ships with the library.
"""

from __future__ import annotations

import colorsys
import hashlib
import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from modeltree.draw.theme import READABLE, contrast
from modeltree.findings import IconError, MissingExtraError
from modeltree.records import Organization

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IconFolders = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
"""A folder with icons, or several."""

# The greatest width of an icon, in pixels: fine enough for a label on A0.
_PIXELS = 192
# How far a picture reaches from the center of its disc, of the radius.
_REACH = 0.9
# Pixels less opaque than this, of 255, are not seen.
_SEEN = 24
_SMALL_WORDS = frozenset({"and", "for", "of", "the"})


@dataclass(frozen=True, slots=True)
class Badge:
    """A monogram and its colors."""

    text: str
    fill: str
    ink: str


def badge(name: str, lightness: float = 0.4, saturation: float = 1.0) -> Badge:
    """The badge of an organization, the same for the same name; white letters can be read on it."""
    first, second, third, *_ = hashlib.sha256(name.encode()).digest()
    fill = _readable(first / 256, lightness * (0.72 + 0.56 * second / 255), saturation * (0.35 + 0.5 * third / 255))
    return Badge(monogram(name), fill, "#ffffff")


def badges(names: Sequence[str], lightness: float = 0.4, saturation: float = 1.0) -> list[Badge]:
    """The badges of the organizations of a figure: no two have the same letters, as long as their names have others."""
    taken: set[str] = set()
    made = []
    for name in names:
        mark = badge(name, lightness, saturation)
        letters = next((text for text in _monograms(name) if text.upper() not in taken), mark.text)
        taken.add(letters.upper())
        made.append(replace(mark, text=letters))
    return made


def _monograms(name: str) -> Iterator[str]:
    """The usual letters for a name, then its first one with each further one, then with a digit."""
    usual = monogram(name)
    letters = [letter for letter in name if letter.isalnum()]
    yield usual
    yield from (usual[0] + letter.lower() for letter in letters[1:] if letter.lower() not in "il")
    yield from (usual[0] + str(digit) for digit in range(2, 10))


def monogram(name: str) -> str:
    """One or two letters for a name."""
    words = [word for word in re.split(r"[\s\-_/.&()]+", name) if word and word.lower() not in _SMALL_WORDS]
    if not words:
        return "?"
    if len(words) > 1:
        return (words[0][0] + words[1][0]).upper()
    word = words[0]
    later = re.search(r"(?<=[a-z])[A-Z]|[0-9]", word[1:])
    if later:
        return (word[0] + later.group()).upper()
    if word.isupper() or word[1:2] == "l":  # a small L looks like a capital I: AL is not AI
        return word[:2].upper()
    return word[0].upper() + word[1:2].lower()


def icons_in(folders: IconFolders, organizations: Iterable[Organization]) -> dict[str, bytes]:
    """The icons (PNG, by organization id) in folders, of which the first that has one counts."""
    each = [folders] if isinstance(folders, (str, os.PathLike)) else folders
    known = [_files_of(Path(folder)) for folder in each]
    icons = {}
    for organization in organizations:
        names = _names_of(organization)
        path = next((files[name] for files in known for name in names if name in files), None)
        if path is not None:
            icons[organization.id] = _drawn(path) if path.suffix.lower() == ".svg" else _png(path)
    return icons


def _files_of(folder: Path) -> dict[str, Path]:
    """The icons in a folder by their names, whatever the case; SVG before PNG."""
    if not folder.is_dir():
        raise IconError(f"there is no folder {str(folder)!r} to take icons from")
    files: dict[str, Path] = {}
    for suffix in (".svg", ".png"):
        for path in sorted(folder.iterdir()):
            if path.suffix.lower() == suffix and path.is_file():
                files.setdefault(path.stem.casefold(), path)
    return files


def _names_of(organization: Organization) -> list[str]:
    """What the icon of an organization may be called: as its record says, else by its id or name, in color first."""
    icon, words = (organization.icon or "").casefold(), organization.name.casefold().split()
    stems = [organization.id.casefold(), *(mark.join(words) for mark in (" ", "-", "_", ""))]
    others = [icon.removesuffix("-color"), *stems] if icon else stems
    return [icon, *(f"{stem}{suffix}" for stem in others for suffix in ("-color", "_color", ""))]


def _drawn(path: Path) -> bytes:
    """An SVG file as PNG."""
    try:
        import resvg_py
    except ImportError:
        needed = "install it with: pip install 'modeltree-lineage[icons]'"
        raise MissingExtraError(f"{path.name} is SVG, and to draw it resvg_py is needed; {needed}") from None
    try:
        return bytes(resvg_py.svg_to_bytes(svg_path=str(path), width=_PIXELS, skip_system_fonts=True))
    except ValueError as error:
        raise IconError(f"{path}: no SVG that can be drawn: {error}") from None


def _png(path: Path) -> bytes:
    data = path.read_bytes()
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        raise IconError(f"{path}: no PNG")
    return data


def _readable(hue: float, lightness: float, saturation: float) -> str:
    """A color on which white letters can be read: as light as given, or darker."""
    lightness = min(lightness, 1.0)
    while True:
        parts = colorsys.hls_to_rgb(hue, lightness, saturation)
        color = "#" + "".join(f"{round(255 * part):02x}" for part in parts)
        if contrast(color, "#ffffff") >= READABLE:
            return color
        lightness = max(lightness - 0.02, 0.0)


@lru_cache(maxsize=512)
def pixels(png: bytes) -> NDArray[np.uint8]:
    """A picture as red, green, blue and opacity, without its transparent margin."""
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(png)) as opened:
            image = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise IconError(f"an icon is no picture: {error}") from None
    seen = image.getchannel("A").point(lambda opacity: 255 * (opacity > _SEEN)).getbbox()
    if seen:
        image = image.crop(seen)
    image.thumbnail((_PIXELS, _PIXELS))
    return np.asarray(image)


def placed(image: NDArray[np.uint8], center: tuple[float, float], diameter: float) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of a picture on a disc, with y growing downward; it keeps its aspect."""
    import numpy as np

    height, width = image.shape[:2]
    rows, columns = np.nonzero(image[:, :, 3] > _SEEN)
    far = np.hypot(np.abs(columns + 0.5 - width / 2) + 0.5, np.abs(rows + 0.5 - height / 2) + 0.5)
    scale = _REACH * diameter / 2 / (float(far.max()) if far.size else max(width, height))
    x, y = center
    return (x - width / 2 * scale, x + width / 2 * scale, y + height / 2 * scale, y - height / 2 * scale)
