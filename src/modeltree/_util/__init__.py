"""Small things that every room uses: writing files whole, progress, memory, counts in messages, HTML for notebooks."""
