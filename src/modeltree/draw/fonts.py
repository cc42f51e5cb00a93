"""The typeface: measure text, and set text.

Inter (SIL Open Font License) ships with the library, so that a figure has the same measures on every machine. It is
known to matplotlib by a name of its own, as an Inter that somebody has installed may be another version. So is every
typeface that a drawing asks for, which stands before it.
"""

from __future__ import annotations

import base64
import io
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modeltree._util.text import counted, enumerated
from modeltree.findings import Finding, nearest

if TYPE_CHECKING:
    from matplotlib.font_manager import FontEntry, FontPath, FontProperties

FontChoice = str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None
"""Families that are installed, by name, and files of fonts, in the order in which they are asked for a letter."""
FAMILY = "modeltree Inter"
"""What matplotlib and SVG files call the typeface that ships with the library."""
REGULAR, BOLD = 400, 700
"""The weights; bold is Inter's SemiBold."""

OWN = "modeltree "
"""Begins the names by which matplotlib knows what is announced to it here."""
LAST_FAMILY = f"{OWN}boxes"
"""What has a box for every letter, and comes with matplotlib, which warns of letters that nothing has."""

DIRECTION = "text{unicode-bidi:plaintext}"
"""The CSS rule by which a text runs in the direction of its first letter that has one."""

_WEIGHTS = {REGULAR: "normal", BOLD: "bold"}  # matplotlib cannot write a number to SVG
_FOLDER = Path(__file__).parent / "inter"
_INTER = {REGULAR: "Inter-Regular.ttf", BOLD: "Inter-SemiBold.ttf"}
# For letters that Inter lacks; it comes with matplotlib, so every machine has it.
_SECOND_FAMILY = "DejaVu Sans"
# For letters that none of these has; they may be installed.
_FURTHER_FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Noto Sans JP", "Hiragino Sans", "PingFang SC",
    "Microsoft YaHei", "WenQuanYi Zen Hei", "Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew",
    "Noto Sans Devanagari", "Noto Sans Thai", "Noto Emoji", "Segoe UI Emoji", "Arial Unicode MS",
)  # fmt: skip
_SHAPES = {"ja": " JP"}  # how the names of those end whose Chinese characters are those of a language
_LAST = "LastResortHE-Regular.ttf"
# Of OS/2's fsType: a license that forbids it.
_NO_EMBEDDING = 2
# For programs that ignore the embedded typeface.
_OTHERS = "Inter, 'Helvetica Neue', Arial, sans-serif"
_FILES = (".ttf", ".otf", ".ttc", ".otc")
_MEASURED_AT = 100.0
_LINE_HEIGHT = 1.21
_HALF_CAPITAL = 0.3636  # of Inter


@dataclass(frozen=True, slots=True)
class Typeface:
    """What text is set in: the families that a drawing asks for, by names that matplotlib knows, and Inter."""

    asked: tuple[str, ...] = ()
    language: str = ""  # in which Chinese characters have their shapes

    @classmethod
    def of(cls, choice: FontChoice, language: str = "") -> Typeface:
        """What is asked for; a ValueError where a family is not installed, or a file is no font."""
        each = [choice] if isinstance(choice, (str, os.PathLike)) else choice or ()
        found: dict[str, list[FontEntry]] = {}
        for one in each:
            for entry in _entries(one):  # several files may be of one family
                found.setdefault(entry.name, []).append(entry)

        def nearest_weight(entries: Iterable[FontEntry], weight: int) -> FontEntry:
            return min(entries, key=lambda entry: abs(_number(entry.weight) - weight))

        asked = (
            _announced(name, {weight: nearest_weight(entries, weight) for weight in _WEIGHTS})
            for name, entries in found.items()
        )
        return cls(tuple(asked), language)

    @property
    def families(self) -> tuple[str, ...]:
        """The families whose letters are measured as they are drawn."""
        return (*self.asked, FAMILY, _SECOND_FAMILY)

    @property
    def half_capital(self) -> float:
        """Half the height of its capitals, in ems: text is centered on these."""
        return _half_capital(self.asked[0]) if self.asked else _HALF_CAPITAL

    def measure(self, text: str, bold: bool = False) -> tuple[float, float]:
        """Width and height of a line of text, in ems: a `modeltree.layout.geometry.Measure`."""
        return _measured(self.families, text, BOLD if bold else REGULAR)

    def font(self, text: str, size: float, bold: bool = False) -> FontProperties:
        """The font for a text: the first family alone if it has all letters, else with others that fill its gaps."""
        # A letter that is in none of the typefaces that measure text is set in one that happens to be installed, and
        # may be wider there than was measured; then the text is made smaller, so that it keeps its place.
        from matplotlib.font_manager import FontProperties

        weight = BOLD if bold else REGULAR
        families, letters = self.families, set(map(ord, text))
        _register()
        for few in (families[:1], families[:-1]):
            if letters_of(few, weight).issuperset(letters):
                return FontProperties(family=list(few), size=size, weight=_WEIGHTS[weight])
        if not letters_of(families, weight).issuperset(letters):
            families += (*_installed(weight, self.language), LAST_FAMILY)
        properties = FontProperties(family=list(families), size=size, weight=_WEIGHTS[weight])
        room, drawn = self.measure(text, bold)[0], _set_width(families, weight, text)
        if drawn > room > 0:
            properties.set_size(size * room / drawn)
        return properties

    def findings(self, texts: Iterable[str]) -> tuple[Finding, ...]:
        """The letters that no typeface here has, as one finding."""
        letters = set(map(ord, "".join(texts)))
        known = letters_of(self.families, REGULAR)
        if not known.issuperset(letters):
            known |= letters_of(_installed(REGULAR, self.language), REGULAR)
        missing = "".join(sorted(chr(letter) for letter in letters - known if _usual_width(chr(letter))))
        if not missing:
            return ()
        scripts = dict.fromkeys(unicodedata.name(letter, "?").split()[0].title() for letter in missing)
        message = (
            f"no typeface here has {counted(len(missing), 'letter')} of this drawing, such as {missing[:6]} "
            f"({enumerated(list(scripts))}): there are boxes instead, but for SVG where the reader has them"
        )
        hint = "install one that has them, as there is a Noto font for each script, or name a file: font="
        return (Finding("missing-letters", message, hint),)

    def rules(self, letters: Iterable[str], weight: int, real: bool = False) -> Iterator[str]:
        """The CSS rules that embed its glyphs of some letters: of each family those that the ones before it lack."""
        rest = set(map(ord, letters))
        for family in (*self.asked, FAMILY):
            known = rest & letters_of((family,), weight)
            rest -= known
            if known:
                yield typeface_rule(family, weight, frozenset(map(chr, known)), real_name(family) if real else "")


