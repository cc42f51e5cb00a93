"""Draw the evolution figure of the survey, and one of a part of it.

Run it as ``python examples/evolution_figure.py [FOLDER]``; the figures go into the folder, by default this one.
"""

from __future__ import annotations

import sys
from pathlib import Path

import modeltree


def main(folder: Path) -> None:
    """Draw both figures into a folder."""
    lineage = modeltree.datasets.load("survey")
    modeltree.evolution(lineage).save(folder / "evolution.svg")

    # A part of a lineage is a lineage too: here LLaMA, and all that has its weights.
    clade = lineage.clade("LLaMA", relations="weights")
    modeltree.evolution(clade, title="What became of LLaMA", page=(11, 7)).save(folder / "llama.pdf")

    for name in ("evolution.svg", "llama.pdf"):
        print(f"wrote {name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd())
