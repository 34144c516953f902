"""`python -m runtime.batch`: see `runtime.batch.command`."""

import sys

from runtime.batch.command import main

if __name__ == "__main__":
    sys.exit(main())
