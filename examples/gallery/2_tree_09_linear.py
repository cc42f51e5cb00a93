"""
A tree on a linear axis
=======================

Days as wide as days.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.family_tree(lineage, time_scale="linear", page="A3-landscape")
