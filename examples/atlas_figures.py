"""Draw the figures of the atlas that stand in the docs: ``python examples/atlas_figures.py docs``."""

from __future__ import annotations

import sys
from pathlib import Path

import modeltree


def main(folder: Path) -> None:
    """Draw what most models descend from, the largest families, and how models were made over the years."""
    atlas = modeltree.datasets.load("atlas")
    drawings = {
        "atlas-evolution": modeltree.evolution(
            atlas.select(kind="model", top=150), title="The 150 models from which most others descend"
        ),
        "atlas-families": modeltree.largest_families(
            atlas, page="A3", title="The ten largest families of weights in the atlas"
        ),
        "atlas-growth": modeltree.growth(
            atlas.select(relations=("weights", "outputs", "ideas")),
            grain="quarter",
            since=2018,
            title="How the models of the atlas with a known parent or child were made",
        ),
    }
    for name, drawing in drawings.items():
        drawing.save(folder / f"{name}.svg")
        print(f"wrote {folder / name}.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
