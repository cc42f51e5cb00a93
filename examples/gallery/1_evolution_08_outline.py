"""
One family outlined
===================

An edge of one color around all models of a family.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.evolution(lineage, outline="llama")
