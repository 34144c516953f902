"""`python -m runtime.batch`: see `runtime.batch.command`."""

import sys

from runtime.batch.command import main

sys.exit(main())
