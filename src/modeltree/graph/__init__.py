"""What a lineage stands on: nodes and edges, the ancestry index, families, names, validation, NetworkX."""
