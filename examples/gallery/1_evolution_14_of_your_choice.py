"""
Color by a function
===================

Any function of a model may say its group; here it is the country of the organization, of a joint model the first.
"""

import modeltree

lineage = modeltree.datasets.load("survey")


def country(model: modeltree.Model) -> str | None:
    """Where it was made."""
    return lineage.organizations[model.organizations[0]].country if model.organizations else None


modeltree.evolution(lineage, color_by=country)
