"""The serpentine of the evolution figure: one curve of time with models above and below it.

`curve.serpentine` does all, in this order:

1. `blocks` measures the labels and sets those of one tick in blocks above and below the axis.
2. `rows` fills one row with ticks, places these and their blocks, and says how far apart rows must be.
3. `solver` chooses which ticks stand in which row, and finds the largest type with which all fits.
4. `curve` turns the rows into boxes and lines on the page, and `axis` into the curve.
5. `revision` takes the place of 2 to 4 where an earlier layout is to change as little as can be.
"""
