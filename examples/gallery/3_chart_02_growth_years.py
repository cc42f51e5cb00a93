"""
Growth by year
==============

The same for a data set that goes further back.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.growth(lineage, grain="year", title="Models of each year")
