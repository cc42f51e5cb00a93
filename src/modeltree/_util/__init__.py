"""Small things that every room uses: writing files whole, progress, memory, counts in messages, HTML for notebooks."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """No garbage is looked for within: where millions of objects are made and none goes, that is most of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
