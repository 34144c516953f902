"""Which dynamics to write into a score, and score files marked in one call.

May import `score`, `decode` and what is below. The command line uses `mark_file`, `align_file`, `apply_plan` and
`remove_marks`.
"""

from runtime.marks.files import MarkOptions, MarkReport, align_file, apply_plan, mark_file, remove_marks

__all__ = ["MarkOptions", "MarkReport", "align_file", "apply_plan", "mark_file", "remove_marks"]
