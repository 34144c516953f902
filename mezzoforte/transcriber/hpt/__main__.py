"""`python -m mezzoforte.transcriber.hpt`: see `mezzoforte.transcriber.hpt.convert`."""

import sys

from mezzoforte.transcriber.hpt.convert import main

if __name__ == "__main__":
    sys.exit(main())
