"""What is computed from a lineage and returned as frozen records."""
