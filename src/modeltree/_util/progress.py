"""Progress of long work: a function that is called, a bar on a terminal, or nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO, TypeVar

Progress = Callable[[str, int, int | None], object]
"""Called with what is being done, how much of it is done, and of how much, which is None where nobody knows.

It may raise: the work stops there and leaves nothing half done.
"""

T = TypeVar("T")

_AT_ONCE = 1 << 13
_WIDTH = 24
_SECONDS = 0.1


def no_progress(what: str, done: int, of: int | None) -> None:
    """Report nothing."""


def with_progress(
    items: Iterable[T], progress: Progress, what: str, of: int, done: int = 0, *, each: bool = False
) -> Iterator[T]:
    """Items as they come; how many have come is reported now and then, or at each, after others that are done."""
    for number, item in enumerate(items, start=done):
        if each or not number % _AT_ONCE:
            progress(what, number, of)
        yield item


@contextmanager
def progress_reporter(progress: bool | Progress | None = None) -> Iterator[Progress]:
    """The function that work reports progress to: the one given, or a bar on standard error if that is a terminal."""
    if callable(progress):
        yield progress
    elif progress or (progress is None and sys.stderr.isatty()):
        bar = _Bar(sys.stderr)
        try:
            yield bar
        finally:
            bar.close()
    else:
        yield no_progress


class _Bar:
    """A line on a terminal that is written anew as work goes on, and gone at the end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last = ("", 0.0)
        self._written = 0

    def __call__(self, what: str, done: int, of: int | None) -> None:
        before, since = self._last
        now = time.monotonic()
        if what == before and now - since < _SECONDS and done != of:
            return
        self._last = (what, now)
        part = min(done / of, 1) if of else 0
        bar = f" [{'#' * round(part * _WIDTH):<{_WIDTH}}] {part:4.0%}" if of else f" {done:,}" if done else ""
        self._write(f"{what}{bar}")

    def close(self) -> None:
        """Take the line away."""
        if self._written:
            self._write("")
            self._stream.write("\r")
            self._stream.flush()

    def _write(self, line: str) -> None:
        self._stream.write(f"\r{line}{' ' * (self._written - len(line))}")
        self._stream.flush()
        self._written = len(line)
