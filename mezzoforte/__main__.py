"""``python -m mezzoforte`` is the command ``mezzoforte``."""

import sys

from mezzoforte.command import main

if __name__ == "__main__":
    sys.exit(main())
