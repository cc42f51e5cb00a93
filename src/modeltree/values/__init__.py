"""Values as people write them, one place for all formats.

`quantities` has dates and sizes; `words` has relations, openness, architectures, missing values and headers; `names`
has organizations and parents; `hub_words` has licenses; `addresses` has these, and `fields` the fields of a record. A
parser returns a text that it does not know unchanged, or None: the reader of a format decides what is reported.
"""
