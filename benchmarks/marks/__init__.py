"""Marks that are planned, beside editors' marks and trivial rules."""
