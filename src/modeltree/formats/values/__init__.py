"""Values as people write them, one place for all formats: dates, sizes, words, names, licenses and addresses."""
