"""
Where one model comes from
==========================

Its ancestry strong, further parents as curves.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.family_tree(lineage, highlight="llava", page="A3-landscape")
