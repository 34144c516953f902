"""Readers of public data sets, one module each, in their public layout."""
