"""
One ancestry set off
====================

A model and all that it descends from are strong, the rest is faint.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.evolution(lineage, highlight="vicuna")
