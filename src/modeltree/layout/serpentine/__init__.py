"""The serpentine of the evolution figure: one curve of time with models above and below it."""
