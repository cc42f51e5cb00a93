"""
Families in color
=================

Fill and outline say which models are open, the color of which family they are.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.evolution(lineage, color_by="family")
