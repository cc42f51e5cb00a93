"""Hardened reading of YAML, JSON, CSV and lines of text, with where each part stands; and writing of YAML."""
