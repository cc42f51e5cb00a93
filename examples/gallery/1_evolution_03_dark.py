"""
On dark ground
==============

For slides: the theme ``dark``.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.evolution(lineage, theme="dark", color_by="domain")
