"""
How ideas passed
================

Only derivations by which an idea was passed on: an architecture, a successor, a replication.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.family_tree(lineage.clade("GPT-1", relations="ideas"), relations="ideas", page="A4-landscape")
