"""From what a source claims to a lineage: words and names understood, dirt found, and dealt with by a policy."""
