"""
In black and white
==================

The theme ``print`` needs no color.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.evolution(lineage, theme="print")