INTER = Typeface()
"""What everything is set in where nothing else is asked for."""


def is_bidirectional(text: str) -> bool:
    """Whether some of a text runs from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)


def font_file(family: str, weight: int) -> FontPath:
    """The file of a family that is measured, or of one that is installed."""
    _register()
    wanted = _manager().FontProperties(family=[family], weight=_WEIGHTS[weight])
    found: FontPath = _manager().findfont(wanted)
    return found


def real_name(family: str) -> str:
    """What a family calls itself."""
    return str(_manager().get_font(font_file(family, REGULAR)).family_name)


@lru_cache(maxsize=256)
def letters_of(families: tuple[str, ...], weight: int) -> frozenset[int]:
    """The letters that families have together."""
    files = (font_file(family, weight) for family in families)
    return frozenset[int]().union(*(_manager().get_font(file).get_charmap() for file in files))


def family_list(families: Iterable[str]) -> str:
    """Families as CSS names them: what is embedded first, then what may be installed."""
    names = (name for family in families for name in dict.fromkeys((family, real_name(family))))
    return ", ".join([*(f"'{name}'" for name in names if name != "Inter"), _OTHERS])


@lru_cache(maxsize=32)
def typeface_rule(family: str, weight: int, characters: frozenset[str], name: str = "") -> str:
    """The CSS rule that embeds the glyphs of some characters; nothing where the makers of a font forbid it."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(hinting=False, notdef_outline=True)
    if family == FAMILY:
        options.layout_features = ["kern", "ccmp", "mark", "mkmk"]
    options.recalc_timestamp = False
    options.drop_tables += ["FFTM"]  # of the program that made it; fontTools would warn of it
    file = font_file(family, weight)
    buffer = io.BytesIO()
    with TTFont(file, fontNumber=file.face_index, recalcTimestamp=False, lazy=True) as typeface:
        if typeface["OS/2"].fsType & 0xF == _NO_EMBEDDING:
            return ""
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(sorted(characters)))
        subsetter.subset(typeface)
        typeface.flavor = "woff"
        typeface.save(buffer)
    data = base64.b64encode(buffer.getvalue()).decode()
    source = f"url(data:font/woff;base64,{data}) format('woff')"
    return f"@font-face{{font-family:'{name or family}';font-weight:{weight};src:{source}}}"


@lru_cache(maxsize=200_000)
def _measured(families: tuple[str, ...], text: str, weight: int) -> tuple[float, float]:
    # Letters that no family has are taken to be as wide as they are in nearly all typefaces.
    known = letters_of(families, weight)
    width = _set_width(families, weight, "".join(letter for letter in text if ord(letter) in known))
    return width + sum(_usual_width(letter) for letter in text if ord(letter) not in known), _LINE_HEIGHT


