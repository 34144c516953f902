"""`python -m benchmarks.speed`: see `benchmarks.speed.runtime`."""

import sys

from benchmarks.speed.runtime import main

sys.exit(main())
