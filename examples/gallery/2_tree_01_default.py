"""
A family tree
=============

Each model at its date, branching off what it takes after first.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.family_tree(lineage, page="A3-landscape")
