"""Scores: reading, unfolding, aligning with a recording, deciding on marks, writing them in place.

The command line uses `runtime.score.mark`: `mark_file`, `align_file`, `apply_plan`, `remove_marks`.
"""

from runtime.score.mark import MarkOptions, MarkReport, align_file, apply_plan, mark_file, remove_marks

__all__ = ["MarkOptions", "MarkReport", "align_file", "apply_plan", "mark_file", "remove_marks"]
