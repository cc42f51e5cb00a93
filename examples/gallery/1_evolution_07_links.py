"""
With its derivations
====================

Arrows lead from parents to children.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.evolution(lineage.clade("LLaMA", relations="weights"), links=True)
