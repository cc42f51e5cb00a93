"""The family tree: each model at its date, in a lane of its own, every derivation as a line.

`tree.family_tree` does all, in this order:

1. `lanes` gives each model a row, for a type of any size, so that no two branches cross.
2. `tree` finds the largest type with which these rows fit on the page.
3. `connectors` routes the lines from further parents around the labels, and gives them tracks between the rows.
4. `tree` turns all of it into boxes and lines on the page.
"""
