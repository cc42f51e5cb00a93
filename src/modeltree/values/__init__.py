"""Values as people write them, one place for all formats.

`quantities` has dates and sizes; `words` has relations, openness, architectures and missing values; `names` has
organizations and parents; `licenses` and `addresses` have these. A parser returns a text that it does not know
unchanged, or None: the reader of a format decides what is reported.
"""
