"""
On axes of your own
===================

``draw`` draws on axes of matplotlib.
"""

from matplotlib.figure import Figure

import modeltree

lineage = modeltree.datasets.load("survey")

figure = Figure(figsize=(10, 8), layout="constrained")
modeltree.growth(lineage).draw(figure.subplots())
figure
