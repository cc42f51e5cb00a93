"""
Color by a function
===================

Any function of a model may say its group.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.evolution(lineage, color_by=lambda model: str(model.released.year) if model.released else None)
