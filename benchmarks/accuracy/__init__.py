"""Accuracy tables: the report, folds, ablations, reliability, and other trackers."""
