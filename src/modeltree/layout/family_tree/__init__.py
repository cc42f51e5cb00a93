"""The family tree: each model at its date, branching off what it was made from.

`tree.family_tree` does all, in this order:

1. `timeline` places each model along an axis that is wider where there are more models.
2. `packing` places each across it, so that no two branches cross and nothing lies on anything else.
3. `tree` finds the largest type with which both fit on the page, and turns them into boxes and lines.
"""
