"""
Time downward
=============

As a pedigree is drawn.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.family_tree(lineage.clade("LLaMA", relations="weights"), direction="down", page="A4")
