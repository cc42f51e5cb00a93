"""The seven drawings: each module has what one of them shows of a lineage, its options, and how it becomes a `Drawing`.

``evolution``, ``family_tree``, ``statistics`` (growth and family sizes), ``largest_families``, ``diagram`` and ``page``
stand on ``drawing`` (saving, notebooks, checks of options), ``contents`` (who is drawn and set off, legends and
footnotes) and ``coloring`` (groups of one color). ``description`` says what is known of a model, and ``text`` is for
terminals.
"""
