"""Where everything in a figure goes, in points from the top left corner; no colors, no fonts, no matplotlib.

- `geometry`: `Layout` and its parts, and how a layout is checked and stored; `plane`: boxes and lines below it.
- `title_block`, `sheet`: the page, the words on it, and the room that these leave.
- `metrics`: the distances in ems, and the size of labels; `ticks`: the dates on a time axis.
- `serpentine/` and `family_tree/`: the two figures. Each takes items and a measure of text, finds the largest type
  that fits on the sheet, and returns a `Layout`.
- `links`: adds curves from parents to children to a layout of either.
"""
