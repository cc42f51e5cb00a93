"""
A growing tree
==============

Time upward, roots below: the families of three models or more, by the weights passed on.
"""

import modeltree

lineage = modeltree.datasets.load("survey")

kin = [id for family in lineage.families() if family.size > 2 for id in family.members]
modeltree.family_tree(lineage.subgraph(kin), relations="weights", direction="up", page="A3", color_by="family")
