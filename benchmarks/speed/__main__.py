"""`python -m benchmarks.speed`: see `benchmarks.speed.runtime`."""

from benchmarks.speed.runtime import main

main()
