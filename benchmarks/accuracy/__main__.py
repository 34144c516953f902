"""`python -m benchmarks.accuracy`: see `benchmarks.accuracy.report`."""

from benchmarks.accuracy.report import main

main()
