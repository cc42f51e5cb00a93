"""
Quarters for months
===================

Coarser ticks for a longer time.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.evolution(lineage, grain="quarter")
