"""`python -m mezzoforte.transcriber.transkun`: see `mezzoforte.transcriber.transkun.convert`."""

import sys

from mezzoforte.transcriber.transkun.convert import main

if __name__ == "__main__":
    sys.exit(main())
