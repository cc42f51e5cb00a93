"""The drawings: a module has what one of them shows of a lineage, its options, and how it becomes a `Drawing`.

``evolution``, ``family_tree``, ``overviews`` (growth, the sizes of families, the largest families), ``diagram``,
``page`` and ``table`` stand on ``drawing`` (saving, notebooks, checks of options), ``contents`` (who is drawn and set
off, how that looks, legends and footnotes) and ``coloring`` (groups of one color). ``terminal`` is plain text.
"""
