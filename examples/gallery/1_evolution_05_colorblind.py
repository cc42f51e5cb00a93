"""
For every eye
=============

Colors that stay apart for readers with color vision deficiencies.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.evolution(lineage, theme="colorblind", color_by="organization")
