"""
The family of LLaMA
===================

A part of a lineage is a lineage, and has a tree.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.family_tree(
    lineage.clade("LLaMA", relations="weights"), page="A4-landscape", title="LLaMA and its descendants"
)
