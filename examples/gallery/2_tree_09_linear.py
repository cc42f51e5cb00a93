"""
A tree on a linear axis
=======================

Days as wide as days.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.family_tree(lineage.clade("T5"), time_scale="linear", page="A4-landscape")
