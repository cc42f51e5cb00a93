"""Sizes of pages: A4, A0-landscape, 14x13.5in, 355x343mm."""

from __future__ import annotations

import re

from modeltree.findings import LayoutError

INCH = 72.0
"""An inch, in points."""

_INCHES = {"in": 1.0, "mm": 1 / 25.4, "cm": 1 / 2.54, "pt": 1 / INCH}
# Width and height in millimeters, upright; ISO 216 and ANSI.
PAPERS = {
    "a0": (841, 1189), "a1": (594, 841), "a2": (420, 594), "a3": (297, 420), "a4": (210, 297), "a5": (148, 210),
    "a6": (105, 148), "letter": (215.9, 279.4), "legal": (215.9, 355.6), "tabloid": (279.4, 431.8),
}  # fmt: skip
"""The sheets that have names."""

_NAMED = re.compile(r"([a-z0-9]+)(?:-(portrait|landscape))?")
_NUMBER = r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_MEASURED = re.compile(rf"{_NUMBER}\s*(in|mm|cm|pt)?(?:\s*[x×]\s*{_NUMBER}\s*(in|mm|cm|pt)?)?")


def page_size(text: str) -> tuple[float, float | None]:
    """Width and height of a page in inches; the height is None where only a width is given.

    Parameters
    ----------
    text : str
        A name, or width and height with a unit: in, which may be left out, mm, cm or pt.

    Returns
    -------
    (float, float or None)
        Width and height.

    Raises
    ------
    LayoutError
        When it is no size of a page, or one of no width or height.

    Examples
    --------
    >>> page_size("14x13.5in"), page_size("504x252pt"), page_size("3.4in")
    ((14.0, 13.5), (7.0, 3.5), (3.4, None))
    >>> page_size("A4-landscape") == page_size("297x210mm")
    True
    """
    word = text.strip().lower()
    named = _NAMED.fullmatch(word)
    if named and named[1] in PAPERS:
        width, height = (length * _INCHES["mm"] for length in PAPERS[named[1]])
        return (height, width) if named[2] == "landscape" else (width, height)
    if measured := _MEASURED.fullmatch(word):
        across, first, down, second = measured.groups()
        size = (float(across) * _INCHES[first or second or "in"],
                float(down) * _INCHES[second or first or "in"] if down else None)  # fmt: skip
        if not all(length is None or length > 0 for length in size):
            raise LayoutError(f"a page of {text!r} has no room for anything")
        return size
    raise LayoutError(f"{text!r} is no size of a page: write 14x13.5in, 355x343mm, A4 or A0-landscape")
