"""Ink: a layout and a theme become a picture.

`display` says how parts look and makes the display list, which `artists` draws with matplotlib and `markup` as SVG of
the page that `html` writes. `charts` draws counts, and `dot` diagrams through Graphviz. `theme`, `icons` and `fonts`
have colors, badges and letters; `figure` is what is saved.
"""
