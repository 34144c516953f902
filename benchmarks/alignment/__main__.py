"""`python -m benchmarks.alignment`: see `benchmarks.alignment.takes`."""

import sys

from benchmarks.alignment.takes import main

sys.exit(main())
