"""Geometry: where things go, in points, from the top left. No colours, no fonts, no matplotlib."""
