"""The largest type with which a figure fits on a page."""

from __future__ import annotations

from typing import Protocol

from modeltree.findings import LayoutError
from modeltree.layout.serpentine.stack import Stack

__all__ = ["Solver", "largest_type", "type_of_size"]


class Solver(Protocol):
    """Makes rows of labels; all lengths are ems of their type."""

    area: float
    """Of all labels: it tells where to begin."""

    def solve(self, width: float, height: float) -> Stack | None:
        """Rows for a space, as low as can be; None where it is too narrow for any."""

    def widened(self, stack: Stack, width: float) -> Stack:
        """The same rows spread over a greater width."""


_LIKELY_FILL = 0.66
_PRECISION = 0.004
# By how many per cent larger a type is tried that may fit by luck where a smaller one did not.
_LUCK = 8


def largest_type(solver: Solver, width: float, height: float, sizes: tuple[float, float]) -> tuple[float, Stack]:
    """The largest type, between two sizes, with which all fits in a space in points, and the rows that it makes.

    Parameters
    ----------
    solver : Solver
        Makes the rows.
    width, height : float
        Of the space, in points.
    sizes : (float, float)
        The smallest and the largest type, in points.

    Raises
    ------
    LayoutError
        When all does not fit even in the smallest type.
    """
    low, high = least, most = sizes
    best: tuple[float, Stack] | None = None
    size = min(most, max(least, (_LIKELY_FILL * width * height / max(solver.area, 1.0)) ** 0.5))
    while best is None or high - low > _PRECISION * high:
        stack = solver.solve(width / size, height / size)
        if stack is not None and stack.height * size <= height:
            best, low = (size, stack), size
        elif size <= least:
            raise LayoutError(f"the models do not fit on {width:.0f} × {height:.0f} pt in type of {least:g} pt")
        else:
            high = size
        # Until it is known from both sides the size is looked for near where it probably is.
        if high == most and size < most:
            size = min(most, size * 1.1)
        elif best is None:
            size = max(least, size / 1.15)
        else:
            size = (low + high) / 2
    return best


def type_of_size(solver: Solver, width: float, height: float | None, size: float) -> Stack:
    """The rows that type of one size makes in a width, in no more than a height if there is one; all in points.

    Raises
    ------
    LayoutError
        When it needs more; the message says how much.
    """
    likely = max(height or 0.0, 4.0 * solver.area * size * size / width, 60.0 * size)
    stack = None
    for _ in range(6):
        stack = solver.solve(width / size, likely / size)
        if stack is not None and stack.height * size <= likely:
            break
        likely *= 3.0
    if stack is None:
        raise LayoutError(f"in type of {size:g} pt a label is wider than a row, which has {width:.0f} pt")
    if height is None or stack.height * size <= height + 1e-6:
        return stack
    # Rows are chosen by an estimate of their height, so that a slightly larger type may fit: so do then its rows.
    for percent in range(1, _LUCK + 1):
        larger = size * (1 + percent / 100)
        rows = solver.solve(width / larger, height / larger)
        if rows is not None and rows.height * larger <= height:
            return solver.widened(rows, width / size)
    raise LayoutError(
        f"in type of {size:g} pt the figure is {stack.height * size:.0f} pt high, and the page has {height:.0f} pt "
        "for it: use a smaller type or a higher page"
    )
