"""
On a page of A4
===============

The page decides how large the type is.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.evolution(lineage, page="A4", color_by="domain")
