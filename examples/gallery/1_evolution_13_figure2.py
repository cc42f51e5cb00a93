"""
The survey's Figure 2
=====================

The 92 models of the figure that was drawn by hand, as published.
"""

import modeltree

modeltree.evolution(modeltree.datasets.load("survey-figure2"))
