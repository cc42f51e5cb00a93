"""
A tree on dark ground
=====================

The same in the theme ``dark``.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

modeltree.family_tree(lineage, theme="dark", page="A3-landscape")
