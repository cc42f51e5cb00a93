"""
Growth by year
==============

The same of the atlas, by year: models that have a known parent or child.
"""

import modeltree

atlas = modeltree.datasets.load("atlas").select(relations=("weights", "outputs", "ideas"))

modeltree.growth(atlas, grain="year", title="Models of each year")
