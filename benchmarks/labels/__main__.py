"""`python -m benchmarks.labels`: see `benchmarks.labels.recordings`."""

from benchmarks.labels.recordings import main

main()
