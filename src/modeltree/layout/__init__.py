"""Geometry: where things go, in points, from the top left. No colors, no fonts, no matplotlib."""
