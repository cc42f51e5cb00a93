"""What pictures show, and the recipes that make them: lineage in, drawing out."""
