"""
Small branches folded
=====================

What is small stands as a count at its date.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.family_tree(lineage, collapse="smaller=4", page="A3-landscape")
