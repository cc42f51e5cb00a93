"""Ink: a layout and a theme become a picture.

`display` makes the display list, which `artists` draws with matplotlib and `markup` as SVG of the page that `html`
writes. `charts` draws counts, and `dot` diagrams through Graphviz. `theme`, `style`, `icons` and `fonts` say how things
look; `figure` is what is saved.
"""
