"""The one way up in the house: a record is shown in a notebook by what stands above it.

Whatever else a file needs, it has from floors below its own. But a notebook asks the object itself how it is shown,
and a lineage must not import the floors on which it is laid out and drawn. So what is shown asks for
`modeltree.figures.notebook` by its name, and only when it is shown.
"""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["Shown", "notebook"]


def notebook() -> Any:
    """The module `modeltree.figures.notebook`."""
    return importlib.import_module("modeltree.figures.notebook")


class Shown:
    """What notebooks show as HTML, by `modeltree.figures.notebook`.

    There is no ``_repr_mimebundle_``: IPython asks for it at a terminal, too, and a figure would be drawn for nobody.
    Beside the HTML stands plain text, which is the ``repr``, and always works.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        shown: str = notebook().html_of(self)
        return shown
