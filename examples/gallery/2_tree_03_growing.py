"""
A growing tree
==============

Time upward, roots below.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.family_tree(lineage, direction="up", page="A3", color_by="family")
