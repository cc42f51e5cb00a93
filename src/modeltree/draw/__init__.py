"""Ink: a layout and a theme become a picture. No position is computed here."""
