"""
How the field grew
==================

Models in each month, by how they were made.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.growth(lineage)
