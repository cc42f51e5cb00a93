"""Draw the family of LLaMA as a diagram, through Graphviz.

Run it as ``python examples/llama_diagram.py [FOLDER]``; the diagram goes into the folder, by default this one.
Without the program ``dot`` it needs the extra: ``pip install 'modeltree-lineage[graphviz]'``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import modeltree


def main(folder: Path) -> None:
    """Draw what has weights from LLaMA, with everything else that it has weights from."""
    lineage = modeltree.datasets.load("survey")
    clade = lineage.clade("LLaMA", relations="weights")
    others = {parent for model in clade for parent in lineage.parents(model, relations="weights")}
    family = lineage.subgraph([*clade, *others.difference(clade)])

    # All are of 2023: a rank for each step within the year shows who came from whom.
    diagram = modeltree.diagram(family, relations="weights", rank="step", title="The family of LLaMA")
    diagram.save(folder / "llama.svg")
    print("wrote llama.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd())
