"""
The evolution of a field
========================

Models in the order of their dates along a serpentine; color says which are open.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.evolution(lineage)
