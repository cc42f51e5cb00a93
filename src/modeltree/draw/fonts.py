"""The typeface: measure text, and set text.

Inter (SIL Open Font License) ships with the library, so that a figure has the same measures on every machine. It is
known to matplotlib by a name of its own: an Inter that somebody has installed may be another version.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

import matplotlib
from matplotlib import font_manager
from matplotlib.font_manager import FontEntry, FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags

FAMILY = "modeltree Inter"
"""What matplotlib and SVG files call the typeface."""
HALF_CAPITAL = 0.3636
"""Half the height of its capitals, in ems: text is centered on these."""
REGULAR, BOLD = 400, 700
"""The weights; bold is Inter's SemiBold."""

_NAMES = {REGULAR: "normal", BOLD: "bold"}  # matplotlib 3.10 cannot write a number to SVG
_FOLDER = Path(__file__).parent / "inter"
_FILES = {REGULAR: "Inter-Regular.ttf", BOLD: "Inter-SemiBold.ttf"}
# For letters that Inter lacks; it comes with matplotlib, so every machine has it.
_SECOND_FAMILY = "DejaVu Sans"
_SECOND_FILES = {REGULAR: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}
# For letters that neither has; these may be installed.
_FURTHER_FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Noto Sans JP", "Hiragino Sans", "PingFang SC",
    "Microsoft YaHei", "WenQuanYi Zen Hei", "Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew",
    "Noto Sans Devanagari", "Noto Sans Thai", "Noto Emoji", "Segoe UI Emoji", "Arial Unicode MS",
)  # fmt: skip
_MEASURED_AT = 100.0
_LINE_HEIGHT = 1.21


def font_file(weight: int) -> Path:
    """The file of the typeface that ships with the library."""
    return _FOLDER / _FILES[weight]


def font(text: str, size: float, bold: bool = False) -> FontProperties:
    """The font for a text: Inter alone if it has all letters, else with further families that fill its gaps."""
    # A letter that is in none of the typefaces that measure text is set in one that happens to be installed, and may be
    # wider there than was measured; then the text is made smaller, so that it keeps its place.
    weight = BOLD if bold else REGULAR
    _register()
    if _inter_has(weight).issuperset(map(ord, text)):
        return FontProperties(family=[FAMILY], size=size, weight=_NAMES[weight])
    family = [FAMILY, _SECOND_FAMILY]
    if not _measurable(weight).issuperset(map(ord, text)):
        family += _installed(weight)
    properties = FontProperties(family=family, size=size, weight=_NAMES[weight])
    room, drawn = measure(text, bold)[0], _drawn_width(text, properties)
    if drawn > room > 0:
        properties.set_size(size * room / drawn)
    return properties


@lru_cache(maxsize=200_000)
def measure(text: str, bold: bool = False) -> tuple[float, float]:
    """Width and height of a line of text, in ems, the same on every machine: a `modeltree.layout.geometry.Measure`."""
    # Letters that neither Inter nor DejaVu Sans has are taken to be as wide as they are in nearly all typefaces.
    weight = BOLD if bold else REGULAR
    known = _measurable(weight)
    face = font_manager.get_font([str(font_file(weight)), str(_second_file(weight))])
    width = _set_width(face, "".join(letter for letter in text if ord(letter) in known))
    return width + sum(_usual_width(letter) for letter in text if ord(letter) not in known), _LINE_HEIGHT


def _set_width(face: FT2Font, text: str) -> float:
    face.set_size(_MEASURED_AT, 72.0)
    face.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return float(face.get_width_height()[0] / 64 / _MEASURED_AT)


def _usual_width(letter: str) -> float:
    if unicodedata.category(letter) in {"Cc", "Cf", "Me", "Mn"}:
        return 0.0
    if unicodedata.category(letter) == "So":
        return 1.4  # as emoji are
    return 1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.7


def _drawn_width(text: str, properties: FontProperties) -> float:
    weight = properties.get_weight()
    each = (FontProperties(family=[family], weight=weight) for family in properties.get_family())
    files = list(map(font_manager.findfont, each))
    has = frozenset().union(*(FT2Font(file).get_charmap() for file in files))
    return _set_width(font_manager.get_font(files), "".join(letter for letter in text if ord(letter) in has))


@lru_cache(maxsize=1)
def _register() -> None:
    """Tell matplotlib where the typeface is."""
    for weight in _FILES:
        entry = FontEntry(fname=str(font_file(weight)), name=FAMILY, weight=weight, size="scalable")
        font_manager.fontManager.ttflist.append(entry)


def _second_file(weight: int) -> Path:
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / _SECOND_FILES[weight]


@lru_cache(maxsize=2)
def _inter_has(weight: int) -> frozenset[int]:
    return frozenset(FT2Font(str(font_file(weight))).get_charmap())


@lru_cache(maxsize=2)
def _measurable(weight: int) -> frozenset[int]:
    return _inter_has(weight) | frozenset(FT2Font(str(_second_file(weight))).get_charmap())


@lru_cache(maxsize=2)
def _installed(weight: int) -> tuple[str, ...]:
    """The further families that are installed in this weight; matplotlib would warn of the others."""
    there = {entry.name for entry in font_manager.fontManager.ttflist if _number(entry.weight) == weight}
    return tuple(family for family in _FURTHER_FAMILIES if family in there)


def _number(weight: str | int) -> int:
    return font_manager.weight_dict[weight] if isinstance(weight, str) else int(weight)
