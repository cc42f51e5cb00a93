"""Ink: a layout and a theme become a picture.

`display` says how parts look and makes the display list, which `artists` draws with matplotlib and `page_html` as SVG
of a page. `charts` draws counts, and `dot` diagrams through Graphviz. `theme`, `icons` and `fonts` have colors, badges
and letters.
"""
