"""
As wide as a column
===================

3.4 inches wide, type of 7 points, as high as it must be.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

clade = lineage.clade("LLaMA", relations="weights")
modeltree.evolution(clade, page=(3.4, None), font_size=7.0, title="")
