"""`python -m benchmarks.alignment`: see `benchmarks.alignment.takes`."""

from benchmarks.alignment.takes import main

main()
