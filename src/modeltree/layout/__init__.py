"""Where everything in a figure goes, in points from the top left corner; no colors, no fonts, no matplotlib.

- `geometry`: `Layout` and its parts, and how a layout is checked and stored; `plane`: boxes and lines below it.
- `sheet`: the page, the words on it, the room that these leave, and the distances in it; `ticks`: the dates on an axis.
- `serpentine/` and `family_tree/`: the two figures. Each takes items and a measure of text, finds the largest type
  that fits on the sheet, and returns a `Layout`.
- `links`: adds curves from parents to children to a layout of either, and words beside branches.
"""
