"""The family tree: each model at its date, in a lane of its own, every derivation as a line."""
