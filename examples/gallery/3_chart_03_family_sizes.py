"""
How large families are
======================

A bar for each family where there are tens, a log-log plot where there are thousands.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.family_sizes(lineage)
