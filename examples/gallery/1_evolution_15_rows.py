"""
As many rows as you say
=======================

Three rows in place of as many as fit best.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.evolution(lineage, rows=3)
