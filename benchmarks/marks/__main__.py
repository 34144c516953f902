"""`python -m benchmarks.marks`: see `benchmarks.marks.report`."""

from benchmarks.marks.report import main

main()
