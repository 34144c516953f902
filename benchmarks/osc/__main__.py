"""`python -m benchmarks.osc`: see `benchmarks.osc.delivery`."""

from benchmarks.osc.delivery import main

main()
