"""Draw the evolution figure and the family tree in all their variants, to look at side by side.

Run it as ``python examples/gallery.py FOLDER [--icon-dir FOLDER] [--only WORD] [--format svg|pdf|png] [--dpi N]``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import modeltree
from modeltree.draw.theme import THEMES
from modeltree.figures.coloring import COLOR_WORDS


def variants(icon_dir: Path | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of each variant and its options; `clade` is the root of the part that is drawn, `recipe` the figure."""
    for name, theme in THEMES.items():
        for color_by in COLOR_WORDS:
            yield f"theme-{name}-{color_by}", {"theme": theme, "color_by": color_by}
        yield f"theme-{name}-set-off", {"theme": theme, "highlight": "vicuna", "outline": "bloom"}
    yield "color-by-function", {"color_by": lambda model: str(model.released.year) if model.released else None}
    yield "highlight-vicuna", {"highlight": "vicuna"}
    yield "highlight-family-color", {"highlight": "llava", "color_by": "family"}
    yield "links", {"links": True}
    yield "outline-llama", {"outline": "llama"}
    yield "applications", {"applications": True}
    yield "time-linear", {"time_scale": "linear"}
    yield "one-row", {"rows": 1, "font_size": 14.0, "page": (50.0, None)}
    yield "rows-6", {"rows": 6}
    yield "rows-that-fall", {"fall": 3.0}
    yield "grain-quarter", {"grain": "quarter"}
    yield "type-12-points", {"font_size": 12.0}
    yield "page-a4", {"page": "A4"}
    yield "page-a3-landscape", {"page": "A3-landscape"}
    yield "page-journal-column", {"clade": "llama", "font_size": 7.0, "page": (3.4, None), "title": ""}
    yield "page-journal-width", {"page": (7.0, 9.0), "color_by": "domain", "theme": THEMES["colorblind"]}
    for name, options in _trees():
        yield f"tree-{name}", {"recipe": "family_tree", **options}
    if icon_dir is not None:
        for name, theme in THEMES.items():
            yield f"icons-{name}", {"icon_dir": icon_dir, "theme": theme}
        yield "icons-highlight", {"icon_dir": icon_dir, "highlight": "llava"}


def _trees() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, theme in THEMES.items():
        yield f"theme-{name}", {"theme": theme, "page": "A3-landscape"}
    yield "family", {"clade": "llama", "page": "A4-landscape", "title": "The family of LLaMA"}
    yield "family-down", {"clade": "llama", "page": "A4", "direction": "down", "title": "The family of LLaMA"}
    yield "weights", {"relations": "weights", "page": "A3-landscape", "color_by": "family"}
    yield "ideas", {"relations": "ideas", "page": "A3-landscape"}
    yield "highlight", {"highlight": "vicuna", "outline": "llama", "page": "A3-landscape"}
    yield "folded", {"collapse": "smaller=4", "page": "A3-landscape", "color_by": "family"}
    yield "folded-deep", {"collapse": "depth=1", "page": "A3-landscape"}
    yield "applications", {"applications": True, "page": "A2-landscape"}
    yield "type-8-points", {"font_size": 8.0}
    yield "down", {"direction": "down", "page": "A3"}
    yield "growing", {"direction": "up", "page": "A3", "color_by": "family"}
    yield "linear", {"time_scale": "linear", "page": "A3-landscape"}
    yield "links", {"links": True, "page": "A3-landscape"}


def main() -> None:
    """Draw what was asked for into a folder."""
    parser = argparse.ArgumentParser(description="Draw the figures in all their variants.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", default="survey", help="the data set")
    parser.add_argument("--icon-dir", type=Path, help="icons of organizations")
    parser.add_argument("--only", default="", metavar="WORD", help="variants with this in their name")
    parser.add_argument("--format", default="png", choices=("svg", "pdf", "png"))
    parser.add_argument("--dpi", type=float, default=100.0)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    lineage = modeltree.datasets.load(arguments.data)
    for name, options in variants(arguments.icon_dir):
        if arguments.only in name:
            path = arguments.folder / f"{name}.{arguments.format}"
            root = options.pop("clade", None)
            part = lineage.clade(root, relations="weights") if root else lineage
            draw = modeltree.family_tree if options.pop("recipe", None) else modeltree.evolution
            draw(part, **options).save(path, dpi=arguments.dpi)
            print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