def _set_width(families: Iterable[str], weight: int, text: str) -> float:
    from matplotlib.ft2font import LoadFlags

    face = _manager().get_font([font_file(family, weight) for family in families])
    face.set_size(_MEASURED_AT, 72.0)
    face.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return float(face.get_width_height()[0] / 64 / _MEASURED_AT)


def _usual_width(letter: str) -> float:
    if unicodedata.category(letter) in {"Cc", "Cf", "Me", "Mn"}:
        return 0.0
    if unicodedata.category(letter) == "So":
        return 1.4  # as emoji are
    return 1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.7


@lru_cache(maxsize=64)
def _half_capital(family: str) -> float:
    from matplotlib.ft2font import LoadFlags

    face = _manager().get_font(font_file(family, REGULAR))
    if not face.get_char_index(ord("H")):
        return _HALF_CAPITAL
    face.set_size(_MEASURED_AT, 72.0)
    return float(face.load_char(ord("H"), flags=LoadFlags.NO_HINTING).bbox[3] / 64 / _MEASURED_AT / 2)


# What there is, which matplotlib knows: it is imported when a text is set, since tables and diagrams set none.


def _manager() -> Any:
    from matplotlib import font_manager

    return font_manager


@lru_cache(maxsize=1)
def _register() -> None:
    """Tell matplotlib of the typefaces that every machine has."""
    import matplotlib

    shipped = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    files = ((FAMILY, {weight: _FOLDER / name for weight, name in _INTER.items()}),
             (LAST_FAMILY, dict.fromkeys(_WEIGHTS, shipped / _LAST)))  # fmt: skip
    for name, paths in files:
        _announced(
            name.removeprefix(OWN), {weight: _manager().FontEntry(fname=str(path)) for weight, path in paths.items()}
        )


def _announced(name: str, entries: Mapping[int, FontEntry]) -> str:
    """The name of our own that a family has from now on, with a file for each weight."""
    # Of a weight that there is not matplotlib would warn.
    place = attrgetter("fname", "index")
    known = {(entry.name, entry.weight): place(entry) for entry in _manager().fontManager.ttflist}
    base = OWN + re.sub(r"[^\w .-]", "", name)
    names = (f"{base} {number}" if number else base for number in count())
    own = next(
        name
        for name in names
        if all(known.get((name, weight), place(entry)) == place(entry) for weight, entry in entries.items())
    )
    for weight, entry in entries.items():
        if (own, weight) not in known:
            one = _manager().FontEntry(fname=entry.fname, index=entry.index, name=own, weight=weight, size="scalable")
            _manager().fontManager.ttflist.append(one)
    return own


def _entries(choice: str | os.PathLike[str]) -> list[FontEntry]:
    """The fonts of a family, or the one in a file."""
    path = Path(choice)
    if not isinstance(choice, str) or path.suffix.lower() in _FILES:
        if not path.is_file():
            raise ValueError(f"there is no font file {str(path)!r}")
        try:
            from matplotlib.ft2font import FT2Font

            return [_manager().ttfFontProperty(FT2Font(str(path)))]
        except RuntimeError as error:
            raise ValueError(f"{path}: no font: {error}") from None
    found = _of_family(choice)
    if not found:
        _look_again()
        found = _of_family(choice)
    if not found:
        close = nearest(choice, sorted({entry.name for entry in _manager().fontManager.ttflist}))
        hint = f"; there is {', '.join(close)}" if close else ""
        raise ValueError(f"no typeface called {choice!r} is installed{hint}: name one that is, or a file")
    return found


def _of_family(name: str) -> list[FontEntry]:
    upright = (entry for entry in _manager().fontManager.ttflist if entry.style == "normal")
    found = [entry for entry in upright if entry.name.lower() == name.lower()]
    return [entry for entry in found if entry.stretch == "normal"] or found


@lru_cache(maxsize=1)
def _look_again() -> None:
    """Find what was installed since matplotlib made its list."""
    known = {str(entry.fname) for entry in _manager().fontManager.ttflist}
    for path in sorted(set(_manager().findSystemFonts()) - known):
        try:
            _manager().fontManager.addfont(path)
        except (OSError, RuntimeError):  # it is damaged, or of a kind that matplotlib cannot draw
            continue


@lru_cache(maxsize=16)
def _installed(weight: int, language: str) -> tuple[str, ...]:
    """The further families that are installed in this weight; matplotlib would warn of the others."""
    _look_again()
    there = {entry.name for entry in _manager().fontManager.ttflist if _number(entry.weight) == weight}
    first = _SHAPES.get(language, " SC")
    return tuple(sorted(there.intersection(_FURTHER_FAMILIES), key=lambda family: (
        not family.endswith(first), _FURTHER_FAMILIES.index(family))))  # fmt: skip


def _number(weight: str | int) -> int:
    return _manager().weight_dict[weight] if isinstance(weight, str) else int(weight)
