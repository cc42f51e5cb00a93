"""
Only what passed on weights
===========================

``relations=`` counts derivations of one class.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.growth(lineage, relations="weights")
