"""
The largest families
====================

Each family as a small tree with its branches folded.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.largest_families(lineage)
