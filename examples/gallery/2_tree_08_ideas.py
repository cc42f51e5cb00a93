"""
How ideas passed
================

Only derivations by which an idea was passed on.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.family_tree(lineage, relations="ideas", page="A3-landscape")
