"""How much work a call does, counted and not timed: the count is the same on every machine, however busy it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def steps(call: Callable[[], object]) -> int:
    """Count the lines of Python that a call runs, in all modules; a line of a loop counts each time.

    What C does within a line, such as matching a regular expression or searching a list, is not seen.
    """
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if event == "line":
            count += 1
        return trace

    before = sys.gettrace()  # that of coverage, or of a debugger
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


def growth(prepare: Callable[[int], Callable[[], object]], size: int) -> float:
    """Tell how many times as many steps twice the size takes: about 2 where work is linear, 4 where it is quadratic.

    Three sizes are counted, each twice the one before, and the greater of both ratios is told.

    Parameters
    ----------
    prepare : callable
        Makes the input of a size, which is not counted, and returns the call that is.
    size : int
        The one in the middle. Half of it must be enough for what grows to outweigh what does not.
    """
    prepare(size)()  # what is imported or cached the first time
    first, second, third = (steps(prepare(each)) for each in (size // 2, size, 2 * size))
    return max(second / first, third / second)
