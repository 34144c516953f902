"""`python -m benchmarks.osc`: see `benchmarks.osc.delivery`."""

import sys

from benchmarks.osc.delivery import main

sys.exit(main())
