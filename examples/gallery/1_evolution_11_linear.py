"""
Days as wide as days
====================

The time scale ``linear`` shows how the field sped up.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.evolution(lineage, time_scale="linear")
